import type { ChildProcess } from 'node:child_process';

export type Log = (line: string) => void;
export type Context = 'platform' | 'digilist' | (string & {});

export const root: string;
export const infra: string;
export const local: string;

// ---- processes

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Exit>;
  readonly logFile: string;
  isRunning(): boolean;
  /** Sends the signal to the whole process group; SIGKILL (the default) also waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit> | undefined;
  stop(): Promise<void>;
}

export interface StartedProcess extends Omit<Running, 'logFile' | 'stop'> {
  readonly name: string;
  readonly child: ChildProcess;
  readonly logFile: string | undefined;
  stop(options?: { within?: number }): Promise<void>;
}

export function startProcess(options: {
  name: string;
  command: string;
  args?: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  logFile?: string;
  pidFile?: string;
  stopSignal?: NodeJS.Signals;
  uid?: number;
  gid?: number;
}): Promise<StartedProcess>;
export function endLeftovers(dir: string, options?: { except?: string[] }): Promise<string[]>;
export function readPidFile(file: string): ({ pid: number } & Record<string, unknown>) | undefined;
export function writePidFile(file: string, pid: number, extra?: Record<string, unknown>): void;
export function freePort(): Promise<number>;
export function isPortFree(port: number, host?: string): Promise<boolean>;
export function removeAtEnd(dir: string): void;
export function removeNow(dir: string): void;
export function sleep(ms: number): Promise<void>;
export function tail(file: string, lines?: number): string;
export function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  options?: { within?: number; every?: number; alive?: () => void },
): Promise<NonNullable<T>>;

// ---- PostgreSQL

export const POSTGRES_MIN: number;
export const testSettings: Record<string, string>;
export function sharedSettings(): Record<string, string>;
export function findPostgres(): string;

export interface PostgresServer extends Running {
  /** As superuser, database `postgres`. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  restart(): Promise<void>;
}
export function startPostgres(options?: {
  dataDir?: string;
  port?: number;
  settings?: Record<string, string>;
  password?: string;
  /** Recovery from an archive takes longer than one after a crash. */
  within?: number;
  logFile?: string;
  pidFile?: string;
  log?: Log;
}): Promise<PostgresServer>;

export interface DatabaseUrls {
  app: string;
  migrator: string;
  system: string;
  superuser: string;
}
export interface RolePasswords {
  app: string;
  migrator: string;
  system: string;
}
export function bootstrapDatabase(
  superuserUrl: string,
  context: Context,
  dbName?: string,
  passwords?: Partial<RolePasswords>,
): Promise<DatabaseUrls>;
export function databaseUrls(
  superuserUrl: string,
  context: Context,
  dbName?: string,
  passwords?: Partial<RolePasswords>,
): DatabaseUrls;
export function urlFor(baseUrl: string, parts?: { database?: string; user?: string; password?: string }): string;
export function withClient<T>(url: string, work: (client: import('pg').Client) => Promise<T>): Promise<T>;
export function withClusterLock<T>(
  superuserUrl: string,
  key: string,
  work: (client: import('pg').Client) => Promise<T>,
): Promise<T>;

/** What is known of a base backup; `files` has each with its size and SHA-256, by its path in the data directory. */
export interface BaseBackup {
  systemIdentifier: string;
  version: string;
  timeline: number;
  startLsn: string;
  stopLsn: string;
  startedAt: string;
  stoppedAt: string;
  firstWal: string;
  /** Where the server archives its WAL; null when it does not. */
  archive: string | null;
  bytes: number;
  files: Record<string, { size: number; sha256: string }>;
}
export function archiveSettings(directory: string): Record<string, string>;
export function recoverySettings(directory: string, toTime?: Date, timeline?: string): Record<string, string>;
/** `wal: false` leaves out the WAL of the backup, for a standby that streams it. */
export function baseBackup(options: {
  url: string;
  to: string;
  label?: string;
  wal?: boolean;
  log?: Log;
}): Promise<BaseBackup>;
export function unpackBaseBackup(options: {
  from: string;
  to: string;
  files: BaseBackup['files'];
  log?: Log;
}): Promise<{ bytes: number }>;

export interface PostgresStandby extends PostgresServer {
  readonly name: string;
  /** It takes writes when this answers. Whoever promotes has to know that the primary is gone, and stays so. */
  promote(): Promise<void>;
}
export function startStandby(
  primaryUrl: string,
  options?: { name?: string; settings?: Record<string, string>; port?: number; log?: Log },
): Promise<PostgresStandby>;
export function requireStandby(primaryUrl: string, names: readonly string[]): Promise<void>;

// ---- NATS

export const NATS_MIN: string;
export type NatsUser = 'sys' | 'platform' | 'platform_admin' | 'digilist' | 'digilist_admin' | 'gateway' | 'subscriber';
export const NATS_USERS: NatsUser[];
export interface NatsCredential {
  user: string;
  password: string;
}
export type NatsCredentials = Record<NatsUser, NatsCredential>;
export function passwordVariable(user: NatsUser): string;
export function newPassword(): string;
export function newNatsCredentials(users?: readonly NatsUser[]): NatsCredentials;
/** The configuration as it ships. */
export const NATS_CONFIG: string;
export function natsVersion(bin: string): [number, number, number] | undefined;
export function findNatsServer(options?: { log?: Log }): Promise<string>;

export interface NatsServer extends Running {
  readonly url: string;
  readonly monitorUrl: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly version: string;
  readonly credentials: NatsCredentials;
  readonly storeDir: string;
  restart(): Promise<void>;
}
export function startNatsServer(options?: {
  storeDir?: string;
  port?: number;
  monitorPort?: number;
  credentials?: NatsCredentials;
  config?: string;
  /** More flags for the server, after those for addresses and the store. */
  flags?: string[];
  logFile?: string;
  pidFile?: string;
  log?: Log;
}): Promise<NatsServer>;

export interface NatsNode extends NatsServer {
  readonly name: string;
  /** Waits until every stream and durable that this node keeps a replica of has caught up. */
  caughtUp(within?: number): Promise<void>;
}

/** As one server: `url` names all nodes, kill, restart and stop are for all of them. */
export interface NatsCluster extends NatsServer {
  readonly nodes: readonly NatsNode[];
  caughtUp(within?: number): Promise<void>;
  /** The node that leads the replicas of a stream. */
  leaderOf(stream: string): Promise<NatsNode>;
}
export function startNatsCluster(options?: {
  nodes?: number;
  credentials?: NatsCredentials;
  config?: string;
  log?: Log;
}): Promise<NatsCluster>;

export interface OwnedStreams {
  account: string;
  admin: NatsUser;
  streams: {
    config: Record<string, unknown> & { name: string };
    durables: (Record<string, unknown> & { durable_name: string })[];
  }[];
}
export function readStreams(): OwnedStreams[];
export function createStreams(
  natsUrl: string,
  credentials: Pick<NatsCredentials, 'platform_admin' | 'digilist_admin'>,
  options?: { log?: Log; wanted?: OwnedStreams[]; replicas?: number; within?: number },
): Promise<{ created: number; updated: number; unchanged: number }>;
export function seekDurable(
  natsUrl: string,
  credentials: Pick<NatsCredentials, 'platform_admin' | 'digilist_admin'>,
  stream: string,
  durable: string,
  from: Date | string | number | 'all',
): Promise<void>;

// ---- regions of DIGILIST

export function configWithRegion(config: string, region: string): string;
export function streamsWithRegion(accounts: OwnedStreams[], region: string): OwnedStreams[];
/** The users of a region's account: the service and the admin step. */
export function regionUsers(region: string): [NatsUser, NatsUser];
export function stateDurable(region: string): string;
export function purgeStream(
  natsUrl: string,
  credentials: Pick<NatsCredentials, 'platform_admin' | 'digilist_admin'>,
  stream: string,
): Promise<void>;
export function leftOf(
  natsUrl: string,
  credentials: Pick<NatsCredentials, 'platform_admin' | 'digilist_admin'>,
  stream: string,
  durable: string,
): Promise<number>;

// ---- mail

export interface Mail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
  receivedAt: string;
}
export interface MailCatcher extends Running {
  readonly smtpUrl: string;
  readonly url: string;
  readonly smtpPort: number;
  readonly webPort: number;
  restart(): Promise<void>;
}
export function startMailCatcher(options?: {
  smtpPort?: number;
  webPort?: number;
  mailDir?: string;
  logFile?: string;
  pidFile?: string;
}): Promise<MailCatcher>;
export function readMail(catcherUrl: string, options?: { to?: string }): Promise<Mail[]>;
export function clearMail(catcherUrl: string): Promise<void>;

/** Gives a login that nobody uses a new password, and makes it when it is not there; answers the password. */
export function prepareLogin(superuserUrl: string, login: string): Promise<string>;
/** Takes the password of a login away that nobody uses. */
export function endLogin(superuserUrl: string, login: string): Promise<void>;
export function requireLogin(login: string): { context: Context; role: string };
/** The other one of two logins or users: `digilist_b` for `digilist`, and back. */
export function otherOf(name: string): string;
/** The configuration of a server in which a user has another password; a second user is made. */
export function configWithPassword(config: string, user: string, password?: string): string;
