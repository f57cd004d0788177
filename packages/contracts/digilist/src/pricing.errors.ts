import { errorCode } from '@kit/contracts';

export const PRICING_GROUP_UNKNOWN = errorCode('PRICING_GROUP_UNKNOWN', 'rule', {
  nb: 'Fant ikke prisgruppen.',
  nn: 'Fann ikkje prisgruppa.',
  en: 'There is no such pricing group.',
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
