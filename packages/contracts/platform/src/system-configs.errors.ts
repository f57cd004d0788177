import { errorCode } from '@kit/contracts';

export const CONFIG_KEY_UNKNOWN = errorCode('CONFIG_KEY_UNKNOWN', 'not_found', {
  nb: 'Systemet har ingen slik innstilling.',
  nn: 'Systemet har inga slik innstilling.',
  en: 'The system has no such configuration.',
});
export const CONFIG_VALUE_INVALID = errorCode('CONFIG_VALUE_INVALID', 'rule', {
  nb: 'Verdien passer ikke. Se feltene.',
  nn: 'Verdien passar ikkje. Sjå felta.',
  en: 'The value does not fit its schema. See the fields.',
});
