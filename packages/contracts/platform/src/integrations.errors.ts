import { errorCode } from '@kit/contracts';

export const INTEGRATION_KIND_UNKNOWN = errorCode('INTEGRATION_KIND_UNKNOWN', 'rule', {
  nb: 'Denne typen integrasjon finnes ikke.',
  nn: 'Denne typen integrasjon finst ikkje.',
  en: 'There is no such kind of integration.',
});
export const INTEGRATION_NAME_TAKEN = errorCode('INTEGRATION_NAME_TAKEN', 'conflict', {
  nb: 'Det finnes allerede en integrasjon av denne typen med dette navnet.',
  nn: 'Det finst alt ein integrasjon av denne typen med dette namnet.',
  en: 'There is an integration of this kind by that name already.',
});
export const INTEGRATION_URL_REFUSED = errorCode('INTEGRATION_URL_REFUSED', 'rule', {
  nb: 'Adressen er ikke en offentlig https-adresse.',
  nn: 'Adressa er ikkje ei offentleg https-adresse.',
  en: 'The URL is not a public https URL.',
});
export const INTEGRATION_NOT_TESTABLE = errorCode('INTEGRATION_NOT_TESTABLE', 'rule', {
  nb: 'Denne typen integrasjon har ingen adresse å prøve.',
  nn: 'Denne typen integrasjon har inga adresse å prøve.',
  en: 'This kind of integration has no URL to test.',
});
