import { errorCode } from '@kit/contracts';

export const DECISION_BY_APPLICANT = errorCode('DECISION_BY_APPLICANT', 'forbidden', {
  nb: 'Du kan ikke avgjøre din egen søknad.',
  nn: 'Du kan ikkje avgjere din eigen søknad.',
  en: 'You cannot decide your own application.',
});
export const DECISION_NEEDS_ADMINISTRATOR = errorCode('DECISION_NEEDS_ADMINISTRATOR', 'forbidden', {
  nb: 'Denne søknaden må avgjøres av en administrator.',
  nn: 'Denne søknaden må avgjerast av ein administrator.',
  en: 'An administrator has to decide this application.',
});
export const WORKFLOW_UNKNOWN = errorCode('WORKFLOW_UNKNOWN', 'rule', {
  nb: 'Fant ikke saksgangen for denne organisasjonen.',
  nn: 'Fann ikkje saksgangen for denne organisasjonen.',
  en: 'There is no such workflow for this organization.',
});
export const WORKFLOW_INVALID = errorCode('WORKFLOW_INVALID', 'rule', {
  nb: 'Et steg i saksgangen mangler det vilkåret krever.',
  nn: 'Eit steg i saksgangen manglar det vilkåret krev.',
  en: 'A step of the workflow lacks what its condition needs.',
});
