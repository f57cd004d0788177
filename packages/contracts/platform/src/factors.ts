import {
  anonymous,
  authenticated,
  Flag,
  Id,
  Instant,
  Json,
  Nested,
  NOT_FOUND,
  Nothing,
  PageQuery,
  pageOf,
  permission,
  TENANT_SUSPENDED,
  TENANT_UNKNOWN,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  FACTOR_THROTTLED,
  LAST_FACTOR,
  MFA_CHALLENGE_INVALID,
  MFA_CODE_INVALID,
  MFA_ENROLMENT_REQUIRED,
  MFA_NOT_ACTIVE,
  MFA_REQUIRED,
  PASSKEY_INVALID,
  PASSKEY_LIMIT,
  PASSKEY_REGISTRATION_INVALID,
  PASSKEY_TAKEN,
  STEP_UP_FAILED,
  STEP_UP_REQUIRED,
  TOTP_ALREADY_ACTIVE,
  TOTP_CODE_INVALID,
  TOTP_NOT_STARTED,
} from './factors.errors.js';
import { AUTH_BUSY } from './identity.errors.js';
import { Tokens, UserId } from './identity.js';

/** How somebody can confirm who they are, as refusals name it in `details.methods`. */
export const PROOF_METHODS = ['password', 'totp', 'recovery_code', 'passkey'] as const;
export type ProofMethod = (typeof PROOF_METHODS)[number];

export class Totp {
  @Id()
  id: string;

  @Instant()
  confirmedAt: string;
}

/** The second factors of the caller. */
export class Factors {
  @Nested(() => Totp, { nullable: true, description: 'The authenticator app, once confirmed' })
  totp: Totp | null;

  @Whole({ min: 0, max: 10 })
  recoveryCodesLeft: number;

  @Whole({ min: 0 })
  passkeys: number;

  @Flag({ description: 'The tenant lets nobody in by one factor' })
  required: boolean;
}

export class TotpEnrolment {
  @Text({ max: 64, description: 'Base32, to type into the app', example: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
  secret: string;

  @Text({ max: 1000, description: 'The same for a QR code', example: 'otpauth://totp/Acme:kari?secret=…' })
  uri: string;

  @Instant({ description: 'To be confirmed until then' })
  expiresAt: string;
}

const CODE = { min: 1, max: 64, example: '123456' };

export class ConfirmTotp {
  @Text(CODE)
  code: string;
}

export class RecoveryCodes {
  @Texts({ max: 10, description: 'Each signs in once in place of the app; they are shown this once' })
  codes: string[];
}

const CHALLENGE = { min: 1, max: 200, description: '`details.challenge` of the refusal that asked for this' };

export class VerifyMfa {
  @Text(CHALLENGE)
  challenge: string;

  @Text({ ...CODE, description: 'Of the authenticator app, or a recovery code' })
  code: string;
}

export class EnrolmentChallenge {
  @Text(CHALLENGE)
  challenge: string;
}

export class ConfirmEnrolment {
  @Text(CHALLENGE)
  challenge: string;

  @Text(CODE)
  code: string;
}

/** Exactly one of them. */
export class StepUp {
  @Text({ min: 1, max: 256, optional: true, description: 'Only where no second factor is set up' })
  password?: string;

  @Text({ ...CODE, optional: true, description: 'Of the authenticator app, or a recovery code' })
  code?: string;

  @Json({ optional: true, description: 'AuthenticationResponseJSON of WebAuthn Level 3' })
  passkey?: Record<string, unknown>;
}

export class Freshness {
  @Instant()
  authenticatedAt: string;

  @Instant({ description: 'Until then nothing has to be confirmed again' })
  freshUntil: string;
}

export class PasskeyOptions {
  @Json({ description: 'Options of WebAuthn Level 3 in their JSON form, for the browser' })
  options: Record<string, unknown>;
}

const NAME = { min: 1, max: 100, example: 'Telefonen' };

export class CreatePasskey {
  @Text(NAME)
  name: string;

  @Json({ description: 'RegistrationResponseJSON of WebAuthn Level 3' })
  credential: Record<string, unknown>;
}

export class AuthenticateWithPasskey {
  @Json({ description: 'AuthenticationResponseJSON of WebAuthn Level 3' })
  credential: Record<string, unknown>;
}

export class Passkey {
  @Id()
  id: string;

  @Text(NAME)
  name: string;

  @Flag({ description: 'The passkey is in more than one place, e.g. synchronised between devices' })
  backedUp: boolean;

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  lastUsedAt: string | null;

  @Instant({ nullable: true, description: 'Its counter went back then: there may be a copy of it' })
  suspectSince: string | null;

  @Whole({ min: 1 })
  version: number;
}

export class PasskeyPage extends pageOf(Passkey) {}

export class PasskeyId {
  @Id()
  id: string;
}

export class UpdatePasskey extends PasskeyId {
  @Text(NAME)
  name: string;
}

const TENANT = [TENANT_UNKNOWN, TENANT_SUSPENDED];
const challenged = anonymous('the challenge says who is signing in', { tenant: false });
const signingIn = anonymous('nobody is signed in before signing in', { tenant: false });

export const listFactors = operation({
  id: 'listFactors',
  subject: 'factor.list.v1',
  summary: "The caller's second factors",
  http: { method: 'GET', path: '/auth/mfa' },
  request: Nothing,
  response: Factors,
  access: authenticated,
});

export const beginTotp = operation({
  id: 'beginTotp',
  subject: 'totp.begin.v1',
  summary: 'Begin to set up an authenticator app; it counts once confirmed',
  http: { method: 'POST', path: '/auth/mfa/totp' },
  request: Nothing,
  response: TotpEnrolment,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, TOTP_ALREADY_ACTIVE],
});

export const confirmTotp = operation({
  id: 'confirmTotp',
  subject: 'totp.confirm.v1',
  summary: 'Confirm the authenticator app by a code of it; answers the recovery codes',
  http: { method: 'POST', path: '/auth/mfa/totp/confirm' },
  request: ConfirmTotp,
  response: RecoveryCodes,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, TOTP_NOT_STARTED, TOTP_CODE_INVALID],
});

export const removeTotp = operation({
  id: 'removeTotp',
  subject: 'totp.remove.v1',
  summary: 'Remove the authenticator app and its recovery codes; ends all other sessions',
  http: { method: 'DELETE', path: '/auth/mfa/totp', status: 204 },
  request: Nothing,
  response: null,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, MFA_NOT_ACTIVE],
});

export const renewRecoveryCodes = operation({
  id: 'renewRecoveryCodes',
  subject: 'recovery-code.renew.v1',
  summary: 'New recovery codes; the old ones stop working',
  http: { method: 'POST', path: '/auth/mfa/recovery-codes' },
  request: Nothing,
  response: RecoveryCodes,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, MFA_NOT_ACTIVE],
});

export const verifyMfa = operation({
  id: 'verifyMfa',
  subject: 'mfa.verify.v1',
  summary: 'Second step of signing in, after MFA_REQUIRED',
  http: { method: 'POST', path: '/auth/mfa/verify', session: 'starts' },
  request: VerifyMfa,
  response: Tokens,
  access: challenged,
  errors: [MFA_CHALLENGE_INVALID, MFA_CODE_INVALID, FACTOR_THROTTLED],
});

export const beginEnrolment = operation({
  id: 'beginEnrolment',
  subject: 'enrolment.begin.v1',
  summary: 'Set up an authenticator app while signing in, after MFA_ENROLMENT_REQUIRED',
  http: { method: 'POST', path: '/auth/mfa/enrolment' },
  request: EnrolmentChallenge,
  response: TotpEnrolment,
  access: challenged,
  errors: [MFA_CHALLENGE_INVALID],
});

export const confirmEnrolment = operation({
  id: 'confirmEnrolment',
  subject: 'enrolment.confirm.v1',
  summary: 'Confirm the authenticator app and be signed in; recovery codes are asked for afterwards',
  http: { method: 'POST', path: '/auth/mfa/enrolment/confirm', session: 'starts' },
  request: ConfirmEnrolment,
  response: Tokens,
  access: challenged,
  errors: [MFA_CHALLENGE_INVALID, TOTP_NOT_STARTED, MFA_CODE_INVALID],
});

export const stepUp = operation({
  id: 'stepUp',
  subject: 'session.step-up.v1',
  summary: 'Confirm anew who is using the session, for what asks for it with STEP_UP_REQUIRED',
  http: { method: 'POST', path: '/auth/step-up' },
  request: StepUp,
  response: Freshness,
  access: authenticated,
  errors: [STEP_UP_FAILED, FACTOR_THROTTLED, AUTH_BUSY],
});

export const beginPasskeyRegistration = operation({
  id: 'beginPasskeyRegistration',
  subject: 'passkey.begin-registration.v1',
  summary: 'Options to make a passkey with in the browser',
  http: { method: 'POST', path: '/auth/passkeys/registration-options' },
  request: Nothing,
  response: PasskeyOptions,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, PASSKEY_LIMIT],
});

export const createPasskey = operation({
  id: 'createPasskey',
  subject: 'passkey.create.v1',
  summary: 'Register the passkey that the browser made',
  http: { method: 'POST', path: '/auth/passkeys', status: 201 },
  request: CreatePasskey,
  response: Passkey,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, PASSKEY_REGISTRATION_INVALID, PASSKEY_TAKEN, PASSKEY_LIMIT],
  version: 'answers',
});

export const listPasskeys = operation({
  id: 'listPasskeys',
  subject: 'passkey.list.v1',
  summary: "List the caller's passkeys, newest first",
  http: { method: 'GET', path: '/auth/passkeys' },
  request: PageQuery,
  response: PasskeyPage,
  access: authenticated,
});

export const getPasskey = operation({
  id: 'getPasskey',
  subject: 'passkey.get.v1',
  summary: "Read one of the caller's passkeys",
  http: { method: 'GET', path: '/auth/passkeys/{id}' },
  request: PasskeyId,
  response: Passkey,
  access: authenticated,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updatePasskey = operation({
  id: 'updatePasskey',
  subject: 'passkey.update.v1',
  summary: "Rename one of the caller's passkeys",
  http: { method: 'PATCH', path: '/auth/passkeys/{id}' },
  request: UpdatePasskey,
  response: Passkey,
  access: authenticated,
  errors: [NOT_FOUND],
  version: 'required',
});

export const deletePasskey = operation({
  id: 'deletePasskey',
  subject: 'passkey.delete.v1',
  summary: "Remove one of the caller's passkeys; ends all other sessions",
  http: { method: 'DELETE', path: '/auth/passkeys/{id}', status: 204 },
  request: PasskeyId,
  response: null,
  access: authenticated,
  errors: [STEP_UP_REQUIRED, NOT_FOUND, LAST_FACTOR],
});

export const beginPasskeyAuthentication = operation({
  id: 'beginPasskeyAuthentication',
  subject: 'passkey.begin-authentication.v1',
  summary: 'Options to sign in (or to step up) with a passkey; nobody has to say who they are',
  http: { method: 'POST', path: '/auth/passkeys/authentication-options' },
  request: Nothing,
  response: PasskeyOptions,
  access: signingIn,
  errors: TENANT,
});

export const authenticateWithPasskey = operation({
  id: 'authenticateWithPasskey',
  subject: 'passkey.authenticate.v1',
  summary: 'Sign in with a passkey: possession and verification by the device, so two factors',
  http: { method: 'POST', path: '/auth/passkeys/authenticate', session: 'starts' },
  request: AuthenticateWithPasskey,
  response: Tokens,
  access: signingIn,
  errors: [PASSKEY_INVALID, ...TENANT],
});

export const resetFactors = operation({
  id: 'resetFactors',
  subject: 'factor.reset.v1',
  summary: 'Remove all second factors and passkeys of another user; ends all their sessions',
  http: { method: 'DELETE', path: '/users/{id}/factors', status: 204 },
  request: UserId,
  response: null,
  access: permission('platform.user.update'),
  errors: [STEP_UP_REQUIRED, NOT_FOUND],
});

/** What any way in may answer where one factor is not enough. */
export const SECOND_STEP_ERRORS = [MFA_REQUIRED, MFA_ENROLMENT_REQUIRED] as const;

export const factorsOperations = [
  listFactors,
  beginTotp,
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  verifyMfa,
  beginEnrolment,
  confirmEnrolment,
  stepUp,
  beginPasskeyRegistration,
  createPasskey,
  listPasskeys,
  getPasskey,
  updatePasskey,
  deletePasskey,
  beginPasskeyAuthentication,
  authenticateWithPasskey,
  resetFactors,
];
