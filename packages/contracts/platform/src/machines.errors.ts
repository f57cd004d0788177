import { errorCode } from '@kit/contracts';

export const API_KEY_INVALID = errorCode('API_KEY_INVALID', 'unauthenticated', {
  nb: 'API-nøkkelen er ikke gyldig, eller den er utløpt eller trukket tilbake.',
  nn: 'API-nøkkelen er ikkje gyldig, eller han er utgått eller trekt tilbake.',
  en: 'The API key is not valid, has expired or was revoked.',
});
export const IMPERSONATION_NOT_ALLOWED = errorCode('IMPERSONATION_NOT_ALLOWED', 'forbidden', {
  nb: 'Kommunen tillater ikke at noen opptrer på vegne av andre.',
  nn: 'Kommunen tillèt ikkje at nokon opptrer på vegner av andre.',
  en: 'The tenant does not allow anybody to act on behalf of others (setting platform.impersonation-allowed).',
});
export const IMPERSONATION_TARGET_INVALID = errorCode('IMPERSONATION_TARGET_INVALID', 'rule', {
  nb: 'Denne brukeren kan ingen opptre på vegne av.',
  nn: 'Denne brukaren kan ingen opptre på vegner av.',
  en: 'Nobody may act on behalf of this user: not oneself, not a service, not somebody who is not active.',
});
