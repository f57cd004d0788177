import { errorCode } from '@kit/contracts';

export const AUTH_INVALID_CREDENTIALS = errorCode('AUTH_INVALID_CREDENTIALS', 'unauthenticated', {
  nb: 'Feil e-postadresse eller passord.',
  nn: 'Feil e-postadresse eller passord.',
  en: 'The email address or the password is wrong.',
});
export const AUTH_REFRESH_INVALID = errorCode('AUTH_REFRESH_INVALID', 'unauthenticated', {
  nb: 'Økten er avsluttet. Logg inn på nytt.',
  nn: 'Økta er avslutta. Logg inn på nytt.',
  en: 'The session has ended. Sign in again.',
});
export const AUTH_REFRESH_REUSED = errorCode('AUTH_REFRESH_REUSED', 'unauthenticated', {
  nb: 'Denne fornyelsen er brukt før, så økten ble avsluttet for sikkerhets skyld. Logg inn på nytt.',
  nn: 'Denne fornyinga er brukt før, så økta vart avslutta for sikkerheits skuld. Logg inn på nytt.',
  en: 'This refresh token was used before, so the session was ended to be safe. Sign in again.',
});
export const AUTH_BUSY = errorCode('AUTH_BUSY', 'limited', {
  nb: 'Svært mange logger inn akkurat nå. Vent litt.',
  nn: 'Svært mange loggar inn akkurat no. Vent litt.',
  en: 'Very many are signing in right now. Wait a little.',
});
export const EMAIL_TAKEN = errorCode('EMAIL_TAKEN', 'conflict', {
  nb: 'E-postadressen er allerede i bruk.',
  nn: 'E-postadressa er alt i bruk.',
  en: 'The email address is in use already.',
});
export const PASSWORD_TOO_SHORT = errorCode('PASSWORD_TOO_SHORT', 'rule', {
  nb: 'Passordet må ha minst 15 tegn.',
  nn: 'Passordet må ha minst 15 teikn.',
  en: 'The password needs at least 15 characters.',
});
export const USER_STATUS_INVALID = errorCode('USER_STATUS_INVALID', 'conflict', {
  nb: 'Brukeren kan ikke få denne statusen nå.',
  nn: 'Brukaren kan ikkje få denne statusen no.',
  en: 'The user cannot go to this status from where they are.',
});
