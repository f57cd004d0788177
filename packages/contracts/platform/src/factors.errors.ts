import { errorCode } from '@kit/contracts';

export const MFA_REQUIRED = errorCode('MFA_REQUIRED', 'unauthenticated', {
  nb: 'Bekreft innloggingen med den andre faktoren din.',
  nn: 'Stadfest innlogginga med den andre faktoren din.',
  en: 'Confirm the sign-in with your second factor.',
});
export const MFA_ENROLMENT_REQUIRED = errorCode('MFA_ENROLMENT_REQUIRED', 'unauthenticated', {
  nb: 'Her kreves det to faktorer. Sett opp en autentiseringsapp for å logge inn.',
  nn: 'Her krevst det to faktorar. Set opp ein autentiseringsapp for å logge inn.',
  en: 'Two factors are demanded here. Set up an authenticator app to sign in.',
});
export const MFA_CHALLENGE_INVALID = errorCode('MFA_CHALLENGE_INVALID', 'unauthenticated', {
  nb: 'Innloggingen er utløpt eller brukt opp. Begynn på nytt.',
  nn: 'Innlogginga er utgått eller brukt opp. Byrja på nytt.',
  en: 'This sign-in has expired or is used up. Start again.',
});
export const MFA_CODE_INVALID = errorCode('MFA_CODE_INVALID', 'unauthenticated', {
  nb: 'Koden er feil eller allerede brukt.',
  nn: 'Koden er feil eller alt brukt.',
  en: 'The code is wrong or was used already.',
});
export const FACTOR_THROTTLED = errorCode('FACTOR_THROTTLED', 'limited', {
  nb: 'For mange feil forsøk. Vent litt, eller bruk en gjenopprettingskode eller en passnøkkel.',
  nn: 'For mange feil forsøk. Vent litt, eller bruk ein gjenopprettingskode eller ein passnøkkel.',
  en: 'Too many wrong attempts. Wait a little, or use a recovery code or a passkey.',
});
export const TOTP_ALREADY_ACTIVE = errorCode('TOTP_ALREADY_ACTIVE', 'conflict', {
  nb: 'En autentiseringsapp er allerede satt opp. Fjern den først.',
  nn: 'Ein autentiseringsapp er alt sett opp. Fjern han først.',
  en: 'An authenticator app is set up already. Remove it first.',
});
export const TOTP_NOT_STARTED = errorCode('TOTP_NOT_STARTED', 'conflict', {
  nb: 'Oppsettet er ikke påbegynt eller har utløpt. Begynn på nytt.',
  nn: 'Oppsettet er ikkje påbyrja eller har gått ut. Byrja på nytt.',
  en: 'The set-up was not started or has expired. Start again.',
});
export const TOTP_CODE_INVALID = errorCode('TOTP_CODE_INVALID', 'rule', {
  nb: 'Koden stemmer ikke med autentiseringsappen. Kontroller klokken på enheten.',
  nn: 'Koden stemmer ikkje med autentiseringsappen. Kontroller klokka på eininga.',
  en: 'The code does not match the authenticator app. Check the clock of the device.',
});
export const MFA_NOT_ACTIVE = errorCode('MFA_NOT_ACTIVE', 'conflict', {
  nb: 'Det er ikke satt opp noen autentiseringsapp.',
  nn: 'Det er ikkje sett opp nokon autentiseringsapp.',
  en: 'No authenticator app is set up.',
});
export const PASSKEY_INVALID = errorCode('PASSKEY_INVALID', 'unauthenticated', {
  nb: 'Passnøkkelen ble ikke godtatt.',
  nn: 'Passnøkkelen vart ikkje godteken.',
  en: 'The passkey was not accepted.',
});
export const PASSKEY_REGISTRATION_INVALID = errorCode('PASSKEY_REGISTRATION_INVALID', 'rule', {
  nb: 'Passnøkkelen kunne ikke registreres. Begynn på nytt.',
  nn: 'Passnøkkelen kunne ikkje registrerast. Byrja på nytt.',
  en: 'The passkey could not be registered. Start again.',
});
export const PASSKEY_TAKEN = errorCode('PASSKEY_TAKEN', 'conflict', {
  nb: 'Passnøkkelen er allerede registrert.',
  nn: 'Passnøkkelen er alt registrert.',
  en: 'The passkey is registered already.',
});
export const PASSKEY_LIMIT = errorCode('PASSKEY_LIMIT', 'conflict', {
  nb: 'Du har så mange passnøkler som mulig. Fjern en du ikke bruker.',
  nn: 'Du har så mange passnøklar som råd er. Fjern ein du ikkje bruker.',
  en: 'You have as many passkeys as possible. Remove one that you do not use.',
});
export const LAST_FACTOR = errorCode('LAST_FACTOR', 'conflict', {
  nb: 'Dette er den siste måten du kan logge inn på. Legg til en annen først.',
  nn: 'Dette er den siste måten du kan logge inn på. Legg til ein annan først.',
  en: 'This is the last way you can sign in. Add another one first.',
});
export const STEP_UP_REQUIRED = errorCode('STEP_UP_REQUIRED', 'forbidden', {
  nb: 'Bekreft hvem du er før du gjør dette.',
  nn: 'Stadfest kven du er før du gjer dette.',
  en: 'Confirm who you are before doing this.',
});
export const STEP_UP_FAILED = errorCode('STEP_UP_FAILED', 'rule', {
  nb: 'Bekreftelsen ble ikke godtatt.',
  nn: 'Stadfestinga vart ikkje godteken.',
  en: 'The confirmation was not accepted.',
});
