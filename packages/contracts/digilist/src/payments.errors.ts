import { errorCode } from '@kit/contracts';

export const MIXED_POLICIES = errorCode('MIXED_POLICIES', 'rule', {
  nb: 'Bookingene kan ikke betales sammen. Betal dem hver for seg.',
  nn: 'Bookingane kan ikkje betalast saman. Betal dei kvar for seg.',
  en: 'These bookings cannot be paid together: their owner, payment policy or currency differs. Pay them one by one.',
});
export const NOTHING_TO_PAY = errorCode('NOTHING_TO_PAY', 'rule', {
  nb: 'Det er ikke noe å betale.',
  nn: 'Det er ikkje noko å betale.',
  en: 'There is nothing to pay for these bookings. Read the booking again to see where it stands.',
});
export const PAYMENT_UNDER_WAY = errorCode('PAYMENT_UNDER_WAY', 'conflict', {
  nb: 'En betaling er allerede i gang for en av bookingene. Fullfør den eller avbryt den først.',
  nn: 'Ei betaling er alt i gang for ein av bookingane. Fullfør ho eller avbryt ho først.',
  en: 'A payment is under way for one of the bookings (details.paymentId). Finish it, or cancel it first.',
});
export const TOO_MANY_PAYMENTS = errorCode('TOO_MANY_PAYMENTS', 'rule', {
  nb: 'Bookingen er forsøkt betalt for mange ganger. Kontakt kommunen.',
  nn: 'Bookinga er forsøkt betalt for mange gonger. Kontakt kommunen.',
  en: 'This booking was tried to be paid too often. Its time is free when its hold ends; book it again then.',
});
export const RETURN_URL_NOT_ALLOWED = errorCode('RETURN_URL_NOT_ALLOWED', 'invalid', {
  nb: 'Adressen som betaleren skal tilbake til, er ikke tillatt.',
  nn: 'Adressa som betalaren skal tilbake til, er ikkje tillaten.',
  en: 'The payer may not be sent back to this address. Use one of the origins that are configured (details.allowed).',
});
export const PAYMENT_REFUSED = errorCode('PAYMENT_REFUSED', 'rule', {
  nb: 'Betalingsløsningen tok ikke imot betalingen. Prøv igjen, eller velg en annen.',
  nn: 'Betalingsløysinga tok ikkje imot betalinga. Prøv igjen, eller vel ei anna.',
  en: 'The payment provider did not take the payment. Try again, or name another provider.',
});
export const PAYMENT_OUTCOME_UNKNOWN = errorCode('PAYMENT_OUTCOME_UNKNOWN', 'unavailable', {
  nb: 'Betalingsløsningen svarer ikke akkurat nå. Prøv igjen om litt; du betaler ikke to ganger.',
  nn: 'Betalingsløysinga svarar ikkje akkurat no. Prøv igjen om litt; du betaler ikkje to gonger.',
  en: 'The payment provider does not answer. Ask again shortly with the same bookings: nothing is paid twice.',
});
export const PAYMENT_INVALID_STATE = errorCode('PAYMENT_INVALID_STATE', 'conflict', {
  nb: 'Det kan ikke gjøres med betalingen slik den står nå.',
  nn: 'Det kan ikkje gjerast med betalinga slik ho står no.',
  en: 'This cannot be done with the payment as it stands (details.status). Read it again.',
});
export const PRICE_DIFFERENCE_DUE = errorCode('PRICE_DIFFERENCE_DUE', 'rule', {
  nb: 'Det nye blir dyrere enn det som er betalt. Avbestill og book på nytt, eller velg noe som ikke koster mer.',
  nn: 'Det nye blir dyrare enn det som er betalt. Avbestill og book på nytt, eller vel noko som ikkje kostar meir.',
  en: 'The new time costs more than was paid (details.due). Choose one that does not, or cancel and book anew.',
});
export const REFUND_TOO_LARGE = errorCode('REFUND_TOO_LARGE', 'rule', {
  nb: 'Det kan ikke gis tilbake mer enn det som er betalt.',
  nn: 'Det kan ikkje givast tilbake meir enn det som er betalt.',
  en: 'No more can be given back than was taken and is not given back yet (details.left).',
});
export const REFUND_TO_ONESELF = errorCode('REFUND_TO_ONESELF', 'forbidden', {
  nb: 'Du kan ikke gi penger tilbake til deg selv. Be en kollega gjøre det.',
  nn: 'Du kan ikkje gi pengar tilbake til deg sjølv. Be ein kollega gjere det.',
  en: 'You cannot give money back to yourself. Ask a colleague to do it.',
});
export const NOTHING_KEPT = errorCode('NOTHING_KEPT', 'rule', {
  nb: 'Det er ikke beholdt noe av prisen for denne bookingen.',
  nn: 'Det er ikkje halde tilbake noko av prisen for denne bookinga.',
  en: 'Nothing was kept of this booking, so there is nothing to waive.',
});
export const CASE_RESOLVED = errorCode('CASE_RESOLVED', 'conflict', {
  nb: 'Saken er allerede løst.',
  nn: 'Saka er alt løyst.',
  en: 'Somebody has resolved this case already. Read it again.',
});
export const RESOLUTION_NOT_POSSIBLE = errorCode('RESOLUTION_NOT_POSSIBLE', 'rule', {
  nb: 'Saken kan ikke løses slik.',
  nn: 'Saka kan ikkje løysast slik.',
  en: 'This case cannot be resolved in that way (details.possible names the ways there are).',
});
