import { errorCode } from '@kit/contracts';

export const LISTING_INVALID_TYPE = errorCode('LISTING_INVALID_TYPE', 'rule', {
  nb: 'Typen eller bookingmodellen kan ikke brukes her.',
  nn: 'Typen eller bookingmodellen kan ikkje brukast her.',
  en: 'The type and the booking model do not go together, or were to be changed.',
});
export const LISTING_NOT_READY = errorCode('LISTING_NOT_READY', 'rule', {
  nb: 'Noe mangler før dette kan publiseres.',
  nn: 'Noko manglar før dette kan publiserast.',
  en: 'Something is missing before this can be published.',
});
export const LISTING_INVALID_STATE = errorCode('LISTING_INVALID_STATE', 'conflict', {
  nb: 'Det kan ikke gjøres slik utleieobjektet står nå.',
  nn: 'Det kan ikkje gjerast slik utleigeobjektet står no.',
  en: 'This cannot be done in the present state of the listing.',
});
export const ORGANIZATION_UNKNOWN = errorCode('ORGANIZATION_UNKNOWN', 'rule', {
  nb: 'Fant ikke organisasjonen.',
  nn: 'Fann ikkje organisasjonen.',
  en: 'There is no such organization.',
});
export const ZONE_INVALID = errorCode('ZONE_INVALID', 'rule', {
  nb: 'Sonen kan ikke settes sammen slik.',
  nn: 'Sona kan ikkje setjast saman slik.',
  en: 'The zone cannot be composed like this.',
});
export const ZONE_UNKNOWN = errorCode('ZONE_UNKNOWN', 'rule', {
  nb: 'Fant ikke sonen i dette utleieobjektet.',
  nn: 'Fann ikkje sona i dette utleigeobjektet.',
  en: 'There is no such zone in this listing.',
});
export const LISTING_HAS_BOOKINGS = errorCode('LISTING_HAS_BOOKINGS', 'conflict', {
  nb: 'Hele utleieobjektet er allerede booket; det kan ikke deles opp nå.',
  nn: 'Heile utleigeobjektet er alt booka; det kan ikkje delast opp no.',
  en: 'The listing is already booked as a whole and cannot be divided now.',
});
