import { errorCode } from '@kit/contracts';

export const TENANT_SLUG_TAKEN = errorCode('TENANT_SLUG_TAKEN', 'conflict', {
  nb: 'Kortnavnet er allerede i bruk.',
  nn: 'Kortnamnet er alt i bruk.',
  en: 'The slug is in use already.',
});
export const TIMEZONE_UNKNOWN = errorCode('TIMEZONE_UNKNOWN', 'rule', {
  nb: 'Tidssonen finnes ikke.',
  nn: 'Tidssona finst ikkje.',
  en: 'There is no such time zone.',
});
export const REGION_UNKNOWN = errorCode('REGION_UNKNOWN', 'rule', {
  nb: 'Regionen finnes ikke. Velg en av dem som er oppgitt.',
  nn: 'Regionen finst ikkje. Vel ein av dei som er oppgjevne.',
  en: 'There is no such region. Choose one of those given.',
});
export const REGION_FIXED = errorCode('REGION_FIXED', 'conflict', {
  nb: 'Kunden har eller har hatt lisens og kan ha data i regionen. Da kan den ikke flyttes.',
  nn: 'Kunden har eller har hatt lisens og kan ha data i regionen. Då kan han ikkje flyttast.',
  en: 'The tenant has or had a licence and may have data in its region, so it cannot be moved.',
});
export const REGION_MISMATCH = errorCode('REGION_MISMATCH', 'forbidden', {
  nb: 'Kunden hører til i en annen region.',
  nn: 'Kunden høyrer til i ein annan region.',
  en: 'The tenant belongs to another region.',
});
export const ORGANIZATION_NUMBER_TAKEN = errorCode('ORGANIZATION_NUMBER_TAKEN', 'conflict', {
  nb: 'Organisasjonsnummeret er allerede registrert.',
  nn: 'Organisasjonsnummeret er alt registrert.',
  en: 'The organization number is registered already.',
});
export const ORGANIZATION_NUMBER_INVALID = errorCode('ORGANIZATION_NUMBER_INVALID', 'rule', {
  nb: 'Organisasjonsnummeret er ikke gyldig.',
  nn: 'Organisasjonsnummeret er ikkje gyldig.',
  en: 'The organization number is not valid.',
});
export const ORGANIZATION_PARENT_INVALID = errorCode('ORGANIZATION_PARENT_INVALID', 'rule', {
  nb: 'Organisasjonen kan ikke ligge under denne.',
  nn: 'Organisasjonen kan ikkje liggje under denne.',
  en: 'The organization cannot be placed under that one.',
});
export const ORGANIZATION_ARCHIVED = errorCode('ORGANIZATION_ARCHIVED', 'conflict', {
  nb: 'Organisasjonen er arkivert.',
  nn: 'Organisasjonen er arkivert.',
  en: 'The organization is archived.',
});
export const MEMBER_USER_UNKNOWN = errorCode('MEMBER_USER_UNKNOWN', 'rule', {
  nb: 'Brukeren finnes ikke eller er ikke aktiv.',
  nn: 'Brukaren finst ikkje eller er ikkje aktiv.',
  en: 'There is no such active user.',
});
export const MEMBERSHIP_EXISTS = errorCode('MEMBERSHIP_EXISTS', 'conflict', {
  nb: 'Brukeren er allerede medlem.',
  nn: 'Brukaren er alt medlem.',
  en: 'The user is a member already.',
});
export const ORGANIZATION_IN_USE = errorCode('ORGANIZATION_IN_USE', 'conflict', {
  nb: 'Organisasjonen har aktive organisasjoner under seg. Flytt eller arkiver dem først.',
  nn: 'Organisasjonen har aktive organisasjonar under seg. Flytt eller arkiver dei først.',
  en: 'There are active organizations below it. Move or archive them first.',
});
export const TENANT_STATUS_INVALID = errorCode('TENANT_STATUS_INVALID', 'conflict', {
  nb: 'Dette går ikke i den tilstanden kunden er i.',
  nn: 'Dette går ikkje i den tilstanden kunden er i.',
  en: 'This cannot be done to a tenant in its present status.',
});
