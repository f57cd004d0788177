import { errorCode } from './errors.js';

export const VALIDATION_FAILED = errorCode('VALIDATION_FAILED', 'invalid', {
  nb: 'Noen av feltene er ikke gyldige.',
  nn: 'Nokre av felta er ikkje gyldige.',
  en: 'Some fields are not valid.',
});
export const MALFORMED_REQUEST = errorCode('MALFORMED_REQUEST', 'invalid', {
  nb: 'Forespørselen kunne ikke leses.',
  nn: 'Førespurnaden kunne ikkje lesast.',
  en: 'The request could not be read.',
});
export const AUTH_REQUIRED = errorCode('AUTH_REQUIRED', 'unauthenticated', {
  nb: 'Du må logge inn.',
  nn: 'Du må logge inn.',
  en: 'Sign in first.',
});
export const TOKEN_INVALID = errorCode('TOKEN_INVALID', 'unauthenticated', {
  nb: 'Innloggingen er utløpt eller ugyldig. Logg inn på nytt.',
  nn: 'Innlogginga er utgått eller ugyldig. Logg inn på nytt.',
  en: 'The access token has expired or is not valid. Sign in again.',
});
export const TENANT_REQUIRED = errorCode('TENANT_REQUIRED', 'invalid', {
  nb: 'Oppgi hvilken kommune det gjelder (X-Tenant).',
  nn: 'Oppgi kva kommune det gjeld (X-Tenant).',
  en: 'Name the tenant by host or by X-Tenant.',
});
export const TENANT_UNKNOWN = errorCode('TENANT_UNKNOWN', 'not_found', {
  nb: 'Fant ikke kommunen.',
  nn: 'Fann ikkje kommunen.',
  en: 'There is no such tenant.',
});
export const TENANT_MISMATCH = errorCode('TENANT_MISMATCH', 'forbidden', {
  nb: 'Innloggingen gjelder en annen kommune.',
  nn: 'Innlogginga gjeld ein annan kommune.',
  en: 'The token belongs to another tenant than the request names.',
});
export const TENANT_SUSPENDED = errorCode('TENANT_SUSPENDED', 'forbidden', {
  nb: 'Kommunens tilgang er stengt.',
  nn: 'Tilgangen til kommunen er stengd.',
  en: "The tenant's access is suspended.",
});
export const IMPERSONATION_LIMITED = errorCode('IMPERSONATION_LIMITED', 'forbidden', {
  nb: 'Dette kan bare brukeren selv gjøre.',
  nn: 'Dette kan berre brukaren sjølv gjere.',
  en: 'Only the user themselves may do this, not somebody who acts on their behalf.',
});
export const FORBIDDEN = errorCode('FORBIDDEN', 'forbidden', {
  nb: 'Du har ikke tilgang til dette.',
  nn: 'Du har ikkje tilgang til dette.',
  en: 'You may not do this.',
});
export const NOT_FOUND = errorCode('NOT_FOUND', 'not_found', {
  nb: 'Fant ikke det du spurte etter.',
  nn: 'Fann ikkje det du spurde etter.',
  en: 'There is nothing here by that id.',
});
export const STALE_VERSION = errorCode('STALE_VERSION', 'stale', {
  nb: 'Noen andre har endret dette i mellomtiden. Hent det på nytt.',
  nn: 'Nokon andre har endra dette i mellomtida. Hent det på nytt.',
  en: 'Somebody else changed this meanwhile. Read it again.',
});
export const PRECONDITION_REQUIRED = errorCode('PRECONDITION_REQUIRED', 'precondition_required', {
  nb: 'Send If-Match med versjonen du har lest.',
  nn: 'Send If-Match med versjonen du har lese.',
  en: 'Send If-Match with the version you read.',
});
export const IDEMPOTENCY_MISMATCH = errorCode('IDEMPOTENCY_MISMATCH', 'rule', {
  nb: 'Nøkkelen er brukt med et annet innhold.',
  nn: 'Nøkkelen er brukt med eit anna innhald.',
  en: 'This Idempotency-Key was used with another body.',
});
export const MODULE_NOT_ENTITLED = errorCode('MODULE_NOT_ENTITLED', 'forbidden', {
  nb: 'Lisensen omfatter ikke denne modulen.',
  nn: 'Lisensen omfattar ikkje denne modulen.',
  en: 'The licence does not include this module.',
});
export const LIMIT_EXCEEDED = errorCode('LIMIT_EXCEEDED', 'limited', {
  nb: 'Lisensens grense for perioden er nådd.',
  nn: 'Grensa i lisensen for perioden er nådd.',
  en: 'The limit of the licence for this period is reached.',
});
export const SUBSCRIPTION_EXPIRED = errorCode('SUBSCRIPTION_EXPIRED', 'payment_required', {
  nb: 'Abonnementet er utløpt.',
  nn: 'Abonnementet er utgått.',
  en: 'The subscription has expired.',
});
export const SUBSCRIPTION_SUSPENDED = errorCode('SUBSCRIPTION_SUSPENDED', 'payment_required', {
  nb: 'Abonnementet er stanset.',
  nn: 'Abonnementet er stansa.',
  en: 'The subscription is suspended.',
});
export const RATE_LIMITED = errorCode('RATE_LIMITED', 'limited', {
  nb: 'For mange forespørsler. Vent litt.',
  nn: 'For mange førespurnader. Vent litt.',
  en: 'Too many requests. Wait a little.',
});
export const BODY_TOO_LARGE = errorCode('BODY_TOO_LARGE', 'too_large', {
  nb: 'Innholdet er for stort.',
  nn: 'Innhaldet er for stort.',
  en: 'The body is too large.',
});
export const SERVICE_UNAVAILABLE = errorCode('SERVICE_UNAVAILABLE', 'unavailable', {
  nb: 'Tjenesten svarer ikke akkurat nå. Prøv igjen om litt.',
  nn: 'Tenesta svarar ikkje akkurat no. Prøv igjen om litt.',
  en: 'The service does not answer right now. Try again shortly.',
});
export const DEADLINE_EXCEEDED = errorCode('DEADLINE_EXCEEDED', 'unavailable', {
  nb: 'Det tok for lang tid. Prøv igjen.',
  nn: 'Det tok for lang tid. Prøv igjen.',
  en: 'It took too long. Try again.',
});
export const OVERLOADED = errorCode('OVERLOADED', 'unavailable', {
  nb: 'Det er svært mange forespørsler akkurat nå. Prøv igjen om litt.',
  nn: 'Det er svært mange førespurnader akkurat no. Prøv igjen om litt.',
  en: 'There are too many requests right now. Try again shortly.',
});
export const INTERNAL_ERROR = errorCode('INTERNAL_ERROR', 'internal', {
  nb: 'Noe gikk galt hos oss. Feilen er registrert.',
  nn: 'Noko gjekk gale hos oss. Feilen er registrert.',
  en: 'Something went wrong on our side. It has been recorded.',
});

/** Answers that any operation may give, whatever it declares itself. */
export const COMMON_ERRORS = [
  VALIDATION_FAILED,
  MALFORMED_REQUEST,
  BODY_TOO_LARGE,
  RATE_LIMITED,
  SERVICE_UNAVAILABLE,
  DEADLINE_EXCEEDED,
  OVERLOADED,
  INTERNAL_ERROR,
] as const;

/** Answers of every operation that needs a signed-in caller. */
export const SIGNED_IN_ERRORS = [
  AUTH_REQUIRED,
  TOKEN_INVALID,
  TENANT_MISMATCH,
  TENANT_SUSPENDED,
  IMPERSONATION_LIMITED,
] as const;

/** Answers of every operation behind a product module. */
export const LICENSED_ERRORS = [MODULE_NOT_ENTITLED, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_SUSPENDED] as const;
