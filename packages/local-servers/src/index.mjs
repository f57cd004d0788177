export { archiveSettings, baseBackup, recoverySettings, unpackBaseBackup } from './base-backup.mjs';
export { endLogin, prepareLogin, requireLogin } from './logins.mjs';
export { clearMail, readMail, startMailCatcher } from './mail.mjs';
export {
  findNatsServer,
  NATS_CONFIG,
  NATS_MIN,
  NATS_USERS,
  natsVersion,
  newNatsCredentials,
  newPassword,
  passwordVariable,
  startNatsServer,
} from './nats.mjs';
export { startNatsCluster } from './nats-cluster.mjs';
export { infra, local, root } from './places.mjs';
export {
  bootstrapDatabase,
  databaseUrls,
  findPostgres,
  POSTGRES_MIN,
  sharedSettings,
  startPostgres,
  testSettings,
  urlFor,
  withClient,
  withClusterLock,
} from './postgres.mjs';
export {
  endLeftovers,
  freePort,
  isPortFree,
  readPidFile,
  removeAtEnd,
  removeNow,
  sleep,
  startProcess,
  tail,
  until,
  writePidFile,
} from './processes.mjs';
export { configWithRegion, regionUsers, stateDurable, streamsWithRegion } from './regions.mjs';
export { configWithPassword, otherOf } from './second-users.mjs';
export { requireStandby, startStandby } from './standby.mjs';
export { createStreams, leftOf, purgeStream, readStreams, seekDurable } from './streams.mjs';
