import { errorCode } from '@kit/contracts';

export const PRICING_GROUP_UNKNOWN = errorCode('PRICING_GROUP_UNKNOWN', 'rule', {
  nb: 'Fant ikke prisgruppen.',
  nn: 'Fann ikkje prisgruppa.',
  en: 'There is no such pricing group.',
});
export const PRICING_GROUP_NOT_VERIFIED = errorCode('PRICING_GROUP_NOT_VERIFIED', 'forbidden', {
  nb: 'Prisgruppen gjelder bare når du booker for en organisasjon som hører til i den.',
  nn: 'Prisgruppa gjeld berre når du bookar for ein organisasjon som høyrer til i ho.',
  en: 'This pricing group is only for bookings on behalf of an organization that belongs to it. See `details.next`.',
});
export const PRICE_NOT_DEFINED = errorCode('PRICE_NOT_DEFINED', 'rule', {
  nb: 'Det er ikke satt pris for hele tidsrommet.',
  nn: 'Det er ikkje sett pris for heile tidsrommet.',
  en: 'No price is defined for part of the interval.',
});
export const ADD_ON_UNKNOWN = errorCode('ADD_ON_UNKNOWN', 'rule', {
  nb: 'Fant ikke tilleggstjenesten.',
  nn: 'Fann ikkje tilleggstenesta.',
  en: 'There is no such add-on for this listing.',
});
export const DISCOUNT_CODE_INVALID = errorCode('DISCOUNT_CODE_INVALID', 'rule', {
  nb: 'Rabattkoden kan ikke brukes.',
  nn: 'Rabattkoden kan ikkje brukast.',
  en: 'The discount code cannot be used: `details.reason` says why. Leave it out, or name another one.',
});
export const DISCOUNT_CODE_NOT_FOR_SERIES = errorCode('DISCOUNT_CODE_NOT_FOR_SERIES', 'rule', {
  nb: 'Rabattkoden er et fast beløp, og kan ikke brukes på en serie.',
  nn: 'Rabattkoden er eit fast beløp, og kan ikkje brukast på ein serie.',
  en: 'The discount code takes a fixed amount off one booking. Use one of a percentage, or leave it out.',
});
export const PRICING_GROUP_KEY_TAKEN = errorCode('PRICING_GROUP_KEY_TAKEN', 'conflict', {
  nb: 'En annen prisgruppe har allerede denne nøkkelen.',
  nn: 'Ei anna prisgruppe har alt denne nøkkelen.',
  en: 'Another pricing group has this key. Choose another one, or restore that group if it is retired.',
});
export const PRICING_GROUP_INVALID = errorCode('PRICING_GROUP_INVALID', 'rule', {
  nb: 'En prisgruppe som krever noe av organisasjonen, må si hvilke typer organisasjoner den er for.',
  nn: 'Ei prisgruppe som krev noko av organisasjonen, må seie kva typar organisasjonar ho er for.',
  en: 'A pricing group that asks something of the organization names at least one kind in `organizationKinds`.',
});
export const PRICING_GROUP_UNCHANGEABLE = errorCode('PRICING_GROUP_UNCHANGEABLE', 'rule', {
  nb: 'Gruppen private er den som gjelder når ingen er nevnt: den kan ikke avvikles eller kreve noe.',
  nn: 'Gruppa private er den som gjeld når ingen er nemnd: ho kan ikkje avviklast eller krevje noko.',
  en: 'The group `private` holds where none is named: it cannot be retired or ask for anything. Change another group.',
});
export const PRICING_GROUPS_FULL = errorCode('PRICING_GROUPS_FULL', 'rule', {
  nb: 'Det er ikke plass til flere prisgrupper. Bruk en av dem som er avviklet.',
  nn: 'Det er ikkje plass til fleire prisgrupper. Bruk ei av dei som er avvikla.',
  en: 'There is no room for more pricing groups. Change one that is retired instead.',
});
export const DISCOUNT_CODE_TAKEN = errorCode('DISCOUNT_CODE_TAKEN', 'conflict', {
  nb: 'Rabattkoden finnes allerede.',
  nn: 'Rabattkoden finst alt.',
  en: 'There is such a discount code already. Choose another one, or change that one.',
});
export const DISCOUNT_CODE_RULES_INVALID = errorCode('DISCOUNT_CODE_RULES_INVALID', 'rule', {
  nb: 'Rabattkoden kan ikke være slik.',
  nn: 'Rabattkoden kan ikkje vere slik.',
  en: 'The discount code cannot be like this: `errors` names each field and what it may be.',
});
export const QUOTE_UNKNOWN = errorCode('QUOTE_UNKNOWN', 'rule', {
  nb: 'Fant ikke pristilbudet.',
  nn: 'Fann ikkje pristilbodet.',
  en: 'You have no such quote. Ask for one with POST /quotes, or leave `quoteId` out.',
});
export const QUOTE_EXPIRED = errorCode('QUOTE_EXPIRED', 'conflict', {
  nb: 'Pristilbudet gjelder ikke lenger.',
  nn: 'Pristilbodet gjeld ikkje lenger.',
  en: 'The quote has expired. `details.quote` is a fresh one: show its price, and book with its id.',
});
export const QUOTE_MISMATCH = errorCode('QUOTE_MISMATCH', 'rule', {
  nb: 'Pristilbudet gjelder noe annet enn det som bookes.',
  nn: 'Pristilbodet gjeld noko anna enn det som blir booka.',
  en: 'The quote is for something else: `details.differs` names what. Book what it is for, or ask for another quote.',
});
export const PRICING_GROUP_UNVERIFIABLE = errorCode('PRICING_GROUP_UNVERIFIABLE', 'rule', {
  nb: 'Organisasjonen kan ikke verifiseres for denne prisgruppen.',
  nn: 'Organisasjonen kan ikkje verifiserast for denne prisgruppa.',
  en: 'No verification is asked for by this pricing group, or it is not for organizations of this kind. See GET /pricing-groups.',
});
export const VERIFICATION_EXISTS = errorCode('VERIFICATION_EXISTS', 'conflict', {
  nb: 'Organisasjonen er allerede verifisert for prisgruppen, eller venter på svar.',
  nn: 'Organisasjonen er alt verifisert for prisgruppa, eller ventar på svar.',
  en: 'The organization is verified for this pricing group already, or waits for a decision: see `details.verificationId`.',
});
export const VERIFICATION_DECIDED = errorCode('VERIFICATION_DECIDED', 'conflict', {
  nb: 'Verifiseringen er avgjort.',
  nn: 'Verifiseringa er avgjord.',
  en: 'The verification has been decided like this, or is over. The organization can ask for a new one.',
});
