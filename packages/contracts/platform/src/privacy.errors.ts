import { errorCode } from '@kit/contracts';

export const CONSENT_PURPOSE_UNKNOWN = errorCode('CONSENT_PURPOSE_UNKNOWN', 'not_found', {
  nb: 'Det finnes ikke noe slikt formål.',
  nn: 'Det finst ikkje noko slikt føremål.',
  en: 'There is no such purpose.',
});
export const CONSENT_VERSION_OUTDATED = errorCode('CONSENT_VERSION_OUTDATED', 'conflict', {
  nb: 'Erklæringen er endret. Les den nye før du samtykker.',
  nn: 'Erklæringa er endra. Les den nye før du samtykkjer.',
  en: 'The notice has changed. Read the new one before you consent.',
});
export const CONSENT_MISSING = errorCode('CONSENT_MISSING', 'forbidden', {
  nb: 'Personen har ikke samtykket til dette.',
  nn: 'Personen har ikkje samtykt til dette.',
  en: 'The person has not consented to this.',
});
export const DATA_SUBJECT_REQUEST_OPEN = errorCode('DATA_SUBJECT_REQUEST_OPEN', 'conflict', {
  nb: 'Et slikt krav er allerede under behandling.',
  nn: 'Eit slikt krav er alt under handsaming.',
  en: 'Such a request is being handled already.',
});
export const DATA_SUBJECT_REQUEST_STATUS_INVALID = errorCode('DATA_SUBJECT_REQUEST_STATUS_INVALID', 'conflict', {
  nb: 'Kravet kan ikke gå over i denne tilstanden.',
  nn: 'Kravet kan ikkje gå over i denne tilstanden.',
  en: 'The request cannot move to this state.',
});
export const DATA_SUBJECT_REQUEST_EXTENDED = errorCode('DATA_SUBJECT_REQUEST_EXTENDED', 'conflict', {
  nb: 'Fristen er allerede forlenget én gang.',
  nn: 'Fristen er alt forlengd éin gong.',
  en: 'The time limit has been extended once already.',
});
export const PARTICIPANT_UNKNOWN = errorCode('PARTICIPANT_UNKNOWN', 'not_found', {
  nb: 'Kravet er ikke sendt til et slikt system.',
  nn: 'Kravet er ikkje sendt til eit slikt system.',
  en: 'The request did not go to such a system.',
});
export const PARTICIPANT_ANSWERED = errorCode('PARTICIPANT_ANSWERED', 'conflict', {
  nb: 'Systemet har allerede svart.',
  nn: 'Systemet har alt svart.',
  en: 'The system has answered already.',
});
export const BUNDLE_UNAVAILABLE = errorCode('BUNDLE_UNAVAILABLE', 'conflict', {
  nb: 'Uttrekket finnes ikke, er allerede lastet ned eller er slettet.',
  nn: 'Uttrekket finst ikkje, er alt lasta ned eller er sletta.',
  en: 'The export does not exist, has been downloaded already or has been deleted.',
});
export const ERASURE_NOT_FOR_SERVICES = errorCode('ERASURE_NOT_FOR_SERVICES', 'rule', {
  nb: 'En tjenestekonto er ingen person og har ingen slike rettigheter.',
  nn: 'Ein tenestekonto er ingen person og har ingen slike rettar.',
  en: 'A service account is no person and has no such rights.',
});
export const CONSENT_PURPOSE_IMMUTABLE = errorCode('CONSENT_PURPOSE_IMMUTABLE', 'conflict', {
  nb: 'Noen har tatt stilling til denne versjonen av formålet. Registrer en ny.',
  nn: 'Nokon har teke stilling til denne versjonen av føremålet. Registrer ein ny.',
  en: 'People have decided on this version of the purpose. Register a new one.',
});
