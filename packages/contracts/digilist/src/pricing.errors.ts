import { errorCode } from '@kit/contracts';

export const PRICING_GROUP_UNKNOWN = errorCode('PRICING_GROUP_UNKNOWN', 'rule', {
  nb: 'Fant ikke prisgruppen.',
  nn: 'Fann ikkje prisgruppa.',
  en: 'There is no such pricing group.',
});
export const PRICING_GROUP_NOT_VERIFIED = errorCode('PRICING_GROUP_NOT_VERIFIED', 'forbidden', {
  nb: 'Prisgruppen gjelder bare når du booker for en organisasjon av riktig type.',
  nn: 'Prisgruppa gjeld berre når du bookar for ein organisasjon av rett type.',
  en: 'This pricing group is only for bookings on behalf of an organization of the right kind.',
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
  en: 'The discount code does not exist, is not valid now or is used up.',
});
