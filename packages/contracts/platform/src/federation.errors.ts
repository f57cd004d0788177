import { errorCode } from '@kit/contracts';

export const IDENTITY_PROVIDER_KEY_TAKEN = errorCode('IDENTITY_PROVIDER_KEY_TAKEN', 'conflict', {
  nb: 'Nøkkelen er eller har vært i bruk. Velg en annen.',
  nn: 'Nøkkelen er eller har vore i bruk. Vel ein annan.',
  en: 'The key is or was in use. Choose another.',
});
export const IDENTITY_PROVIDER_INVALID = errorCode('IDENTITY_PROVIDER_INVALID', 'rule', {
  nb: 'Innstillingene for innloggingstjenesten henger ikke sammen.',
  nn: 'Innstillingane for innloggingstenesta heng ikkje saman.',
  en: 'The settings of the identity provider do not fit together.',
});
export const IDENTITY_PROVIDER_IN_USE = errorCode('IDENTITY_PROVIDER_IN_USE', 'conflict', {
  nb: 'Et domene krever denne innloggingstjenesten. Endre domenet først.',
  nn: 'Eit domene krev denne innloggingstenesta. Endre domenet først.',
  en: 'A domain requires this identity provider. Change the domain first.',
});
export const IDENTITY_PROVIDER_UNAVAILABLE = errorCode('IDENTITY_PROVIDER_UNAVAILABLE', 'unavailable', {
  nb: 'Innloggingstjenesten svarer ikke akkurat nå. Prøv igjen om litt.',
  nn: 'Innloggingstenesta svarar ikkje akkurat no. Prøv igjen om litt.',
  en: 'The identity provider does not answer right now. Try again shortly.',
});
export const RETURN_URL_NOT_ALLOWED = errorCode('RETURN_URL_NOT_ALLOWED', 'invalid', {
  nb: 'Det går bare an å gå tilbake til appen.',
  nn: 'Det går berre an å gå tilbake til appen.',
  en: 'One can only return to the app.',
});
export const SIGN_IN_ATTEMPT_INVALID = errorCode('SIGN_IN_ATTEMPT_INVALID', 'invalid', {
  nb: 'Innloggingen er utløpt, brukt opp eller startet i en annen nettleser. Begynn på nytt.',
  nn: 'Innlogginga er utgått, brukt opp eller starta i ein annan nettlesar. Byrja på nytt.',
  en: 'This sign-in has expired, is used up, or was started in another browser. Start again.',
});
export const SIGN_IN_NOT_COMPLETED = errorCode('SIGN_IN_NOT_COMPLETED', 'unauthenticated', {
  nb: 'Innloggingen ble ikke fullført hos innloggingstjenesten.',
  nn: 'Innlogginga vart ikkje fullført hos innloggingstenesta.',
  en: 'The sign-in was not completed at the identity provider.',
});
export const SIGN_IN_PROOF_INVALID = errorCode('SIGN_IN_PROOF_INVALID', 'unauthenticated', {
  nb: 'Svaret fra innloggingstjenesten kunne ikke bekreftes.',
  nn: 'Svaret frå innloggingstenesta kunne ikkje stadfestast.',
  en: 'What the identity provider answered could not be verified.',
});
export const ASSURANCE_TOO_LOW = errorCode('ASSURANCE_TOO_LOW', 'forbidden', {
  nb: 'Her kreves det en innlogging på et høyere sikkerhetsnivå.',
  nn: 'Her krevst det ei innlogging på eit høgare tryggleiksnivå.',
  en: 'A sign-in of a higher level of assurance is demanded here.',
});
export const ACCOUNT_NOT_LINKED = errorCode('ACCOUNT_NOT_LINKED', 'forbidden', {
  nb: 'Det finnes ingen bruker her for denne innloggingen.',
  nn: 'Det finst ingen brukar her for denne innlogginga.',
  en: 'There is no user here for this sign-in.',
});
export const ACCOUNT_EXISTS = errorCode('ACCOUNT_EXISTS', 'conflict', {
  nb: 'E-postadressen tilhører en bruker som logger inn på en annen måte. Logg inn slik og koble til derfra.',
  nn: 'E-postadressa høyrer til ein brukar som loggar inn på ein annan måte. Logg inn slik og kople til derifrå.',
  en: 'The email address belongs to a user who signs in another way. Sign in that way and link from there.',
});
export const ACCOUNT_INACTIVE = errorCode('ACCOUNT_INACTIVE', 'forbidden', {
  nb: 'Brukeren er ikke aktiv.',
  nn: 'Brukaren er ikkje aktiv.',
  en: 'The user is not active.',
});
export const SIGN_IN_CODE_INVALID = errorCode('SIGN_IN_CODE_INVALID', 'unauthenticated', {
  nb: 'Koden er utløpt eller brukt opp. Begynn innloggingen på nytt.',
  nn: 'Koden er utgått eller brukt opp. Byrja innlogginga på nytt.',
  en: 'The code has expired or is used up. Start the sign-in again.',
});
export const LOGOUT_TOKEN_INVALID = errorCode('LOGOUT_TOKEN_INVALID', 'invalid', {
  nb: 'Utloggingen kunne ikke bekreftes.',
  nn: 'Utlogginga kunne ikkje stadfestast.',
  en: 'The logout could not be verified.',
});
export const ACCOUNT_LINKED_ELSEWHERE = errorCode('ACCOUNT_LINKED_ELSEWHERE', 'conflict', {
  nb: 'Denne innloggingen er allerede koblet til en annen bruker.',
  nn: 'Denne innlogginga er alt kopla til ein annan brukar.',
  en: 'This sign-in is linked to another user already.',
});
export const SSO_REQUIRED = errorCode('SSO_REQUIRED', 'forbidden', {
  nb: 'Med denne e-postadressen logger man inn gjennom virksomhetens egen innlogging.',
  nn: 'Med denne e-postadressa loggar ein inn gjennom verksemda si eiga innlogging.',
  en: "With this email address one signs in through the organization's own identity provider.",
});
export const DOMAIN_EXISTS = errorCode('DOMAIN_EXISTS', 'conflict', {
  nb: 'Domenet er allerede lagt inn.',
  nn: 'Domenet er alt lagt inn.',
  en: 'The domain has been added already.',
});
export const DOMAIN_TAKEN = errorCode('DOMAIN_TAKEN', 'conflict', {
  nb: 'Domenet tilhører en annen kunde.',
  nn: 'Domenet høyrer til ein annan kunde.',
  en: 'The domain belongs to another tenant.',
});
export const DOMAIN_NOT_PROVEN = errorCode('DOMAIN_NOT_PROVEN', 'rule', {
  nb: 'Fant ikke TXT-posten som beviser at domenet er deres.',
  nn: 'Fann ikkje TXT-posten som provar at domenet er dykkar.',
  en: 'The TXT record that proves the domain is yours was not found.',
});
export const DOMAIN_NOT_VERIFIED = errorCode('DOMAIN_NOT_VERIFIED', 'rule', {
  nb: 'Bare et verifisert domene kan kreve en innloggingstjeneste.',
  nn: 'Berre eit stadfesta domene kan krevje ei innloggingsteneste.',
  en: 'Only a verified domain can require an identity provider.',
});
export const DNS_UNAVAILABLE = errorCode('DNS_UNAVAILABLE', 'unavailable', {
  nb: 'Navnetjenerne for domenet svarer ikke. Prøv igjen om litt.',
  nn: 'Namnetenarane for domenet svarar ikkje. Prøv igjen om litt.',
  en: 'The name servers of the domain do not answer. Try again shortly.',
});
