import {
  type ConfigOf,
  flag,
  integer,
  jsonObject,
  list,
  loadConfig,
  mailFields,
  secret,
  secrets,
  serviceFields,
  text,
} from '@kit/service';

/** Injection token of the service's configuration. */
export const CONFIG = Symbol('platform configuration');

export const platformFields = {
  ...serviceFields('PLATFORM'),
  /** Base64 of 32 bytes; every key at rest is derived from it or sealed under one that is. */
  masterKey: secret('PLATFORM_MASTER_KEY'),
  /** Earlier master keys, newest first, while something still lies under them. */
  previousMasterKeys: secrets('PLATFORM_PREVIOUS_MASTER_KEYS'),
  ...mailFields,
  /** Values of the system configuration that this installation begins with, e.g. `{"platform.flag-approvals":1}`. */
  systemConfigs: jsonObject('PLATFORM_SYSTEM_CONFIGS'),
  /** Regions that tenants may be in, home first; none named: a region is a word, and all is in one place. */
  regions: list('PLATFORM_REGIONS'),
  /** Where people go on from a mail: the web client. `{tenant}` becomes the slug of their tenant. */
  appUrl: text('PLATFORM_APP_URL', 'http://localhost:3000/app/{tenant}'),
  /** Where the API is reached from outside, as other systems call back to it. */
  apiUrl: text('PLATFORM_API_URL', 'http://localhost:3000'),
  /** File that outlives the database: who was erased, to be erased again after a backup was restored. Empty: none. */
  erasureLog: text('PLATFORM_ERASURE_LOG', ''),
  accessTokenSeconds: integer('ACCESS_TOKEN_SECONDS', 300, { min: 30, max: 3_600 }),
  sessionIdleHours: integer('SESSION_IDLE_HOURS', 24 * 14, { min: 1, max: 24 * 90 }),
  sessionAbsoluteHours: integer('SESSION_ABSOLUTE_HOURS', 24 * 60, { min: 1, max: 24 * 365 }),
  /** Domain that passkeys belong to: of the pages that ask for them, or one above. Changed, all passkeys are lost. */
  webauthnRpId: text('PLATFORM_WEBAUTHN_RP_ID', 'localhost'),
  /** Pages that may ask for passkeys. */
  webauthnOrigins: list('PLATFORM_WEBAUTHN_ORIGINS', ['http://localhost:3000']),
  /** How long one key signs access tokens before the next takes over. */
  signingKeyDays: integer('SIGNING_KEY_DAYS', 90, { min: 1, max: 730 }),
  /** What billing providers sign with, as `<provider>:whsec_…`; two of one provider while one replaces the other. */
  billingWebhookSecrets: secrets('PLATFORM_BILLING_WEBHOOK_SECRETS'),
  /** Password hashes computed at once; each keeps a core and 19 MiB busy for some 20 ms. */
  hashConcurrency: integer('PASSWORD_HASH_CONCURRENCY', 2, { min: 1, max: 64 }),
  /** Sign-ins that may wait for a hash; the next one is told to come again. */
  hashQueue: integer('PASSWORD_HASH_QUEUE', 64, { min: 0, max: 10_000 }),
  /** Name servers to ask whether a domain is a tenant's own, as address:port; those of the system unless told. */
  dnsServers: list('PLATFORM_DNS_SERVERS'),
  /** CIDRs that webhooks and integrations may reach although they are not public; for tests and one's own machine. */
  allowPrivateTargets: list('PLATFORM_ALLOW_PRIVATE_TARGETS'),
  /** Webhooks and integrations over http; never where it matters. */
  allowHttpTargets: flag('PLATFORM_ALLOW_HTTP_TARGETS'),
  /** Ports of webhooks and integrations; `*` is any. */
  targetPorts: list('PLATFORM_TARGET_PORTS', ['443', '8443']),
  /** The audit chain of a tenant is signed after so many records, and after so many minutes in which any came. */
  auditAnchorRecords: integer('PLATFORM_AUDIT_ANCHOR_RECORDS', 1_000, { min: 1, max: 1_000_000 }),
  auditAnchorMinutes: integer('PLATFORM_AUDIT_ANCHOR_MINUTES', 5, { min: 1, max: 1_440 }),
  /** Directory that the signed states are written to as well, best on storage that takes additions only. */
  auditAnchorDir: text('PLATFORM_AUDIT_ANCHOR_DIR', ''),
  auditRetentionYears: integer('PLATFORM_AUDIT_RETENTION_YEARS', 10, { min: 1, max: 100 }),
  /** Between the wish to delete a tenant and its purge. */
  deletionGraceDays: integer('TENANT_DELETION_GRACE_DAYS', 30, { min: 0, max: 3_650 }),
  /** How often it is looked whether a tenant is due, and how far its purge has come. */
  purgeSeconds: integer('TENANT_PURGE_SECONDS', 60, { min: 1, max: 86_400 }),
} as const;

export type PlatformConfig = ConfigOf<typeof platformFields>;

export const migrationFields = {
  migratorUrl: secret('PLATFORM_DATABASE_MIGRATOR_URL'),
  masterKey: secret('PLATFORM_MASTER_KEY'),
  superAdminEmail: text('PLATFORM_SUPER_ADMIN_EMAIL'),
  superAdminPassword: secret('PLATFORM_SUPER_ADMIN_PASSWORD'),
} as const;

/** Of the command that brings a tenant in from an export. */
export const importFields = { systemUrl: secret('PLATFORM_DATABASE_SYSTEM_URL') } as const;

export type MigrationConfig = ConfigOf<typeof migrationFields>;

export const loadPlatformConfig = (): PlatformConfig => loadConfig(platformFields);
export const loadMigrationConfig = (): MigrationConfig => loadConfig(migrationFields);
