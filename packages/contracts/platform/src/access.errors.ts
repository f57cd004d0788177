import { errorCode } from '@kit/contracts';

export const GRANT_EXCEEDS_OWN = errorCode('GRANT_EXCEEDS_OWN', 'forbidden', {
  nb: 'Du kan ikke gi bort mer tilgang enn du selv har.',
  nn: 'Du kan ikkje gje bort meir tilgang enn du sjølv har.',
  en: 'You cannot give away more access than you have yourself.',
});
export const GRANT_EXISTS = errorCode('GRANT_EXISTS', 'conflict', {
  nb: 'Brukeren har allerede denne rollen her.',
  nn: 'Brukaren har alt denne rolla her.',
  en: 'The user already holds this role here.',
});
export const GRANT_SCOPE_INVALID = errorCode('GRANT_SCOPE_INVALID', 'rule', {
  nb: 'Rollen kan ikke gis på dette nivået.',
  nn: 'Rolla kan ikkje gjevast på dette nivået.',
  en: 'The role cannot be granted at this scope.',
});
export const GRANT_EXPIRY_PAST = errorCode('GRANT_EXPIRY_PAST', 'rule', {
  nb: 'Utløpstidspunktet må ligge fram i tid.',
  nn: 'Utløpstidspunktet må liggje fram i tid.',
  en: 'The time of expiry must lie ahead.',
});
export const LAST_ADMINISTRATOR = errorCode('LAST_ADMINISTRATOR', 'conflict', {
  nb: 'Den siste administratoren kan ikke fjernes. Utnevn en ny først.',
  nn: 'Den siste administratoren kan ikkje fjernast. Utnemn ein ny først.',
  en: 'The last administrator cannot be removed. Appoint another one first.',
});
export const ROLE_KEY_TAKEN = errorCode('ROLE_KEY_TAKEN', 'conflict', {
  nb: 'Det finnes allerede en rolle med denne nøkkelen.',
  nn: 'Det finst alt ei rolle med denne nøkkelen.',
  en: 'There is a role by that key already.',
});
export const ROLE_PERMISSION_UNKNOWN = errorCode('ROLE_PERMISSION_UNKNOWN', 'rule', {
  nb: 'Rollen inneholder tillatelser som ingen har registrert.',
  nn: 'Rolla inneheld løyve som ingen har registrert.',
  en: 'The role holds permissions that nobody has registered.',
});
export const ROLE_IMMUTABLE = errorCode('ROLE_IMMUTABLE', 'conflict', {
  nb: 'Rollen kommer fra systemet og kan ikke endres. Lag din egen.',
  nn: 'Rolla kjem frå systemet og kan ikkje endrast. Lag di eiga.',
  en: 'The role comes from the system and cannot be changed. Create one of your own.',
});
export const ROLE_IN_USE = errorCode('ROLE_IN_USE', 'conflict', {
  nb: 'Noen har denne rollen. Oppgi en rolle de skal få i stedet.',
  nn: 'Nokon har denne rolla. Oppgje ei rolle dei skal få i staden.',
  en: 'Somebody holds this role. Name a role they get instead.',
});
export const ROLES_SEPARATED = errorCode('ROLES_SEPARATED', 'conflict', {
  nb: 'Denne rollen kan ikke kombineres med en rolle brukeren allerede har.',
  nn: 'Denne rolla kan ikkje kombinerast med ei rolle brukaren alt har.',
  en: 'This role must not be combined with one the user already holds.',
});
export const ROLES_HELD_TOGETHER = errorCode('ROLES_HELD_TOGETHER', 'conflict', {
  nb: 'Noen har allerede begge rollene. Ta tilbake den ene først.',
  nn: 'Nokon har alt begge rollene. Ta tilbake den eine først.',
  en: 'Somebody holds both roles already. Take one of them back first.',
});
