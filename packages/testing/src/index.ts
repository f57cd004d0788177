export {
  type Context,
  type DatabaseUrls,
  freePort,
  type Mail,
  type MailCatcher,
  type NatsCredential,
  type NatsCredentials,
  type NatsServer,
  seekDurable,
  sleep,
} from '@kit/local-servers';
export { type CatalogRules, catalogViolations, KIT_EXCEPTIONS, tenantsSeen, type Violation } from './catalog.js';
export { eventually } from './eventually.js';
export { clearMail, readMail, startSmtpCatcher, type WantedMail } from './mail.js';
export { natsOptions, startNats } from './nats.js';
export { markPerson, type PersonalDataRules, rowsHolding, type Subject, unannotatedColumns } from './personal-data.js';
export {
  type CreateDatabaseOptions,
  createDatabase,
  startPostgres,
  stopPostgres,
  type TestDatabase,
  type TestPostgres,
} from './postgres.js';
export { query } from './query.js';
export { launchRegion, type RunningRegion } from './regions.js';
export * from './sse-client.js';
export {
  type AppName,
  type LaunchOptions,
  migrate,
  type RunningApp,
  type RunningSystem,
  type StartSystemOptions,
  startSystem,
} from './system.js';
