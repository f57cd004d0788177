import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { EventType, Operation } from '@kit/contracts';
import {
  createLogger,
  KeyRing,
  type Logger,
  Nats,
  NestLogger,
  newTraceparent,
  type PublicJwk,
  RpcClient,
} from '@kit/service/edge';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { listSigningKeys } from '@platform/contracts';
import { AccessTokenStrategy } from './auth/access-token.strategy.js';
import { AuthenticationGuard, OWN_ORIGINS } from './auth/authentication.guard.js';
import { VerifiedTokens } from './auth/verified-tokens.js';
import type { GatewayConfig } from './config.js';
import { asyncApiOf } from './docs/asyncapi.js';
import { documentController, once, problemsController, serveDocuments } from './docs/docs.js';
import { openApiOf } from './docs/openapi.js';
import { Forwarder } from './edge/forwarder.js';
import { edgeAdapter, prepareServer } from './edge/http-server.js';
import { operationsController } from './edge/operations.controller.js';
import { Regions } from './edge/regions.js';
import { RouteTable } from './edge/route-table.js';
import { TenantDirectory } from './edge/tenant-directory.js';
import { TenantNames } from './edge/tenant-names.js';
import { uploadTypesOf } from './edge/uploads.js';
import { AccessLog, writeToStdout } from './health/access-log.js';
import { EdgeMetrics } from './health/edge-metrics.js';
import { HealthController, Readiness } from './health/health.controller.js';
import { AddressLimitGuard, CallerLimitGuard } from './limits/limit.guards.js';
import { RateLimits } from './limits/rate-limits.js';
import { SharedLimits } from './limits/shared-limits.js';
import { SlidingWindow } from './limits/sliding-window.js';
import { FlagEvents, FlagEventsController } from './live/flag-events.js';
import { listenEvents } from './live/listen-events.js';
import { LiveEventsController } from './live/live-events.controller.js';
import { LiveEvents } from './live/live-events.js';
import { ProblemFilter } from './problems/problem.filter.js';
import { API_VERSION } from './version.js';

export interface GatewayOptions {
  config: GatewayConfig;
  operations: readonly Operation[];
  /** Facts that are shown live to those who may know of them. */
  events: readonly EventType[];
  /** What is public of them, as events of their own. */
  publicEvents: readonly EventType[];
  logger?: Logger;
  /** Where access-log lines go; standard output unless told. */
  writeLog?: (text: string) => void;
}

export interface RunningGateway {
  port: number;
  url: string;
  app: NestFastifyApplication;
  stop(): Promise<void>;
}

const OPEN_ROUTES = [
  '/health/live',
  '/health/ready',
  '/metrics',
  '/docs',
  '/openapi.json',
  '/asyncapi.json',
  '/asyncapi.yaml',
  '/problems/{code}',
  '/ofrep/v1/events',
].map((path) => ({ method: 'GET', path }));

@Module({})
class Gateway {}

/** Starts the edge: one process between HTTP and NATS that keeps nothing. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { config, operations, events, publicEvents } = options;
  const routed: readonly Operation[] = [...operations, listenEvents as unknown as Operation];
  const logger = options.logger ?? createLogger('gateway', config.logLevel);
  const nats = await Nats.open(
    { urls: config.natsUrls, user: config.natsUser, password: config.natsPassword, name: 'gateway' },
    logger,
  );
  const rpc = new RpcClient(nats);
  const metrics = new EdgeMetrics();
  const accessLog = config.accessLog ? new AccessLog(options.writeLog ?? writeToStdout) : null;
  const directory = new TenantDirectory(nats, rpc, logger);
  const regions = new Regions(config.regions, directory);
  const readiness = new Readiness(nats, [...new Set(operations.map(({ context }) => context))], regions);
  const shared = new SharedLimits(nats, new SlidingWindow(config.limitWindowSeconds * 1000), logger);
  const flagEvents = new FlagEvents(nats);
  const live = new LiveEvents(nats, rpc, logger, regions, {
    events: [...events, ...publicEvents],
    deadlineMs: config.deadlineMs,
    limit: config.liveLimit,
    userLimit: config.liveUserLimit,
    addressLimit: config.liveAddressLimit,
  });
  metrics.listening = () => live.size;
  metrics.connected = () => nats.connected;
  const tenants = new TenantNames(config.domain || null);
  const keys = new KeyRing(() => fetchKeys(rpc));
  const rates = new RateLimits(shared, {
    windowSeconds: config.limitWindowSeconds,
    address: config.addressLimit,
    user: config.userLimit,
    tenant: config.tenantLimit,
    credentials: config.credentialLimit,
  });

  const document = once(() => openApiOf(routed, API_VERSION));
  const root: DynamicModule = {
    module: Gateway,
    controllers: [
      operationsController(operations),
      HealthController,
      FlagEventsController,
      LiveEventsController,
      documentController(document, () => asyncApiOf(events, publicEvents, API_VERSION)),
      problemsController(routed),
    ],
    providers: [
      { provide: Forwarder, useValue: new Forwarder(rpc, tenants, config.deadlineMs, regions) },
      { provide: TenantNames, useValue: tenants },
      { provide: Regions, useValue: regions },
      { provide: KeyRing, useValue: keys },
      { provide: OWN_ORIGINS, useValue: config.corsOrigins },
      { provide: RateLimits, useValue: rates },
      { provide: EdgeMetrics, useValue: metrics },
      { provide: Readiness, useValue: readiness },
      { provide: FlagEvents, useValue: flagEvents },
      { provide: LiveEvents, useValue: live },
      { provide: VerifiedTokens, useValue: new VerifiedTokens() },
      AccessTokenStrategy,
      // In this order: an address that asks too much costs no signature check.
      { provide: APP_GUARD, useClass: AddressLimitGuard },
      { provide: APP_GUARD, useClass: AuthenticationGuard },
      { provide: APP_GUARD, useClass: CallerLimitGuard },
      { provide: APP_FILTER, useValue: new ProblemFilter(new RouteTable(routed, OPEN_ROUTES), logger) },
    ],
  };
  const adapter = edgeAdapter(config.trustedProxies);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const draining = () => readiness.draining;
  prepareServer(adapter.getInstance(), { metrics, accessLog, uploads: uploadTypesOf(operations), draining });
  if (config.corsOrigins.length > 0) app.enableCors(corsOf(config.corsOrigins));
  serveDocuments(app, document);
  await app.listen(config.port, config.host);
  shared.start();
  if (regions.several) directory.start();
  flagEvents.start();
  live.start();
  // Warm, so that the first caller does not wait; while the issuer is away each caller asks again.
  void keys.refresh().catch(() => undefined);
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ port }, 'the gateway listens');

  let stopping: Promise<void> | null = null;
  /** Not ready, no new connection, what is in flight finishes, then NATS. */
  const stop = async (): Promise<void> => {
    readiness.drain();
    await sleep(config.drainMs);
    flagEvents.stop();
    live.stop();
    const closed = app.close();
    const deadline = Date.now() + config.shutdownMs;
    while (metrics.inFlight > 0 && Date.now() < deadline) await sleep(20);
    // What is left are connections that ask nothing, or requests that took longer than a stop may take.
    app.getHttpServer().closeAllConnections();
    await closed;
    shared.stop();
    accessLog?.flush();
    await nats.close();
    logger.info('the gateway stopped');
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    app,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function fetchKeys(rpc: RpcClient): Promise<PublicJwk[]> {
  const caller = { requestId: randomUUID(), traceparent: newTraceparent(), deadline: Date.now() + 2_000 };
  const { keys } = await rpc.call(caller, listSigningKeys, {});
  return keys as PublicJwk[];
}

const corsOf = (origins: readonly string[]) => ({
  origin: [...origins],
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: [
    'authorization',
    'content-type',
    'x-tenant',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'last-event-id',
    'accept-language',
    'traceparent',
    'x-session',
    'x-csrf-token',
  ],
  credentials: true,
  exposedHeaders: [
    'etag',
    'deprecation',
    'idempotent-replayed',
    'link',
    'ratelimit',
    'ratelimit-policy',
    'retry-after',
    'sunset',
    'x-request-id',
  ],
  maxAge: 600,
});
