import { errorCode } from '@kit/contracts';

export const DECISION_BY_APPLICANT = errorCode('DECISION_BY_APPLICANT', 'forbidden', {
  nb: 'Du kan ikke avgjøre din egen søknad, eller en søknad for din egen organisasjon.',
  nn: 'Du kan ikkje avgjere din eigen søknad, eller ein søknad for din eigen organisasjon.',
  en: 'You cannot decide your own application, or one for an organization of yours. Leave it to a colleague.',
});
export const DECISION_NEEDS_ADMINISTRATOR = errorCode('DECISION_NEEDS_ADMINISTRATOR', 'forbidden', {
  nb: 'Denne søknaden må avgjøres av en administrator.',
  nn: 'Denne søknaden må avgjerast av ein administrator.',
  en: 'An administrator has to decide this application.',
});
export const DECISION_NOT_YOURS = errorCode('DECISION_NOT_YOURS', 'forbidden', {
  nb: 'Saksgangen sier at andre skal avgjøre dette steget.',
  nn: 'Saksgangen seier at andre skal avgjere dette steget.',
  en: 'The workflow leaves this step to others. Assign it to one of them.',
});
export const DECISION_IN_OWN_NAME = errorCode('DECISION_IN_OWN_NAME', 'forbidden', {
  nb: 'En søknad avgjøres i eget navn, ikke på vegne av en annen.',
  nn: 'Ein søknad blir avgjord i eige namn, ikkje på vegner av ein annan.',
  en: 'An application is decided in one’s own name. Stop acting for somebody else first.',
});
export const DECISION_NEEDS_ANOTHER = errorCode('DECISION_NEEDS_ANOTHER', 'forbidden', {
  nb: 'Du har allerede avgjort en del av denne saken; en annen må avgjøre resten.',
  nn: 'Du har alt avgjort ein del av denne saka; ein annan må avgjere resten.',
  en: 'You have already decided a part of this case; somebody else has to decide the rest.',
});
export const APPROVAL_IMPOSSIBLE = errorCode('APPROVAL_IMPOSSIBLE', 'conflict', {
  nb: 'Søknaden kan ikke godkjennes lenger. Avslå den, eller fjern årsaken først.',
  nn: 'Søknaden kan ikkje godkjennast lenger. Avslå han, eller fjern årsaka først.',
  en: 'The application cannot be approved any more. Reject it, or remove the cause (details.reason) first.',
});
export const ASSIGNEE_CANNOT_DECIDE = errorCode('ASSIGNEE_CANNOT_DECIDE', 'rule', {
  nb: 'Denne personen kan ikke avgjøre søknaden. Velg en annen.',
  nn: 'Denne personen kan ikkje avgjere søknaden. Vel ein annan.',
  en: 'This person cannot decide the application. Choose somebody else.',
});
export const APPLICANT_ONLY = errorCode('APPLICANT_ONLY', 'forbidden', {
  nb: 'Bare søkeren kan gjøre dette.',
  nn: 'Berre søkjaren kan gjere dette.',
  en: 'Only the applicant can do this.',
});
export const APPEAL_TOO_LATE = errorCode('APPEAL_TOO_LATE', 'rule', {
  nb: 'Klagefristen er ute.',
  nn: 'Klagefristen er ute.',
  en: 'The time to appeal is over (details.until). Make a new booking instead.',
});
export const APPEAL_DECIDED = errorCode('APPEAL_DECIDED', 'conflict', {
  nb: 'Det er allerede klaget på dette avslaget.',
  nn: 'Det er alt klaga på dette avslaget.',
  en: 'There is an appeal against this rejection already. Wait for its answer, or make a new booking.',
});
export const WORKFLOW_UNKNOWN = errorCode('WORKFLOW_UNKNOWN', 'rule', {
  nb: 'Fant ikke saksgangen for denne organisasjonen.',
  nn: 'Fann ikkje saksgangen for denne organisasjonen.',
  en: 'There is no such workflow for this organization.',
});
export const WORKFLOW_INVALID = errorCode('WORKFLOW_INVALID', 'rule', {
  nb: 'Saksgangen er ikke gyldig. Rett det som er nevnt.',
  nn: 'Saksgangen er ikkje gyldig. Rett det som er nemnt.',
  en: 'The workflow is not sound. Correct what is named in errors, all of it.',
});
