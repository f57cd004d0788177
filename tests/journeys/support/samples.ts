import { money } from '@kit/contracts';
import { eventually } from '@kit/testing';
import { at, type Municipality, PASSWORD, TERMS } from './municipality.js';
import { type ApprovalTargets, approvalSamples, approvalTargetsOf } from './samples.approvals.js';
import { type InvoiceTargets, invoiceSamples, invoiceTargetsOf } from './samples.invoices.js';
import { type NotificationTargets, notificationSamples, notificationTargetsOf } from './samples.notifications.js';
import {
  type PaymentProviderTargets,
  paymentProviderSamples,
  paymentProviderTargetsOf,
} from './samples.payment-providers.js';
import { paymentSamples } from './samples.payments.js';
import { type PricingTargets, pricingSamples, pricingTargetsOf } from './samples.pricing.js';
import { reportSamples } from './samples.reports.js';

/** Rows of one tenant that a request can name. */
export interface Targets
  extends ApprovalTargets,
    InvoiceTargets,
    NotificationTargets,
    PaymentProviderTargets,
    PricingTargets {
  tenantId: string;
  slug: string;
  userId: string;
  orgId: string;
  roleId: string;
  grantId: string;
  sessionId: string;
  listingId: string;
  mediaId: string;
  feedId: string;
  zoneId: string;
  categoryId: string;
  amenityId: string;
  blockId: string;
  bookingId: string;
  linkId: string;
  seriesId: string;
  draftId: string;
  approvalId: string;
  providerId: string;
  domainId: string;
  accountId: string;
  keyId: string;
  invitationId: string;
  subjectRequestId: string;
  webhookId: string;
  templateId: string;
  quotaId: string;
}

export interface Sample {
  /** Valid in itself, so that nothing but the caller can be the reason of a refusal. */
  request: (targets: Targets) => object;
  /** Reads or changes rows that belong to an organization: nobody of another organization may. */
  ofOrg?: true;
  /** Concerns the whole tenant: a grant at one organization is not enough. */
  ofTenant?: true;
  /** Whoever may is refused with this code all the same: what it takes is made in a journey of its own. */
  lacks?: string;
}

const id = (key: keyof Targets) => (targets: Targets) => ({ id: targets[key] });
const none = () => ({});
const everyWeek = {
  rule: 'FREQ=WEEKLY;COUNT=2',
  firstDate: at(45, 10).slice(0, 10),
  startsTime: '14:00',
  endsTime: '15:00',
};
const window = { from: at(3, 0), to: at(4, 0) };
const rules = { stepMinutes: 30, minDurationMinutes: 30, maxDurationMinutes: 240, leadMinutes: 0, horizonDays: 90 };
const quota = { name: { nb: 'Kvote' }, per: 'person', measure: 'bookings', most: 1_000_000, period: 'year' } as const;

const flag = {
  type: 'boolean',
  variants: { on: true, off: false },
  enabled: true,
  offVariant: 'off',
  defaultVariant: 'off',
};

const scimPatch = (path: string, value: unknown) =>
  JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path, value }],
  });

/** An id that no row has. */
const NOBODY = '01980a3e-0000-7000-8000-000000000000';

/** One valid request per operation. An operation without one fails the matrix: who adds an operation adds a line. */
export const samples: Record<string, Sample> = {
  // identity
  login: { request: () => ({ email: `ingen-${Math.random()}@example.test`, password: 'feil-passord-feil' }) },
  refresh: { request: ({ tenantId }) => ({ refreshToken: `${tenantId}.feil` }) },
  logout: { request: none },
  getMe: { request: none },
  listSessions: { request: none },
  endSession: { request: id('sessionId') },
  endOtherSessions: { request: none },
  listSigningKeys: { request: none },
  createUser: { request: () => ({ email: `ny-${Math.random()}@example.test`, name: 'Ny' }), ofTenant: true },
  listUsers: { request: none },
  getUser: { request: id('userId') },
  updateUser: { request: ({ userId }) => ({ id: userId, name: 'Tatt over' }), ofTenant: true },
  // accounts
  register: {
    request: () => ({ email: `ny-${Math.random()}@example.test`, name: 'Ny', password: 'tre blå båter mot nord' }),
  },
  resendVerification: { request: () => ({ email: `ny-${Math.random()}@example.test` }) },
  verifyEmail: { request: ({ tenantId }) => ({ token: `${tenantId}.feil` }) },
  changeEmail: { request: () => ({ email: `ny-${Math.random()}@example.test` }) },
  forgotPassword: { request: () => ({ email: `ny-${Math.random()}@example.test` }) },
  resetPassword: { request: ({ tenantId }) => ({ token: `${tenantId}.feil`, password: 'tre blå båter mot nord' }) },
  changePassword: { request: () => ({ currentPassword: PASSWORD, password: 'fire grå gjess mot sør' }) },
  updateMe: { request: () => ({ locale: 'nn' }) },
  listUserSessions: { request: id('userId'), ofTenant: true },
  endUserSessions: { request: id('userId'), ofTenant: true },
  endUserSession: { request: ({ userId, sessionId }) => ({ id: userId, sessionId }), ofTenant: true },
  rotateSigningKey: { request: none, ofTenant: true },
  // factors
  listFactors: { request: none },
  beginTotp: { request: none },
  confirmTotp: { request: () => ({ code: 'no code' }), lacks: 'TOTP_CODE_INVALID' },
  removeTotp: { request: none, lacks: 'MFA_NOT_ACTIVE' },
  renewRecoveryCodes: { request: none, lacks: 'MFA_NOT_ACTIVE' },
  verifyMfa: { request: ({ tenantId }) => ({ challenge: `${tenantId}.feil`, code: '123456' }) },
  beginEnrolment: { request: ({ tenantId }) => ({ challenge: `${tenantId}.feil` }) },
  confirmEnrolment: { request: ({ tenantId }) => ({ challenge: `${tenantId}.feil`, code: '123456' }) },
  stepUp: { request: () => ({ code: '123456' }), lacks: 'STEP_UP_FAILED' },
  beginPasskeyRegistration: { request: none },
  createPasskey: { request: () => ({ name: 'Telefonen', credential: {} }), lacks: 'PASSKEY_REGISTRATION_INVALID' },
  listPasskeys: { request: none },
  getPasskey: { request: id('userId'), lacks: 'NOT_FOUND' },
  updatePasskey: { request: ({ userId }) => ({ id: userId, name: 'Tatt over' }), lacks: 'NOT_FOUND' },
  deletePasskey: { request: id('userId'), lacks: 'NOT_FOUND' },
  beginPasskeyAuthentication: { request: none },
  authenticateWithPasskey: { request: () => ({ credential: {} }) },
  resetFactors: { request: id('userId'), ofTenant: true },
  // federation
  createIdentityProvider: {
    request: () => ({
      key: `idp-${Math.random().toString(36).slice(2)}`,
      name: 'Ansatte',
      issuer: 'https://login.example.com',
      clientId: 'klient',
      clientSecret: 'hemmelig',
      enabled: false,
    }),
    ofTenant: true,
  },
  listIdentityProviders: { request: none, ofTenant: true },
  getIdentityProvider: { request: id('providerId'), ofTenant: true },
  updateIdentityProvider: { request: ({ providerId }) => ({ id: providerId, name: 'x' }), ofTenant: true },
  deleteIdentityProvider: { request: id('providerId'), ofTenant: true },
  listSignInProviders: { request: none },
  startFederatedSignIn: { request: () => ({ provider: 'ingen' }) },
  finishFederatedSignIn: { request: () => ({ provider: 'ingen', state: 'feil', code: 'feil' }) },
  redeemSignInCode: { request: ({ tenantId }) => ({ code: `${tenantId}.feil` }) },
  federatedLogout: { request: () => ({ provider: 'ingen' }) },
  frontchannelLogout: { request: () => ({ provider: 'ingen', iss: 'https://login.example.com', sid: 'feil' }) },
  backchannelLogout: { request: () => ({ provider: 'ingen', logout_token: 'feil' }) },
  listAccountLinks: { request: none },
  startAccountLink: { request: () => ({ provider: 'ingen' }), lacks: 'NOT_FOUND' },
  confirmAccountLink: { request: ({ tenantId }) => ({ code: `${tenantId}.feil` }), lacks: 'SIGN_IN_CODE_INVALID' },
  deleteAccountLink: { request: id('userId'), lacks: 'NOT_FOUND' },
  createDomain: { request: () => ({ domain: `x${Math.random().toString(36).slice(2)}.example` }), ofTenant: true },
  listDomains: { request: none, ofTenant: true },
  getDomain: { request: id('domainId'), ofTenant: true },
  verifyDomain: { request: id('domainId'), ofTenant: true },
  updateDomain: {
    request: ({ domainId }) => ({ id: domainId, requiredProviderId: null }),
    ofTenant: true,
  },
  deleteDomain: { request: id('domainId'), ofTenant: true },
  // machines
  createServiceAccount: { request: () => ({ name: 'Import' }), ofTenant: true },
  listServiceAccounts: { request: none, ofTenant: true },
  removeServiceAccount: { request: id('accountId'), ofTenant: true },
  createApiKey: { request: ({ accountId }) => ({ id: accountId, name: 'x' }), ofTenant: true },
  listApiKeys: { request: id('accountId'), ofTenant: true },
  revokeApiKey: { request: ({ accountId, keyId }) => ({ id: accountId, keyId }), ofTenant: true },
  exchangeApiKey: { request: ({ tenantId }) => ({ apiKey: `${tenantId}.feil` }) },
  impersonate: { request: ({ userId }) => ({ id: userId, reason: 'Sak 4711: ser ikke sin egen' }), ofTenant: true },
  // scim: nobody without the key of a directory
  getScimServiceProviderConfig: { request: none },
  listScimResourceTypes: { request: none },
  listScimSchemas: { request: none },
  listScimUsers: { request: none },
  getScimUser: { request: id('userId') },
  createScimUser: { request: () => ({ resource: `{"userName":"ny-${Math.random()}@example.test"}` }) },
  replaceScimUser: { request: ({ userId }) => ({ id: userId, resource: '{"userName":"ny@example.test"}' }) },
  patchScimUser: { request: ({ userId }) => ({ id: userId, resource: scimPatch('active', false) }) },
  deleteScimUser: { request: id('userId') },
  listScimGroups: { request: none },
  getScimGroup: { request: id('orgId') },
  createScimGroup: { request: () => ({ resource: '{"displayName":"Ny"}' }) },
  replaceScimGroup: { request: ({ orgId }) => ({ id: orgId, resource: '{"displayName":"Ny"}' }) },
  patchScimGroup: { request: ({ orgId }) => ({ id: orgId, resource: scimPatch('displayName', 'Ny') }) },
  deleteScimGroup: { request: id('orgId') },
  listScimGroupMappings: { request: none, ofTenant: true },
  putScimGroupMapping: {
    request: ({ orgId, roleId }) => ({ groupId: orgId, roles: [{ roleId, scope: 'tenant' }] }),
    ofTenant: true,
  },
  // tenancy
  createTenant: {
    request: () => ({
      slug: `x${Math.random().toString(36).slice(2)}`,
      name: 'Ny',
      administrator: { email: 'ny@example.test', name: 'Ny', password: 'et-langt-nok-passord' },
    }),
    ofTenant: true,
  },
  listTenants: { request: none, ofTenant: true },
  getOwnTenant: { request: none },
  createOrganization: { request: ({ orgId }) => ({ name: 'Under', kind: 'unit', parentId: orgId }), ofOrg: true },
  listOrganizations: { request: none },
  getOrganization: { request: id('orgId'), ofOrg: true },
  updateOrganization: { request: ({ orgId }) => ({ id: orgId, name: 'Tatt over' }), ofOrg: true },
  listMembers: { request: id('orgId'), ofOrg: true },
  addMember: { request: ({ orgId, userId }) => ({ id: orgId, userId }), ofOrg: true },
  updateOwnTenant: { request: () => ({ name: 'Tatt over' }), ofTenant: true },
  getTenant: { request: id('tenantId'), ofTenant: true },
  updateTenant: { request: ({ tenantId }) => ({ id: tenantId, name: 'Tatt over' }), ofTenant: true },
  endMembership: { request: ({ orgId, userId }) => ({ id: orgId, membershipId: userId }), ofOrg: true },
  listMemberships: { request: id('userId') },
  createInvitation: { request: ({ orgId }) => ({ email: 'gjest@example.test', orgId }), ofOrg: true },
  listInvitations: { request: none },
  resendInvitation: { request: id('invitationId'), ofOrg: true },
  revokeInvitation: { request: id('invitationId'), ofOrg: true },
  acceptInvitation: { request: ({ tenantId }) => ({ token: `${tenantId}.feil` }) },
  listSettings: { request: none },
  explainSetting: { request: () => ({ key: 'platform.registration' }) },
  putSetting: { request: () => ({ key: 'platform.registration', value: 'closed' }), ofTenant: true },
  clearSetting: { request: () => ({ key: 'platform.registration' }), ofTenant: true },
  listOwnSettings: { request: none },
  putOwnSetting: {
    request: () => ({ key: 'platform.registration', value: 'closed' }),
    lacks: 'SETTING_SCOPE_INVALID',
  },
  clearOwnSetting: { request: () => ({ key: 'platform.registration' }), lacks: 'SETTING_SCOPE_INVALID' },
  suspendTenant: { request: ({ tenantId }) => ({ id: tenantId, reason: 'Prøve' }), ofTenant: true },
  resumeTenant: { request: ({ tenantId }) => ({ id: tenantId, reason: 'Prøve' }), ofTenant: true },
  requestTenantDeletion: { request: ({ tenantId }) => ({ id: tenantId, reason: 'Prøve' }), ofTenant: true },
  cancelTenantDeletion: { request: ({ tenantId }) => ({ id: tenantId, reason: 'Prøve' }), ofTenant: true },
  exportTenant: { request: id('tenantId'), ofTenant: true },
  getPurgeManifest: { request: id('tenantId'), ofTenant: true },
  // access
  listPermissions: { request: none },
  listRoles: { request: none },
  getRole: { request: id('roleId') },
  createRole: {
    request: () => ({
      key: `r${Math.random().toString(36).slice(2)}`,
      name: 'Ny',
      scope: 'org',
      permissions: ['platform.role.read'],
    }),
    ofTenant: true,
  },
  updateRole: { request: ({ roleId }) => ({ id: roleId, name: 'Tatt over' }), ofTenant: true },
  deleteRole: { request: id('roleId'), ofTenant: true },
  listRoleSeparations: { request: none },
  createRoleSeparation: {
    request: ({ roleId, tenantId }) => ({ roleId, otherRoleId: tenantId, reason: 'x' }),
    ofTenant: true,
  },
  deleteRoleSeparation: { request: id('roleId'), ofTenant: true },
  listUserRoles: { request: id('userId') },
  listUserPermissions: { request: id('userId'), ofTenant: true },
  grantRole: { request: ({ userId, roleId }) => ({ id: userId, roleId, scope: 'tenant' }), ofTenant: true },
  revokeRole: { request: ({ userId, grantId }) => ({ id: userId, grantId }), ofTenant: true },
  checkAuthorization: { request: () => ({ permission: 'digilist.booking.read' }) },
  checkAuthorizations: { request: () => ({ checks: [{ permission: 'digilist.booking.read' }] }) },
  whoCan: { request: () => ({ permission: 'digilist.booking.read' }), ofTenant: true },
  explainAuthorization: { request: ({ userId }) => ({ userId, permission: 'digilist.booking.read' }) },
  // system
  createFeatureFlag: {
    request: () => ({
      key: `platform.f${Math.random().toString(36).slice(2)}`,
      description: 'x',
      purpose: 'release',
      owner: 'x',
      definition: flag,
    }),
    ofTenant: true,
  },
  listFeatureFlags: { request: none, ofTenant: true },
  getFeatureFlag: { request: () => ({ key: 'platform.none' }), ofTenant: true },
  updateFeatureFlag: { request: () => ({ key: 'platform.none', owner: 'x' }), ofTenant: true },
  listFeatureFlagVersions: { request: () => ({ key: 'platform.none' }), ofTenant: true },
  revertFeatureFlag: { request: () => ({ key: 'platform.none', toVersion: 1 }), ofTenant: true },
  proposeFlagChange: { request: () => ({ key: 'platform.none', definition: flag, baseVersion: 1 }), ofTenant: true },
  listFlagChanges: { request: none, ofTenant: true },
  decideFlagChange: { request: ({ tenantId }) => ({ id: tenantId, decision: 'approve' }), ofTenant: true },
  putFlagSegment: { request: () => ({ key: 'platform.none', description: 'x', when: [] }), ofTenant: true },
  listFlagSegments: { request: none, ofTenant: true },
  evaluateFlag: { request: () => ({ key: 'platform.none', context: { targetingKey: 'x' } }) },
  evaluateFlags: { request: () => ({ context: { targetingKey: 'x' } }) },
  listSystemConfigs: { request: none, ofTenant: true },
  getSystemConfig: { request: () => ({ key: 'platform.flag-approvals' }), ofTenant: true },
  putSystemConfig: { request: () => ({ key: 'platform.flag-approvals', value: 1 }), ofTenant: true },
  removeSystemConfig: { request: () => ({ key: 'platform.flag-approvals' }), ofTenant: true },
  rollBackSystemConfig: { request: () => ({ key: 'platform.flag-approvals', toVersion: 1 }), ofTenant: true },
  listSystemConfigVersions: { request: () => ({ key: 'platform.flag-approvals' }), ofTenant: true },
  // licensing
  listPlans: { request: none },
  getSubscription: { request: none },
  listEntitlements: { request: none },
  listUsage: { request: none },
  putSubscription: {
    request: ({ tenantId }) => ({ id: tenantId, product: 'digilist', planKey: 'free' }),
    ofTenant: true,
  },
  suspendSubscription: {
    request: ({ tenantId }) => ({ id: tenantId, product: 'digilist', reason: 'Prøve' }),
    ofTenant: true,
  },
  resumeSubscription: {
    request: ({ tenantId }) => ({ id: tenantId, product: 'digilist', reason: 'Prøve' }),
    ofTenant: true,
  },
  getPlan: { request: () => ({ id: NOBODY }) },
  listUsagePeriods: { request: () => ({ meter: 'digilist.bookings' }) },
  changePlan: {
    request: ({ tenantId }) => ({ id: tenantId, product: 'digilist', planKey: 'free', dryRun: true }),
    ofTenant: true,
  },
  deleteScheduledChange: { request: ({ tenantId }) => ({ id: tenantId, product: 'digilist' }), ofTenant: true },
  cancelSubscription: {
    request: ({ tenantId }) => ({ id: tenantId, product: 'digilist', reason: 'Prøve' }),
    ofTenant: true,
  },
  putEntitlement: {
    request: ({ tenantId }) => ({ id: tenantId, moduleKey: 'digilist.analytics', reason: 'Prøve' }),
    ofTenant: true,
  },
  deleteEntitlement: { request: ({ tenantId }) => ({ id: tenantId, moduleKey: 'digilist.analytics' }), ofTenant: true },
  putLimitOverride: {
    request: ({ tenantId }) => ({ id: tenantId, meter: 'digilist.bookings', value: 1, reason: 'Prøve' }),
    ofTenant: true,
  },
  deleteLimitOverride: { request: ({ tenantId }) => ({ id: tenantId, meter: 'digilist.bookings' }), ofTenant: true },
  migratePlan: { request: () => ({ id: NOBODY, dryRun: true }), ofTenant: true },
  revertPlanMigration: { request: () => ({ id: NOBODY, migrationId: NOBODY }), ofTenant: true },
  receiveBillingEvent: {
    request: () => ({
      provider: 'ingen',
      webhookId: 'msg_1',
      webhookTimestamp: '1',
      webhookSignature: 'v1,feil',
      payload: '{}',
    }),
  },
  // compliance and products
  listAuditLogs: { request: none },
  verifyAuditLogs: { request: none, ofTenant: true },
  exportAuditLogs: { request: none, ofTenant: true },
  listAuditAnchors: { request: none, ofTenant: true },
  listAuditKeys: { request: none },
  listAuditHolds: { request: none, ofTenant: true },
  placeAuditHold: { request: () => ({ reason: 'Sak 2026/1' }), ofTenant: true },
  releaseAuditHold: { request: ({ tenantId }) => ({ id: tenantId, reason: 'Sak 2026/1' }), ofTenant: true },
  listProducts: { request: none },
  // privacy
  listConsents: { request: none },
  putConsent: { request: () => ({ purposeKey: 'digilist.news', state: 'given', version: 1, language: 'nb' }) },
  getConsentReceipt: { request: () => ({ purposeKey: 'digilist.none' }), lacks: 'CONSENT_PURPOSE_UNKNOWN' },
  listConsentsOfUser: { request: id('userId'), ofTenant: true },
  createDataSubjectRequest: { request: () => ({ kind: 'objection', details: 'Prøve' }) },
  listDataSubjectRequests: { request: none },
  getDataSubjectRequest: { request: id('subjectRequestId'), lacks: 'NOT_FOUND' },
  cancelDataSubjectRequest: { request: id('subjectRequestId'), lacks: 'NOT_FOUND' },
  confirmDataSubjectIdentity: {
    request: ({ subjectRequestId }) => ({ id: subjectRequestId, method: 'in_person', note: 'Pass' }),
    ofTenant: true,
  },
  extendDataSubjectRequest: {
    request: ({ subjectRequestId }) => ({ id: subjectRequestId, reason: 'Prøve' }),
    ofTenant: true,
  },
  decideDataSubjectRequest: {
    request: ({ subjectRequestId }) => ({ id: subjectRequestId, outcome: 'refused', answer: 'Prøve' }),
    ofTenant: true,
  },
  overrideParticipant: {
    request: ({ subjectRequestId }) => ({ id: subjectRequestId, participant: 'digilist', reason: 'Prøve' }),
    ofTenant: true,
  },
  liftRestriction: { request: ({ subjectRequestId }) => ({ id: subjectRequestId, reason: 'Prøve' }), ofTenant: true },
  downloadDataSubjectBundle: { request: id('subjectRequestId'), lacks: 'NOT_FOUND' },
  placeLegalHold: { request: ({ userId }) => ({ userId, reason: 'Prøve' }), ofTenant: true },
  listLegalHolds: { request: none, ofTenant: true },
  liftLegalHold: { request: ({ userId }) => ({ id: userId, reason: 'Prøve' }), ofTenant: true },
  listProcessingActivities: { request: none },
  // integrations and webhooks
  listIntegrationKinds: { request: none },
  createIntegration: {
    request: () => ({ kind: 'digilist.none', name: 'Ny', config: { url: 'https://example.com' } }),
    ofTenant: true,
  },
  listIntegrations: { request: none, ofTenant: true },
  getIntegration: { request: id('userId'), ofTenant: true },
  updateIntegration: { request: ({ userId }) => ({ id: userId, name: 'Tatt over' }), ofTenant: true },
  removeIntegration: { request: id('userId'), ofTenant: true },
  testIntegration: { request: id('userId'), ofTenant: true },
  getSecretKeys: { request: none, ofTenant: true },
  rotateSecretKeys: { request: () => ({ dryRun: true }), ofTenant: true },
  listWebhookEventTypes: { request: none },
  createWebhook: {
    request: () => ({ url: 'https://example.com/hook', eventTypes: ['platform.user.created.v1'] }),
    ofTenant: true,
  },
  listWebhooks: { request: none, ofTenant: true },
  getWebhook: { request: id('webhookId'), ofTenant: true },
  updateWebhook: { request: ({ webhookId }) => ({ id: webhookId, description: 'Tatt over' }), ofTenant: true },
  removeWebhook: { request: id('webhookId'), ofTenant: true },
  disableWebhook: { request: id('webhookId'), ofTenant: true },
  enableWebhook: { request: id('webhookId'), ofTenant: true },
  rotateWebhookSecret: { request: id('webhookId'), ofTenant: true },
  testWebhook: { request: id('webhookId'), ofTenant: true },
  listWebhookDeliveries: { request: id('webhookId'), ofTenant: true },
  getWebhookDelivery: { request: ({ webhookId }) => ({ id: webhookId, deliveryId: NOBODY }), ofTenant: true },
  replayWebhookDelivery: { request: ({ webhookId }) => ({ id: webhookId, deliveryId: NOBODY }), ofTenant: true },
  replayWebhook: {
    request: ({ webhookId }) => ({ id: webhookId, since: at(-1, 0), until: at(0, 0) }),
    ofTenant: true,
  },
  getWebhookReplay: { request: ({ webhookId }) => ({ id: webhookId, replayId: NOBODY }), ofTenant: true },
  // listings
  listListingTypes: { request: none },
  updateListingType: { request: () => ({ id: NOBODY, models: ['TIME_RANGE'] }), ofTenant: true },
  createListing: {
    request: ({ orgId }) => ({ orgId, type: 'SPACE', bookingModel: 'TIME_RANGE', name: { nb: 'Ny' } }),
    ofOrg: true,
  },
  listListings: { request: none },
  // catalogue
  listCategories: { request: none },
  getCategory: { request: id('categoryId') },
  createCategory: {
    request: () => ({ slug: `x${Math.random().toString(36).slice(2)}`, name: { nb: 'Ny' } }),
    ofTenant: true,
  },
  updateCategory: { request: ({ categoryId }) => ({ id: categoryId, position: 1 }), ofTenant: true },
  putListingCategories: { request: ({ listingId }) => ({ id: listingId, categoryIds: [] }), ofOrg: true },
  listAmenities: { request: none },
  getAmenity: { request: id('amenityId') },
  createAmenity: {
    request: () => ({ key: `x${Math.random().toString(36).slice(2)}`, name: { nb: 'Ny' } }),
    ofTenant: true,
  },
  updateAmenity: { request: ({ amenityId }) => ({ id: amenityId, name: { nb: 'Tatt over' } }), ofTenant: true },
  putListingAmenities: { request: ({ listingId }) => ({ id: listingId, amenityIds: [] }), ofOrg: true },
  getListing: { request: id('listingId') },
  updateListing: { request: ({ listingId }) => ({ id: listingId, capacity: 3 }), ofOrg: true },
  publishListing: { request: id('listingId'), ofOrg: true },
  startMaintenance: { request: id('listingId'), ofOrg: true },
  archiveListing: { request: id('listingId'), ofOrg: true },
  listZones: { request: id('listingId') },
  createZone: { request: ({ listingId }) => ({ id: listingId, name: { nb: 'Ny sone' } }), ofOrg: true },
  getZone: { request: ({ listingId, zoneId }) => ({ id: listingId, zoneId }) },
  updateZone: { request: ({ listingId, zoneId }) => ({ id: listingId, zoneId, capacity: 3 }), ofOrg: true },
  retireZone: { request: ({ listingId, zoneId }) => ({ id: listingId, zoneId }), ofOrg: true },
  // blocks
  createBlock: {
    request: ({ listingId }) => ({ listingId, startsAt: at(60, 8), endsAt: at(60, 9), reason: 'cleaning' }),
    ofOrg: true,
  },
  listBlocks: { request: ({ listingId }) => ({ listingId }) },
  getBlock: { request: id('blockId'), ofOrg: true },
  updateBlock: { request: ({ blockId }) => ({ id: blockId, reason: 'weather' }), ofOrg: true },
  deleteBlock: { request: id('blockId'), ofOrg: true },
  // calendar, rules, prices
  getListingCalendar: { request: ({ listingId }) => ({ id: listingId, ...window }) },
  // media
  createMedia: {
    request: ({ listingId }) => ({ id: listingId, kind: 'image', alt: { nb: 'Sal', nn: 'Sal', en: 'Hall' } }),
    ofOrg: true,
  },
  uploadMediaContent: {
    request: ({ mediaId }) => ({ id: mediaId, content: '%PDF-1.7 %%EOF', contentType: 'application/pdf' }),
    ofOrg: true,
  },
  listMedia: { request: id('listingId') },
  getMediaContent: { request: id('mediaId') },
  updateMedia: { request: ({ mediaId }) => ({ id: mediaId, position: 3 }), ofOrg: true },
  deleteMedia: { request: id('mediaId'), ofOrg: true },
  // calendar feeds: everybody’s own
  createCalendarFeed: { request: ({ orgId }) => ({ kind: 'organization', targetId: orgId }), ofOrg: true },
  listCalendarFeeds: { request: none },
  deleteCalendarFeed: { request: id('feedId'), ofOrg: true },
  getCalendarFeed: { request: ({ tenantId }) => ({ token: `${tenantId}.feil` }) },
  getListingAvailability: { request: ({ listingId }) => ({ id: listingId, ...window }) },
  explainAvailability: {
    request: ({ listingId, zoneId }) => ({ listingId, zoneId, startsAt: at(3, 10), endsAt: at(3, 11) }),
  },
  createHold: {
    request: ({ listingId, zoneId }) => ({ listingId, zoneId, startsAt: at(4, 10), endsAt: at(4, 11) }),
  },
  getHold: { request: () => ({ id: NOBODY }), lacks: 'NOT_FOUND' },
  releaseHold: { request: () => ({ id: NOBODY }), lacks: 'NOT_FOUND' },
  getPackageItems: { request: id('listingId'), lacks: 'NOT_A_PACKAGE' },
  putPackageItems: { request: ({ listingId }) => ({ id: listingId, items: [] }), ofOrg: true, lacks: 'NOT_A_PACKAGE' },
  searchAvailability: { request: () => window },
  getAvailabilityRules: { request: id('listingId') },
  putAvailabilityRules: { request: ({ listingId }) => ({ id: listingId, rules: [{ kind: 'weekly' }] }), ofOrg: true },
  getBookingRules: { request: id('listingId') },
  putBookingRules: {
    request: ({ listingId, templateId }) => ({ id: listingId, ...rules, templateId }),
    ofOrg: true,
  },
  createRuleTemplate: { request: ({ orgId }) => ({ orgId, name: { nb: 'Ny' }, rules }), ofOrg: true },
  listRuleTemplates: { request: none },
  getRuleTemplate: { request: id('templateId'), ofOrg: true },
  updateRuleTemplate: {
    request: ({ templateId }) => ({ id: templateId, name: { nb: 'Tatt over' }, rules: {} }),
    ofOrg: true,
  },
  retireRuleTemplate: { request: id('templateId'), ofOrg: true },
  createBookingQuota: {
    request: ({ orgId, listingId }) => ({ orgId, listingIds: [listingId], ...quota }),
    ofOrg: true,
  },
  listBookingQuotas: { request: none },
  getBookingQuota: { request: id('quotaId'), ofOrg: true },
  updateBookingQuota: { request: ({ quotaId }) => ({ id: quotaId, ...quota }), ofOrg: true },
  retireBookingQuota: { request: id('quotaId'), ofOrg: true },
  listPricingGroups: { request: none },
  getPricingRules: { request: id('listingId') },
  putPricingRules: {
    request: ({ listingId }) => ({
      id: listingId,
      rules: [{ name: { nb: 'Gratis' }, unit: 'hour', amount: money(0) }],
    }),
    ofOrg: true,
  },
  createQuote: {
    request: ({ listingId, zoneId }) => ({ listingId, zoneId, startsAt: at(3, 10), endsAt: at(3, 11) }),
  },
  // bookings: whoever may book, books wherever it is open; what is booked is somebody's
  createBooking: {
    request: ({ listingId, zoneId }) => ({
      listingId,
      zoneId,
      startsAt: at(40, 10),
      endsAt: at(40, 11),
      termsVersion: TERMS,
      draft: true,
    }),
  },
  submitBooking: { request: ({ draftId }) => ({ id: draftId, termsVersion: TERMS }), ofOrg: true },
  cancelBooking: { request: ({ bookingId }) => ({ id: bookingId, reason: 'Tatt over' }), ofOrg: true },
  listBookings: { request: none },
  getBooking: { request: id('bookingId'), ofOrg: true },
  getBookingHistory: { request: id('bookingId'), ofOrg: true },
  listBookingItems: { request: id('bookingId'), ofOrg: true },
  rescheduleBooking: {
    request: ({ bookingId }) => ({ id: bookingId, startsAt: at(43, 10), endsAt: at(43, 11) }),
    ofOrg: true,
  },
  updateBooking: { request: ({ bookingId }) => ({ id: bookingId, purpose: 'Tatt over' }), ofOrg: true },
  completeBooking: { request: id('bookingId'), ofOrg: true },
  markBookingNoShow: { request: id('bookingId'), ofOrg: true },
  createBookingLink: { request: id('bookingId'), ofOrg: true },
  listBookingLinks: { request: id('bookingId'), ofOrg: true },
  revokeBookingLink: { request: ({ bookingId, linkId }) => ({ id: bookingId, linkId }), ofOrg: true },
  readBookingLink: { request: ({ tenantId }) => ({ token: `${tenantId}.feil` }) },
  exportBookings: { request: none },
  // series: what comes of it is only asked for, and each date is a booking like any other
  createRecurringBooking: {
    request: ({ listingId, zoneId }) => ({ listingId, zoneId, ...everyWeek, termsVersion: TERMS, dryRun: true }),
  },
  listRecurringBookings: { request: none },
  getRecurringBooking: { request: id('seriesId'), ofOrg: true },
  updateRecurringBooking: {
    request: ({ seriesId }) => ({ id: seriesId, purpose: 'Tatt over', dryRun: true }),
    ofOrg: true,
  },
  cancelRecurringBooking: {
    request: ({ seriesId }) => ({ id: seriesId, reason: 'Tatt over', dryRun: true }),
    ofOrg: true,
  },
  addOccurrence: {
    request: ({ seriesId }) => ({ id: seriesId, date: at(47, 10).slice(0, 10), dryRun: true }),
    ofOrg: true,
  },
  ...approvalSamples,
  ...notificationSamples,
  ...invoiceSamples,
  ...paymentProviderSamples,
  ...reportSamples,
  ...paymentSamples,
  ...pricingSamples,
};

/** Rows of a municipality, made by its own people. */
export async function targetsOf(town: Municipality): Promise<Targets> {
  const { hall, resident, handler, admin } = town;
  const book = (draft: boolean, hour: number) =>
    resident.client.digilist.createBooking({
      listingId: hall.id,
      zoneId: hall.thirds[0],
      startsAt: at(41, hour),
      endsAt: at(41, hour + 1),
      termsVersion: TERMS,
      draft,
    });
  const [booking, draft] = [await book(false, 10), await book(true, 12)];
  const link = await resident.client.digilist.createBookingLink({ id: booking.id });
  const place = { listingId: hall.id, zoneId: hall.thirds[0], termsVersion: TERMS };
  const series = await resident.client.digilist.createRecurringBooking({ ...place, ...everyWeek });
  const time = { startsAt: at(42, 8), endsAt: at(42, 9) };
  const block = await admin.client.digilist.createBlock({ listingId: hall.id, ...time, reason: 'cleaning' });
  const media = await admin.client.digilist.createMedia({ id: hall.id, kind: 'document' });
  const feed = await resident.client.digilist.createCalendarFeed({ kind: 'personal' });
  const template = await admin.client.digilist.createRuleTemplate({ orgId: town.orgId, name: { nb: 'Haller' }, rules });
  const limit = await admin.client.digilist.createBookingQuota({ orgId: town.orgId, listingIds: [hall.id], ...quota });
  const { data: categories } = await admin.client.digilist.listCategories({});
  const { data: amenities } = await admin.client.digilist.listAmenities({});
  const { data: approvals } = await handler.client.digilist.listApprovals({});
  const { data: grants } = await admin.client.platform.listUserRoles({ id: resident.id });
  const { data: sessions } = await resident.client.platform.listSessions({});
  const { data: roles } = await admin.client.platform.listRoles({ limit: 200 });
  const mightiest = roles.find(({ key }) => key === 'tenant_administrator');
  const [category] = categories;
  const [amenity] = amenities;
  const [approval] = approvals;
  const [grant] = grants;
  const [session] = sessions;
  if (!approval || !grant || !session || !mightiest || !category || !amenity)
    throw new Error('the municipality lacks a row that the samples name');
  return {
    tenantId: town.id,
    slug: town.slug,
    userId: resident.id,
    orgId: town.orgId,
    roleId: mightiest.id,
    grantId: grant.id,
    sessionId: session.id,
    listingId: hall.id,
    zoneId: hall.half,
    categoryId: category.id,
    amenityId: amenity.id,
    blockId: block.id as string,
    templateId: template.id,
    quotaId: limit.id,
    mediaId: media.id,
    feedId: feed.id,
    bookingId: booking.id,
    linkId: link.id,
    seriesId: series.id as string,
    draftId: draft.id,
    approvalId: approval.id,
    ...(await approvalTargetsOf(town)),
    ...(await notificationTargetsOf(town)),
    ...(await invoiceTargetsOf(town)),
    ...(await paymentProviderTargetsOf(town)),
    ...(await pricingTargetsOf(town)),
    // Last: its webhook waits for organizations that nobody makes any more.
    ...(await settingsOf(town)),
  };
}

const PATIENCE = { within: 20_000, every: 100 };

/** Rows of PLATFORM that administrators make. Nothing is ever sent to their addresses. */
async function settingsOf(town: Municipality) {
  const { platform } = town.admin.client;
  const secret = { clientId: 'klient', clientSecret: 'hemmelig', issuer: 'https://login.example.com' };
  const provider = await platform.createIdentityProvider({
    ...secret,
    key: 'ansatte',
    name: 'Ansatte',
    enabled: false,
  });
  const domain = await platform.createDomain({ domain: `${town.slug}.example` });
  const account = await platform.createServiceAccount({ name: 'Import' });
  const key = await platform.createApiKey({ id: account.id, name: 'produksjon' });
  const invitation = await platform.createInvitation({ email: `gjest@${town.slug}.example`, orgId: town.orgId });
  const asked = { kind: 'objection', details: 'Prøve' } as const;
  const subjectRequest = await town.resident.client.platform.createDataSubjectRequest(asked);
  // From here on it waits for people.
  await eventually(async () => {
    const { participants } = await platform.getDataSubjectRequest({ id: subjectRequest.id });
    if (participants.some(({ status }) => status === 'waiting')) throw new Error('somebody has not answered yet');
  }, PATIENCE);
  const eventTypes = ['platform.organization.created.v1'];
  const webhook = await platform.createWebhook({ url: 'https://example.com/hook', eventTypes });
  return {
    providerId: provider.id,
    domainId: domain.id,
    accountId: account.id,
    keyId: key.id,
    invitationId: invitation.id,
    subjectRequestId: subjectRequest.id,
    webhookId: webhook.id,
  };
}
