import { errorCode } from '@kit/contracts';

export const PACKAGE_INVALID = errorCode('PACKAGE_INVALID', 'rule', {
  nb: 'Pakken kan ikke settes sammen slik.',
  nn: 'Pakken kan ikkje setjast saman slik.',
  en: 'The package cannot be composed like this: errors says which item, and why.',
});
export const NOT_A_PACKAGE = errorCode('NOT_A_PACKAGE', 'rule', {
  nb: 'Bare utleieobjekter med bookingmodellen PACKAGE har innhold.',
  nn: 'Berre utleigeobjekt med bookingmodellen PACKAGE har innhald.',
  en: 'Only listings of the booking model PACKAGE consist of others. Create one of that model.',
});
