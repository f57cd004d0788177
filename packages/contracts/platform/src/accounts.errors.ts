import { errorCode } from '@kit/contracts';

export const AUTH_THROTTLED = errorCode('AUTH_THROTTLED', 'limited', {
  nb: 'For mange mislykkede forsøk. Vent litt før du prøver igjen.',
  nn: 'For mange mislukka forsøk. Vent litt før du prøver igjen.',
  en: 'Too many failed attempts. Wait before trying again.',
});
export const AUTH_PASSWORD_LOCKED = errorCode('AUTH_PASSWORD_LOCKED', 'unauthenticated', {
  nb: 'Passordet er sperret etter svært mange mislykkede forsøk. Velg et nytt via e-post, eller logg inn på en annen måte.',
  nn: 'Passordet er sperra etter svært mange mislukka forsøk. Vel eit nytt via e-post, eller logg inn på ein annan måte.',
  en: 'The password is locked after very many failed attempts. Choose a new one by mail, or sign in another way.',
});
export const REGISTRATION_CLOSED = errorCode('REGISTRATION_CLOSED', 'rule', {
  nb: 'Her kan man ikke registrere seg selv. Be om en invitasjon.',
  nn: 'Her kan ein ikkje registrere seg sjølv. Be om ein invitasjon.',
  en: 'Nobody can register here on their own. Ask for an invitation.',
});
export const ACCOUNT_TOKEN_INVALID = errorCode('ACCOUNT_TOKEN_INVALID', 'rule', {
  nb: 'Lenken er brukt eller utløpt. Be om en ny.',
  nn: 'Lenkja er brukt eller utgått. Be om ei ny.',
  en: 'The link was used or has expired. Ask for a new one.',
});
export const PASSWORD_COMMON = errorCode('PASSWORD_COMMON', 'rule', {
  nb: 'Dette passordet er kjent fra lekkasjer. Velg et annet.',
  nn: 'Dette passordet er kjent frå lekkasjar. Vel eit anna.',
  en: 'This password is known from leaks. Choose another.',
});
export const PASSWORD_PREDICTABLE = errorCode('PASSWORD_PREDICTABLE', 'rule', {
  nb: 'Passordet består nesten bare av navn på deg, tjenesten eller en enkel rekke. Velg et annet.',
  nn: 'Passordet består nesten berre av namn på deg, tenesta eller ei enkel rekkje. Vel eit anna.',
  en: 'The password is little more than a name of yours or of the service, or a simple series. Choose another.',
});
export const PASSWORD_WRONG = errorCode('PASSWORD_WRONG', 'rule', {
  nb: 'Det nåværende passordet er feil.',
  nn: 'Det noverande passordet er feil.',
  en: 'The current password is wrong.',
});
export const EMAIL_UNCHANGED = errorCode('EMAIL_UNCHANGED', 'rule', {
  nb: 'Dette er e-postadressen du har.',
  nn: 'Dette er e-postadressa du har.',
  en: 'This is the email address you have.',
});
