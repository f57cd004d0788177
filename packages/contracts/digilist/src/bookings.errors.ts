import { errorCode } from '@kit/contracts';

export const SLOT_CONFLICT = errorCode('SLOT_CONFLICT', 'conflict', {
  nb: 'Tiden er ikke ledig.',
  nn: 'Tida er ikkje ledig.',
  en: 'The time is not free.',
});
export const LISTING_NOT_BOOKABLE = errorCode('LISTING_NOT_BOOKABLE', 'rule', {
  nb: 'Dette kan ikke bookes nå.',
  nn: 'Dette kan ikkje bookast no.',
  en: 'This cannot be booked at present.',
});
export const ZONE_REQUIRED = errorCode('ZONE_REQUIRED', 'rule', {
  nb: 'Velg hvilken del du vil booke.',
  nn: 'Vel kva del du vil booke.',
  en: 'Say which zone you want to book.',
});
export const QUANTITY_INVALID = errorCode('QUANTITY_INVALID', 'rule', {
  nb: 'Antallet passer ikke til det som skal bookes.',
  nn: 'Talet passar ikkje til det som skal bookast.',
  en: 'The quantity does not fit what is to be booked.',
});
export const TERMS_NOT_ACCEPTED = errorCode('TERMS_NOT_ACCEPTED', 'invalid', {
  nb: 'Vilkårene må godtas før du kan booke.',
  nn: 'Vilkåra må godtakast før du kan booke.',
  en: 'The terms must be accepted before booking.',
});
export const TERMS_VERSION_MISMATCH = errorCode('TERMS_VERSION_MISMATCH', 'invalid', {
  nb: 'Vilkårene er endret. Les og godta den nye utgaven.',
  nn: 'Vilkåra er endra. Les og godta den nye utgåva.',
  en: 'The terms have changed. Read and accept the current version.',
});
export const ORG_NOT_MEMBER = errorCode('ORG_NOT_MEMBER', 'forbidden', {
  nb: 'Du er ikke medlem av organisasjonen du vil booke for.',
  nn: 'Du er ikkje medlem av organisasjonen du vil booke for.',
  en: 'You are not a member of the organization you want to book for.',
});
export const INVALID_STATE = errorCode('INVALID_STATE', 'conflict', {
  nb: 'Det kan ikke gjøres med bookingen slik den står nå.',
  nn: 'Det kan ikkje gjerast med bookinga slik ho står no.',
  en: 'This cannot be done in the present state.',
});
export const BOOKING_STARTED = errorCode('BOOKING_STARTED', 'conflict', {
  nb: 'Bookingen har allerede begynt.',
  nn: 'Bookinga har allereie byrja.',
  en: 'The booking has already begun.',
});
export const PROCESSING_RESTRICTED = errorCode('PROCESSING_RESTRICTED', 'forbidden', {
  nb: 'Behandlingen av opplysningene er begrenset, så det kan ikke bookes nå.',
  nn: 'Handsaminga av opplysningane er avgrensa, så det kan ikkje bookast no.',
  en: 'The processing of the personal data is restricted, so nothing can be booked now.',
});
export const BOOKING_NOT_STARTED = errorCode('BOOKING_NOT_STARTED', 'conflict', {
  nb: 'Bookingen har ikke begynt ennå.',
  nn: 'Bookinga har ikkje byrja enno.',
  en: 'The booking has not begun yet. Cancel it if nobody will come.',
});
export const BOOKING_NOT_OVER = errorCode('BOOKING_NOT_OVER', 'conflict', {
  nb: 'Bookingen er ikke over ennå.',
  nn: 'Bookinga er ikkje over enno.',
  en: 'The booking is not over yet. Complete it after its end.',
});
export const TOO_MANY_LINKS = errorCode('TOO_MANY_LINKS', 'rule', {
  nb: 'Bookingen har for mange delte lenker. Trekk tilbake en av dem først.',
  nn: 'Bookinga har for mange delte lenkjer. Trekk tilbake ei av dei først.',
  en: 'The booking has too many links. Revoke one of them first.',
});
