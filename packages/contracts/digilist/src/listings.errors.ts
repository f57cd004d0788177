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
  nb: 'Kommende bookinger står i veien. Se hvilke i svaret; behold eller avlys dem.',
  nn: 'Komande bookingar står i vegen. Sjå kva for nokre i svaret; behald eller avlys dei.',
  en: 'Future bookings stand in the way. The details name them: ask again to keep or to cancel them.',
});
export const SLUG_TAKEN = errorCode('SLUG_TAKEN', 'conflict', {
  nb: 'Et annet utleieobjekt har dette adressenavnet. Velg et annet.',
  nn: 'Eit anna utleigeobjekt har dette adressenamnet. Vel eit anna.',
  en: 'Another listing has this slug. Choose another one.',
});
export const ZONE_COLLISION = errorCode('ZONE_COLLISION', 'conflict', {
  nb: 'Kommende bookinger ville kollidere om sonene ble satt sammen slik. Se hvilke i svaret; flytt eller avlys dem først.',
  nn: 'Komande bookingar ville kollidere om sonene vart sette saman slik. Sjå kva for nokre i svaret; flytt eller avlys dei først.',
  en: 'Future bookings would collide if the zones were composed like this. The details name them: move or cancel them first.',
});
export const ZONE_IN_USE = errorCode('ZONE_IN_USE', 'conflict', {
  nb: 'Andre soner består av denne, eller den er den siste. Endre dem først.',
  nn: 'Andre soner består av denne, eller ho er den siste. Endre dei først.',
  en: 'Other zones are made of this one, or it is the last. Change those first.',
});
export const STOCK_TOO_LOW = errorCode('STOCK_TOO_LOW', 'conflict', {
  nb: 'Så få er for lite for det som er booket. Svaret sier når og hvor mange.',
  nn: 'Så få er for lite for det som er booka. Svaret seier når og kor mange.',
  en: 'So few would not be enough for what is booked. The details say when, and how many are needed.',
});
