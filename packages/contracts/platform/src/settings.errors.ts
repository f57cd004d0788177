import { errorCode } from '@kit/contracts';

export const SETTING_UNKNOWN = errorCode('SETTING_UNKNOWN', 'not_found', {
  nb: 'Innstillingen finnes ikke.',
  nn: 'Innstillinga finst ikkje.',
  en: 'There is no such setting.',
});
export const SETTING_INVALID = errorCode('SETTING_INVALID', 'rule', {
  nb: 'Verdien passer ikke til innstillingen.',
  nn: 'Verdien passar ikkje til innstillinga.',
  en: 'The value does not fit the setting.',
});
export const SETTING_SCOPE_INVALID = errorCode('SETTING_SCOPE_INVALID', 'rule', {
  nb: 'Innstillingen kan ikke settes på dette nivået.',
  nn: 'Innstillinga kan ikkje setjast på dette nivået.',
  en: 'The setting cannot be made at this level.',
});
