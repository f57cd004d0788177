import { createSign, generateKeyPairSync } from 'node:crypto';
import { digilistEvents } from '@digilist/contracts';
import type { Operation } from '@kit/contracts';
import {
  createLogger,
  loadConfig,
  migrate,
  type PublicJwk,
  type RunningService,
  serviceFields,
  startService,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
} from '@kit/service';
import {
  createDatabase,
  type MailCatcher,
  type NatsServer,
  natsOptions,
  query,
  startNats,
  startSmtpCatcher,
  type TestDatabase,
} from '@kit/testing';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { brokenInvariants, type Invariant } from '../database/invariants.js';
import { migrations } from '../database/migrations/index.js';
import { notificationFields, notificationsModule } from '../features/notifications/index.js';
import { loadPaymentSettings, type PaymentSettings, paymentProvidersModule } from '../features/payments/index.js';
import { ForeignRows, platformModule, regionFields, WhoMay } from '../platform/index.js';
import { PlatformStandIn, type Town } from '../platform/testing/platform-stand-in.js';
import { UNAUDITED } from '../service-options.js';

const PATIENCE_MS = 20_000;

export interface Reply {
  ok: boolean;
  code: string | undefined;
  body: Record<string, unknown>;
}

/** DIGILIST in this process, on a PostgreSQL and a nats-server of its own, with a stand-in for PLATFORM. */
export class DigilistWorld {
  private readonly services: RunningService[] = [];
  private readonly excused: Invariant[] = [];
  private constructor(
    readonly nats: NatsServer,
    readonly database: TestDatabase,
    readonly mail: MailCatcher | null,
    readonly platform: PlatformStandIn,
    private readonly gateway: NatsConnection,
    /** Variables of the services beyond those of every spec. */
    private readonly environment: object,
  ) {}

  static async open({
    mail = false,
    environment = {},
  }: {
    mail?: boolean;
    environment?: object;
  } = {}): Promise<DigilistWorld> {
    const [nats, database, catcher] = await Promise.all([
      startNats(),
      createDatabase('digilist', (urls) => migrate({ context: 'digilist', url: urls.migrator, migrations })),
      mail ? startSmtpCatcher() : null,
    ]);
    const platform = await PlatformStandIn.open(nats);
    const gateway = await connect(natsOptions(nats, nats.credentials.gateway as never));
    return new DigilistWorld(nats, database, catcher, platform, gateway, environment);
  }

  async start(
    features: (Type | DynamicModule)[] = [],
    { payments = {} }: { payments?: Partial<PaymentSettings> } = {},
  ): Promise<RunningService> {
    const environment = {
      NATS_URL: this.nats.url,
      NATS_USER: this.nats.credentials.digilist?.user,
      NATS_PASSWORD: this.nats.credentials.digilist?.password,
      DIGILIST_DATABASE_URL: this.database.urls.app,
      DIGILIST_DATABASE_SYSTEM_URL: this.database.urls.system,
      SMTP_URL: this.mail?.smtpUrl ?? 'smtp://127.0.0.1:9',
      RELAY_POLL_MS: '200',
      // Specs share their processors: a hundred at once may wait longer than the three seconds of a service.
      DATABASE_WAIT_MS: '15000',
      ...this.environment,
    };
    const module = {
      module: Root,
      imports: [
        platformModule(loadConfig(regionFields, environment)),
        notificationsModule(loadConfig(notificationFields, environment)),
        paymentProvidersModule({ ...loadPaymentSettings({}), development: true, ...payments }),
        ...features,
      ],
    };
    const service = await startService({
      context: 'digilist',
      productKey: 'digilist',
      config: loadConfig(serviceFields('DIGILIST'), environment),
      module,
      authority: WhoMay,
      notFoundObserver: ForeignRows,
      unaudited: UNAUDITED,
      events: digilistEvents,
      keys: () => async () => [jwk],
      checkAnswers: true,
      logger: createLogger('digilist', process.env.LOG_LEVEL ?? 'fatal'),
    });
    this.services.push(service);
    return service;
  }

  /** Calls an operation as the gateway does. `userId: null` is anonymous. */
  async call(
    operation: unknown,
    town: Town,
    userId: string | null,
    request: object = {},
    extra: Record<string, string> = {},
  ): Promise<Reply> {
    const headers = natsHeaders();
    if (userId) headers.set('authorization', `Bearer ${tokenFor(town, userId)}`);
    // Specs are about answers, not about how fast a busy machine gives them.
    headers.set('x-deadline', String(Date.now() + PATIENCE_MS));
    for (const [name, value] of Object.entries(extra)) headers.set(name, value);
    const message = await this.gateway.request((operation as Operation).subject, JSON.stringify(request), {
      timeout: PATIENCE_MS,
      headers,
    });
    const body = message.data.length === 0 ? {} : message.json<Record<string, unknown>>();
    const ok = message.headers?.get('x-status') === 'ok';
    return { ok, code: ok ? undefined : String(body.code), body };
  }

  rows<Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return query<Row>(this.database.urls.superuser, text, values);
  }

  /** The rows that a spec makes up by hand break these. */
  excuse(...invariants: Invariant[]): void {
    this.excused.push(...invariants);
  }

  /** @throws when the module has left behind rows that must never be */
  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    const broken = await brokenInvariants((text) => this.rows(text), this.excused);
    await this.stop();
    if (broken.length > 0) throw new Error(`left behind what must never be:\n${broken.join('\n')}`);
  }

  private async stop(): Promise<void> {
    await this.gateway.close();
    await this.platform.close();
    await this.database.drop();
    await this.nats.stop();
    await this.mail?.stop();
  }
}

@Module({})
class Root {}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: TOKEN_ALGORITHM, use: 'sig' } as PublicJwk;

/** An access token as PLATFORM signs it; `actorId` is who acts for the user. */
export function tokenFor(town: Town, userId: string, sessionId: string = uuidv7(), actorId?: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
    sub: userId,
    tid: town.tenantId,
    ten: town.slug,
    sid: sessionId,
    jti: uuidv7(),
    iat: now,
    exp: now + 300,
    ...(actorId !== undefined && { act: { sub: actorId } }),
  };
  const signed = `${part({ alg: TOKEN_ALGORITHM, typ: 'at+jwt', kid: 'test' })}.${part(claims)}`;
  const signature = createSign('sha256')
    .update(signed)
    .sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
    .toString('base64url');
  return `${signed}.${signature}`;
}
