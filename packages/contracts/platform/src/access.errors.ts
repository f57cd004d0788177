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
