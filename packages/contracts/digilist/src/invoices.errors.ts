import { errorCode } from '@kit/contracts';

export const NOTHING_TO_INVOICE = errorCode('NOTHING_TO_INVOICE', 'conflict', {
  nb: 'Noen av bookingene kan ikke faktureres.',
  nn: 'Nokre av bookingane kan ikkje fakturerast.',
  en: 'Some of the bookings cannot be invoiced. details.bookings says why; leave those out.',
});
export const INVOICES_DIFFER = errorCode('INVOICES_DIFFER', 'rule', {
  nb: 'Bookingene har ulik kjøper eller selger og kan ikke stå på samme faktura.',
  nn: 'Bookingane har ulik kjøpar eller seljar og kan ikkje stå på same faktura.',
  en: 'The bookings have different buyers, sellers or currencies. Invoice them one by one, or start a billing run.',
});
export const SELLER_MISSING = errorCode('SELLER_MISSING', 'rule', {
  nb: 'Det er ikke lagt inn hvem som selger.',
  nn: 'Det er ikkje lagt inn kven som sel.',
  en: 'Nobody is set up as the seller. Create an invoice seller for the organization or the whole tenant first.',
});
export const SELLER_EXISTS = errorCode('SELLER_EXISTS', 'conflict', {
  nb: 'Organisasjonen har allerede en selger.',
  nn: 'Organisasjonen har allereie ein seljar.',
  en: 'There is a seller for this organization already. Change that one.',
});
export const SELLER_INVALID = errorCode('SELLER_INVALID', 'invalid', {
  nb: 'Organisasjonsnummeret eller kontonummeret er ikke gyldig.',
  nn: 'Organisasjonsnummeret eller kontonummeret er ikkje gyldig.',
  en: 'The organization number or the account number is not valid: its check digit is wrong. Look it up again.',
});
export const SELLER_NOT_REGISTERED_FOR_VAT = errorCode('SELLER_NOT_REGISTERED_FOR_VAT', 'rule', {
  nb: 'Selgeren er ikke registrert i Merverdiavgiftsregisteret, men prisene har merverdiavgift.',
  nn: 'Seljaren er ikkje registrert i Meirverdiavgiftsregisteret, men prisane har meirverdiavgift.',
  en: 'The prices have VAT, but the seller is not registered for it. Correct the seller or the prices.',
});
export const KID_TOO_SHORT = errorCode('KID_TOO_SHORT', 'rule', {
  nb: 'Fakturanummeret har ikke plass i KID-nummeret.',
  nn: 'Fakturanummeret har ikkje plass i KID-nummeret.',
  en: 'The number of the next invoice does not fit into the KID. Give the seller a longer one (kidLength).',
});
export const CREDIT_ABOVE_INVOICE = errorCode('CREDIT_ABOVE_INVOICE', 'conflict', {
  nb: 'Det er ikke så mye igjen på fakturaen å kreditere.',
  nn: 'Det er ikkje så mykje igjen på fakturaen å kreditere.',
  en: 'There is not that much left to credit. details.lines says how much each line has left.',
});
export const INVOICE_NOT_CREDITABLE = errorCode('INVOICE_NOT_CREDITABLE', 'conflict', {
  nb: 'En kreditnota kan ikke krediteres.',
  nn: 'Ein kreditnota kan ikkje krediterast.',
  en: 'A credit note cannot be credited. Invoice the bookings anew instead.',
});
export const SETTLEMENT_ABOVE_REST = errorCode('SETTLEMENT_ABOVE_REST', 'conflict', {
  nb: 'Beløpet er større enn det som gjenstår.',
  nn: 'Beløpet er større enn det som står att.',
  en: 'The amount is more than what is left (details.left). Record that much, and give the rest back.',
});
export const SETTLEMENT_IN_FUTURE = errorCode('SETTLEMENT_IN_FUTURE', 'rule', {
  nb: 'Betalingen kan ikke ligge fram i tid.',
  nn: 'Betalinga kan ikkje liggje fram i tid.',
  en: 'A payment cannot lie in the future. Record it on the day it came in.',
});
export const EHF_NEEDS_ORGANIZATION = errorCode('EHF_NEEDS_ORGANIZATION', 'rule', {
  nb: 'EHF sendes til organisasjoner med gyldig organisasjonsnummer.',
  nn: 'EHF blir sendt til organisasjonar med gyldig organisasjonsnummer.',
  en: 'EHF is addressed to organizations with a valid organization number. Send the PDF instead.',
});
export const BILLING_PERIOD_INVALID = errorCode('BILLING_PERIOD_INVALID', 'rule', {
  nb: 'Perioden må slutte etter at den begynner, og er høyst to år.',
  nn: 'Perioden må slutte etter at han byrjar, og er høgst to år.',
  en: 'The period must end after it begins, and be two years at most. Give other dates.',
});
export const BILLING_RUN_UNDER_WAY = errorCode('BILLING_RUN_UNDER_WAY', 'conflict', {
  nb: 'En fakturakjøring pågår allerede.',
  nn: 'Ei fakturakøyring er allereie i gang.',
  en: 'A billing run is under way already. Wait until it has ended.',
});
