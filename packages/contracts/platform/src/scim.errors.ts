import { errorCode } from '@kit/contracts';

export const SCIM_FILTER_INVALID = errorCode('SCIM_FILTER_INVALID', 'invalid', {
  nb: 'Dette filteret forstås ikke.',
  nn: 'Dette filteret blir ikkje forstått.',
  en: 'This filter is not understood. Compare attributes with eq, joined by and.',
});
export const SCIM_SYNTAX_INVALID = errorCode('SCIM_SYNTAX_INVALID', 'invalid', {
  nb: 'Innholdet er ikke i samsvar med SCIM.',
  nn: 'Innhaldet er ikkje i samsvar med SCIM.',
  en: 'The body is not as SCIM wants it.',
});
export const SCIM_PATH_INVALID = errorCode('SCIM_PATH_INVALID', 'invalid', {
  nb: 'Stien i endringen forstås ikke.',
  nn: 'Stien i endringa blir ikkje forstått.',
  en: 'The path of the change is not understood.',
});
export const SCIM_VALUE_INVALID = errorCode('SCIM_VALUE_INVALID', 'invalid', {
  nb: 'En av verdiene er ikke gyldig.',
  nn: 'Ein av verdiane er ikkje gyldig.',
  en: 'One of the values is not valid.',
});
export const SCIM_NO_TARGET = errorCode('SCIM_NO_TARGET', 'invalid', {
  nb: 'Endringen peker på noe som ikke finnes.',
  nn: 'Endringa peikar på noko som ikkje finst.',
  en: 'The change points at something that is not there.',
});
export const SCIM_UNIQUENESS = errorCode('SCIM_UNIQUENESS', 'conflict', {
  nb: 'Finnes allerede: userName, externalId eller gruppenavn er i bruk.',
  nn: 'Finst alt: userName, externalId eller gruppenamn er i bruk.',
  en: 'Exists already: the userName, externalId or name of the group is in use.',
});
export const SCIM_ADDRESS_UNPROVEN = errorCode('SCIM_ADDRESS_UNPROVEN', 'forbidden', {
  nb: 'Adressen ligger ikke under et bekreftet domene, og brukeren har mer tilgang enn katalogen.',
  nn: 'Adressa ligg ikkje under eit stadfesta domene, og brukaren har meir tilgang enn katalogen.',
  en: 'The new address is below none of the verified domains, and the user holds more than the directory does.',
});
