import { errorCode } from '@kit/contracts';

export const HOLD_UNKNOWN = errorCode('HOLD_UNKNOWN', 'rule', {
  nb: 'Du har ingen slik reservasjon.',
  nn: 'Du har ingen slik reservasjon.',
  en: 'You have no such hold. Leave holdId out, or name one of your own.',
});
export const HOLD_NOT_ACTIVE = errorCode('HOLD_NOT_ACTIVE', 'conflict', {
  nb: 'Reservasjonen er brukt, frigitt eller utløpt.',
  nn: 'Reservasjonen er brukt, frigitt eller utgått.',
  en: 'The hold was used, released or has expired. Book without it, or hold the time again.',
});
export const HOLD_MISMATCH = errorCode('HOLD_MISMATCH', 'rule', {
  nb: 'Reservasjonen gjelder noe annet enn det du vil booke.',
  nn: 'Reservasjonen gjeld noko anna enn det du vil booke.',
  en: 'The hold is for another listing or zone. Book what is held, or leave holdId out.',
});
export const TOO_MANY_HOLDS = errorCode('TOO_MANY_HOLDS', 'conflict', {
  nb: 'Du holder allerede så mange tider som du kan.',
  nn: 'Du held allereie så mange tider som du kan.',
  en: 'You hold as many times as you may. Book or release one of them first.',
});
