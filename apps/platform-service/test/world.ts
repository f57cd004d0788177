import { type ErrorCode, type Operation, type RefusalBody, type RequestOf, type ResponseOf } from '@kit/contracts';
import {
  createLogger,
  loadConfig,
  Nats,
  type RawAnswer,
  RpcClient,
  type RunningService,
  Secret,
  startService,
  WIRE,
} from '@kit/service';
import { createDatabase, query, startNats, stopPostgres } from '@kit/testing';
import { headers as natsHeaders } from '@nats-io/transport-node';
import {
  type CreatedTenant,
  type CreateTenant,
  createTenant,
  type GrantScope,
  grantRole,
  login,
  type Tokens,
} from '@platform/contracts';
import { migrationFields, platformFields } from '../src/config.js';
import { migrate } from '../src/database/migrate.js';
import { serviceOptions } from '../src/service-options.js';

export const SUPER_ADMIN = { email: 'super.admin@example.test', password: 'correct horse battery staple' };
export const PASSWORD = 'a password of the tests';

/** Constant, because the signing key in a cloned database is sealed under it. */
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

export interface CallAs {
  token?: string;
  /** Slug, as host or `X-Tenant` give it. */
  tenant?: string;
  ifMatch?: number;
  idempotencyKey?: string;
  language?: string;
  ip?: string;
}

/** What came back: the answer, or the refusal. */
export interface Outcome<T> {
  ok: boolean;
  value: T;
  refusal: RefusalBody;
  etag: string | null;
  replayed: boolean;
}

type AnyOperation = Operation<never, unknown>;

export interface WorldOptions {
  /** Keys of made-up products that nats-server lets in besides the one that ships. */
  products?: readonly string[];
}

/** PLATFORM as it runs: its own PostgreSQL database, a real nats-server, called the way the gateway calls it. */
export async function platformWorld(env: NodeJS.ProcessEnv = {}, { products = [] }: WorldOptions = {}) {
  const migration = (migratorUrl: string) =>
    migrate(
      loadConfig(migrationFields, {
        PLATFORM_DATABASE_MIGRATOR_URL: migratorUrl,
        PLATFORM_MASTER_KEY: MASTER_KEY,
        PLATFORM_SUPER_ADMIN_EMAIL: SUPER_ADMIN.email,
        PLATFORM_SUPER_ADMIN_PASSWORD: SUPER_ADMIN.password,
      }),
    );
  const database = await createDatabase('platform', (urls) => migration(urls.migrator), { template: 'platform-world' });
  const nats = await startNats({ products });
  const config = loadConfig(platformFields, {
    PLATFORM_DATABASE_URL: database.urls.app,
    PLATFORM_DATABASE_SYSTEM_URL: database.urls.system,
    PLATFORM_MASTER_KEY: MASTER_KEY,
    NATS_URL: nats.url,
    NATS_USER: nats.credentials.platform.user,
    NATS_PASSWORD: nats.credentials.platform.password,
    // Nobody listens there; a spec that reads mail gives the address of a catcher.
    SMTP_URL: 'smtp://127.0.0.1:9',
    // Specs share their processors: a hundred at once may wait longer than the three seconds of a service.
    DATABASE_WAIT_MS: '15000',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    RELAY_POLL_MS: '50',
    ...env,
  });
  let offsetMs = 0;
  const clock = () => new Date(Date.now() + offsetMs);
  const service: RunningService = await startService({ ...serviceOptions(config), clock, checkAnswers: true });

  const logger = createLogger('test', 'silent');
  const { user, password } = nats.credentials.gateway;
  const gateway = await Nats.open({ urls: [nats.url], user, password: new Secret(password), name: 'test' }, logger);
  const rpc = new RpcClient(gateway);

  async function call<O extends Operation<never, unknown> | Operation>(
    operation: O,
    request: Partial<RequestOf<O>> | Record<string, unknown>,
    caller: CallAs = {},
  ): Promise<Outcome<ResponseOf<O>>> {
    const headers = natsHeaders();
    if (caller.token) headers.set(WIRE.authorization, `Bearer ${caller.token}`);
    if (caller.tenant) headers.set(WIRE.tenant, caller.tenant);
    if (caller.ifMatch !== undefined) headers.set(WIRE.ifMatch, `"${caller.ifMatch}"`);
    if (caller.idempotencyKey) headers.set(WIRE.idempotencyKey, caller.idempotencyKey);
    if (caller.ip) headers.set(WIRE.clientIp, caller.ip);
    headers.set(WIRE.language, caller.language ?? 'en');
    const answer = await rpc.forward(
      operation as unknown as Operation,
      headers,
      JSON.stringify(request),
      Date.now() + 10_000,
    );
    return outcome(answer);
  }

  /** The answer of a call that must succeed. */
  async function done<O extends AnyOperation | Operation>(
    operation: O,
    request: Partial<RequestOf<O>> | Record<string, unknown>,
    caller: CallAs = {},
  ): Promise<ResponseOf<O>> {
    const answer = await call(operation, request, caller);
    if (!answer.ok) throw new Error(`${operation.id} was refused: ${JSON.stringify(answer.refusal)}`);
    return answer.value;
  }

  /** The code of a call that must be refused; `OK` when it was not. */
  async function code<O extends AnyOperation | Operation>(
    operation: O,
    request: Partial<RequestOf<O>> | Record<string, unknown>,
    caller: CallAs = {},
  ): Promise<ErrorCode['code']> {
    const answer = await call(operation, request, caller);
    return answer.ok ? 'OK' : answer.refusal.code;
  }

  const signIn = (email: string, password: string, tenant?: string): Promise<Tokens> =>
    done(login, { email, password }, tenant === undefined ? {} : { tenant });

  const superToken = async () => (await signIn(SUPER_ADMIN.email, SUPER_ADMIN.password)).accessToken;

  /** A tenant with its first administrator, signed in. */
  async function tenant(slug: string, more: Partial<CreateTenant> = {}): Promise<TestTenant> {
    const email = `admin@${slug}.example`;
    const request = {
      slug,
      name: slug,
      administrator: { email, name: 'First Administrator', password: PASSWORD },
      ...more,
    };
    const created = await done(createTenant, request, { token: await superToken() });
    const { accessToken } = await signIn(request.administrator.email, request.administrator.password ?? PASSWORD, slug);
    return { ...created, email: request.administrator.email, token: accessToken };
  }

  return {
    config,
    database,
    nats,
    service,
    clock: {
      advance(ms: number) {
        offsetMs += ms;
      },
    },
    call,
    done,
    code,
    signIn,
    superToken,
    tenant,
    /** Rows of all tenants, as the system role sees them. */
    rows: <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
      query<Row>(database.urls.system, text, values),
    /** `postgres: false` where another world of the same spec still needs it. */
    async stop({ postgres = true } = {}) {
      await gateway.close();
      await service.stop();
      await nats.stop();
      await database.drop();
      if (postgres) await stopPostgres();
    },
  };
}

export type PlatformWorld = Awaited<ReturnType<typeof platformWorld>>;

export interface TestTenant extends CreatedTenant {
  email: string;
  token: string;
}

function outcome<T>(answer: RawAnswer): Outcome<T> {
  const body = answer.data.length === 0 ? undefined : JSON.parse(answer.text());
  return {
    ok: answer.ok,
    value: (answer.ok ? body : undefined) as T,
    refusal: (answer.ok ? undefined : body) as RefusalBody,
    etag: answer.headers?.get(WIRE.etag) || null,
    replayed: answer.headers?.get(WIRE.replayed) === 'true',
  };
}

/** Gives a role, as an administrator of the tenant would. */
export async function grantOf(
  world: PlatformWorld,
  tenant: TestTenant,
  userId: string,
  roleKey: string,
  scope: GrantScope,
  orgId?: string,
): Promise<void> {
  const [role] = await world.rows<{ id: string }>('SELECT id FROM platform.roles WHERE tenant_id = $1 AND key = $2', [
    tenant.id,
    roleKey,
  ]);
  if (!role) throw new Error(`${tenant.slug} has no role ${roleKey}`);
  await world.done(grantRole, { id: userId, roleId: role.id, scope, ...(orgId && { orgId }) }, { token: tenant.token });
}
