import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type DatabaseUrls,
  freePort,
  type MailCatcher,
  type NatsServer,
  removeAtEnd,
  removeNow,
  root,
  type StartedProcess,
  startMailCatcher,
  startProcess,
  tail,
  until,
} from '@kit/local-servers';
import { startNats } from './nats.js';
import { createDatabase, startPostgres, type TestDatabase, type TestPostgres } from './postgres.js';

export type AppName = 'gateway' | 'platform' | 'digilist';

const FOLDER: Record<AppName, string> = {
  gateway: 'gateway',
  platform: 'platform-service',
  digilist: 'digilist-service',
};

export interface RunningApp {
  readonly name: AppName;
  readonly pid: number;
  /** Where it answers /health/live, /health/ready and /metrics. */
  readonly healthUrl: string;
  readonly logFile: string;
  isRunning(): boolean;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** Starts it again on the same port and waits until it is ready. */
  restart(): Promise<void>;
}

export interface RunningSystem {
  readonly gatewayUrl: string;
  readonly urls: { platform: DatabaseUrls; digilist: DatabaseUrls };
  readonly mail: MailCatcher;
  readonly nats: NatsServer;
  readonly postgres: TestPostgres;
  readonly superAdmin: { email: string; password: string };
  /** What PLATFORM's keys lie under. */
  readonly masterKey: string;
  readonly apps: Record<AppName, RunningApp>;
  readonly logDir: string;
  /** One more process of an app beside those in `apps`, with ports of its own, ready when this answers. */
  launch(app: AppName, options?: LaunchOptions): Promise<RunningApp>;
  stop(): Promise<void>;
}

export interface LaunchOptions {
  /** The checkout whose build runs; this one unless told. */
  root?: string;
  env?: NodeJS.ProcessEnv;
  within?: number;
  /** Called when the process runs, long before it is ready. */
  started?: (pid: number) => void;
}

export interface StartSystemOptions {
  /** More environment, for all apps or for one. */
  env?: NodeJS.ProcessEnv;
  appEnv?: Partial<Record<AppName, NodeJS.ProcessEnv>>;
  /** A PostgreSQL of its own with the shipped (durable) settings, for tests that kill it. */
  ownPostgres?: boolean;
  /** Made-up products that nats-server lets in besides the one that ships. */
  products?: readonly string[];
  /** Another checkout whose builds run, migrations included; this one unless told. */
  root?: string;
  /** Where the migrations come from, if not from where the apps do. */
  schemaRoot?: string;
  /** A server, or a cluster, that the caller has started and prepared, and stops. */
  nats?: NatsServer;
  /** Where each database lies, on servers that the caller has started, and stops. */
  postgres?: Record<'platform' | 'digilist', TestPostgres>;
  /** Which apps to start; the others get a port but no process until restart(). */
  apps?: AppName[];
  within?: number;
}

const SUPER_ADMIN = { email: 'super.admin@example.test', password: 'Correct-Horse-9-Battery' };
/** The same in every process: the migrated template, with its sealed signing key, is shared by all of a run. */
const MASTER_KEY = createHash('sha256').update('master key of systems under test').digest('base64');

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Variables of the surrounding shell that would reach into a system under test. */
const FOREIGN =
  /^(PLATFORM_|DIGILIST_|NATS_(?!SERVER_BIN)|SMTP_|MAIL_|GATEWAY_|HEALTH_PORT|LOG_LEVEL|PORT$|NODE_OPTIONS|JEST_)/;
const cleanEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));

/** Runs the app's own migrations, as the launcher does; those of another checkout where one is named. */
export async function migrate(app: 'platform' | 'digilist', urls: DatabaseUrls, checkout = root): Promise<void> {
  const cwd = path.join(checkout, 'apps', FOLDER[app]);
  const prefix = app.toUpperCase();
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', 'dist/migrate.js'], {
      cwd,
      env: {
        ...cleanEnvironment(),
        LOG_LEVEL: 'warn',
        [`${prefix}_DATABASE_URL`]: urls.app,
        [`${prefix}_DATABASE_MIGRATOR_URL`]: urls.migrator,
        [`${prefix}_DATABASE_SYSTEM_URL`]: urls.system,
        PLATFORM_SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
        PLATFORM_SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
        PLATFORM_MASTER_KEY: MASTER_KEY,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`apps/${FOLDER[app]}/dist/migrate.js exited with ${code}:\n${output}`)),
    );
  });
}

function requireBuild(app: AppName, checkout: string): void {
  const main = path.join(checkout, 'apps', FOLDER[app], 'dist/main.js');
  if (!existsSync(main)) throw new Error(`${main} is not there: build first (npm test does).`);
}

/**
 * A whole system as separate processes, as `npm start` has it, on free ports: two databases, nats-server, SMTP catcher,
 * the three apps as they were built. It shares nothing with a running `npm start`.
 */
export async function startSystem(options: StartSystemOptions = {}): Promise<RunningSystem> {
  const wanted = options.apps ?? (['platform', 'digilist', 'gateway'] as const);
  const checkout = options.root ?? root;
  const schema = options.schemaRoot ?? checkout;
  for (const app of wanted) requireBuild(app, checkout);
  const undo: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const logDir = mkdtempSync(path.join(os.tmpdir(), 'test-system-'));
    removeAtEnd(logDir);
    undo.push(() => (process.env.KEEP_TEST_LOGS ? undefined : removeNow(logDir)));

    const started = options.postgres
      ? undefined
      : await startPostgres({ own: options.ownPostgres, durable: options.ownPostgres });
    undo.push(() => started?.stop());
    const servers = options.postgres ?? { platform: started as TestPostgres, digilist: started as TestPostgres };
    const database = async (context: 'platform' | 'digilist'): Promise<TestDatabase> => {
      const migrations = wanted.includes(context) ? (urls: DatabaseUrls) => migrate(context, urls, schema) : undefined;
      const template = !migrations ? 'empty' : schema === root ? 'system' : `system_${digest(schema)}`;
      const made = await createDatabase(context, migrations, { postgres: servers[context], template });
      undo.push(() => made.drop().catch(() => {}));
      return made;
    };
    const [platformDb, digilistDb, nats, mail] = await all(
      database('platform'),
      database('digilist'),
      options.nats
        ? Promise.resolve(options.nats)
        : startNats({ products: options.products ?? [] }).then((server) => {
            undo.push(() => server.stop());
            return server;
          }),
      startMailCatcher().then((catcher) => {
        undo.push(() => catcher.stop());
        return catcher;
      }),
    );
    const gatewayPort = await freePort();
    const health = { gateway: gatewayPort, platform: await freePort(), digilist: await freePort() };
    const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
    const common = (app: AppName): NodeJS.ProcessEnv => ({
      ...cleanEnvironment(),
      NODE_ENV: 'test',
      NATS_URL: nats.url,
      NATS_USER: nats.credentials[app].user,
      NATS_PASSWORD: nats.credentials[app].password,
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'info',
    });
    const environment: Record<AppName, NodeJS.ProcessEnv> = {
      platform: {
        ...common('platform'),
        PLATFORM_DATABASE_URL: platformDb.urls.app,
        PLATFORM_DATABASE_SYSTEM_URL: platformDb.urls.system,
        PLATFORM_SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
        PLATFORM_SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
        PLATFORM_MASTER_KEY: MASTER_KEY,
        PLATFORM_API_URL: gatewayUrl,
        SMTP_URL: mail.smtpUrl,
        MAIL_FROM: 'PLATFORM <no-reply@example.test>',
      },
      digilist: {
        ...common('digilist'),
        DIGILIST_DATABASE_URL: digilistDb.urls.app,
        DIGILIST_DATABASE_SYSTEM_URL: digilistDb.urls.system,
        DIGILIST_API_URL: gatewayUrl,
        DIGILIST_MEDIA_FOLDER: path.join(logDir, 'media'),
        DIGILIST_DEVELOPMENT_PAYMENTS: 'true',
        SMTP_URL: mail.smtpUrl,
        MAIL_FROM: 'Digilist <no-reply@example.test>',
      },
      gateway: common('gateway'),
    };

    const app = (
      name: AppName,
      { port = health[name], log = FOLDER[name], from = checkout, env = {} as NodeJS.ProcessEnv } = {},
    ): RunningApp & { launch(): Promise<void> } => {
      const logFile = path.join(logDir, `${log}.log`);
      let child: StartedProcess | undefined;
      const ports = name === 'gateway' ? { GATEWAY_PORT: String(port) } : {};
      const launch = async () => {
        child = await startProcess({
          name: log,
          command: process.execPath,
          args: ['--enable-source-maps', 'dist/main.js'],
          cwd: path.join(from, 'apps', FOLDER[name]),
          env: {
            ...environment[name],
            HEALTH_PORT: String(port),
            ...ports,
            ...options.env,
            ...options.appEnv?.[name],
            ...env,
          },
          logFile,
        });
      };
      const self: RunningApp & { launch(): Promise<void> } = {
        name,
        logFile,
        healthUrl: `http://127.0.0.1:${port}`,
        get pid() {
          return child?.pid ?? -1;
        },
        isRunning: () => child?.isRunning() ?? false,
        kill: async (signal = 'SIGKILL') => {
          await child?.kill(signal);
        },
        stop: async () => {
          await child?.stop();
        },
        launch,
        restart: async () => {
          await child?.stop();
          await launch();
          await ready(self, options.within);
        },
      };
      return self;
    };
    const apps = { platform: app('platform'), digilist: app('digilist'), gateway: app('gateway') };
    for (const name of wanted) {
      undo.push(() => apps[name].stop());
      await apps[name].launch();
    }
    for (const name of ['platform', 'digilist', 'gateway'] as const) {
      if (!wanted.includes(name)) undo.push(() => apps[name].stop());
    }
    await all(...wanted.map((name) => ready(apps[name], options.within)));
    let launched = 0;
    const launch = async (
      name: AppName,
      { root: from, env, within, started }: LaunchOptions = {},
    ): Promise<RunningApp> => {
      if (from) requireBuild(name, from);
      launched++;
      const more = app(name, { port: await freePort(), log: `${FOLDER[name]}-${launched}`, from, env });
      undo.push(() => more.stop());
      await more.launch();
      started?.(more.pid);
      await ready(more, within ?? options.within);
      return more;
    };
    return {
      gatewayUrl,
      urls: { platform: platformDb.urls, digilist: digilistDb.urls },
      mail,
      nats,
      postgres: servers.digilist,
      superAdmin: SUPER_ADMIN,
      masterKey: MASTER_KEY,
      apps,
      logDir,
      launch,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Like Promise.all, but waits for all even when one fails: what the others started must be known to be stopped. */
async function all<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const results = await Promise.allSettled(work);
  const failed = results.find((r): r is PromiseRejectedResult => r.status === 'rejected');
  if (failed) throw failed.reason;
  return results.map((r) => (r as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

/** Ready is what the app itself says on /health/ready, which for the gateway goes through NATS to the services. */
async function ready(app: RunningApp, within = 60_000): Promise<void> {
  await until(
    FOLDER[app.name],
    async () => {
      const response = await fetch(`${app.healthUrl}/health/ready`, { signal: AbortSignal.timeout(3_000) });
      if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 300)}`);
      return true;
    },
    {
      within,
      every: 50,
      alive() {
        if (!app.isRunning()) throw new Error(`${FOLDER[app.name]} ended at once:\n${tail(app.logFile, 15)}`);
      },
    },
  ).catch((error) => {
    throw new Error(`${error.message}\n${tail(app.logFile, 15)}`);
  });
}
