import { errorCode } from '@kit/contracts';

export const PLAN_UNKNOWN = errorCode('PLAN_UNKNOWN', 'rule', {
  nb: 'Planen finnes ikke.',
  nn: 'Planen finst ikkje.',
  en: 'There is no such plan.',
});
export const METER_UNKNOWN = errorCode('METER_UNKNOWN', 'rule', {
  nb: 'Produktet har ikke registrert denne måleren.',
  nn: 'Produktet har ikkje registrert denne målaren.',
  en: 'The product has not registered this meter.',
});
export const METER_PERIOD_INVALID = errorCode('METER_PERIOD_INVALID', 'rule', {
  nb: 'Perioden er ikke en periode måleren har nå.',
  nn: 'Perioden er ikkje ein periode målaren har no.',
  en: 'The period is not one the meter has at this time.',
});
export const SUBSCRIPTION_NOT_LIVE = errorCode('SUBSCRIPTION_NOT_LIVE', 'conflict', {
  nb: 'Abonnementets tilstand tillater ikke dette.',
  nn: 'Tilstanden til abonnementet tillèt ikkje dette.',
  en: 'The state of the subscription does not allow this.',
});
export const PRODUCT_REQUIRED = errorCode('PRODUCT_REQUIRED', 'rule', {
  nb: 'Oppgi hvilket produkt det gjelder.',
  nn: 'Oppgi kva produkt det gjeld.',
  en: 'Name the product: the tenant subscribes to more than one.',
});
export const VALIDITY_INVALID = errorCode('VALIDITY_INVALID', 'rule', {
  nb: 'Gyldigheten må slutte etter at den begynner.',
  nn: 'Gyldigheita må slutte etter at ho byrjar.',
  en: 'The validity must end after it begins.',
});
