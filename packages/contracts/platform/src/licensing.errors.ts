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
export const PLAN_UNCHANGED = errorCode('PLAN_UNCHANGED', 'rule', {
  nb: 'Dette er planen som gjelder allerede.',
  nn: 'Dette er planen som gjeld allereie.',
  en: 'This is the plan that holds already.',
});
export const NOTHING_SCHEDULED = errorCode('NOTHING_SCHEDULED', 'conflict', {
  nb: 'Det er ikke planlagt noen endring av abonnementet.',
  nn: 'Det er ikkje planlagt noka endring av abonnementet.',
  en: 'No change of the subscription is scheduled.',
});
export const MODULE_UNKNOWN = errorCode('MODULE_UNKNOWN', 'rule', {
  nb: 'Ingen av produktene har denne modulen.',
  nn: 'Ingen av produkta har denne modulen.',
  en: 'No product has this module.',
});
export const LIMIT_REQUIRED = errorCode('LIMIT_REQUIRED', 'rule', {
  nb: 'Oppgi en grense, eller null for ubegrenset, for hver måler som planen ikke omfatter.',
  nn: 'Oppgi ei grense, eller null for uavgrensa, for kvar målar som planen ikkje omfattar.',
  en: 'Give a limit, or null for unlimited, for each meter that the plan does not include.',
});
export const RESERVATION_CLOSED = errorCode('RESERVATION_CLOSED', 'conflict', {
  nb: 'Reservasjonen er avsluttet eller utløpt.',
  nn: 'Reservasjonen er avslutta eller utgått.',
  en: 'The reservation is settled, released or expired.',
});
export const RETURN_INVALID = errorCode('RETURN_INVALID', 'rule', {
  nb: 'Det kan ikke gis tilbake mer enn det som er tildelt.',
  nn: 'Det kan ikkje givast tilbake meir enn det som er tildelt.',
  en: 'No more can be given back than was granted.',
});
export const BILLING_SIGNATURE_INVALID = errorCode('BILLING_SIGNATURE_INVALID', 'unauthenticated', {
  nb: 'Signaturen stemmer ikke.',
  nn: 'Signaturen stemmer ikkje.',
  en: 'The signature does not match.',
});
export const BILLING_EVENT_INVALID = errorCode('BILLING_EVENT_INVALID', 'rule', {
  nb: 'Hendelsen mangler noe eller gjelder et abonnement som ikke finnes.',
  nn: 'Hendinga manglar noko eller gjeld eit abonnement som ikkje finst.',
  en: 'The event lacks something, or is about a subscription that does not exist.',
});
