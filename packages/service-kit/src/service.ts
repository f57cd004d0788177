import 'reflect-metadata';
import { type EventType, type Operation, TENANT_MISMATCH } from '@kit/contracts';
import {
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  type INestMicroservice,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { throwError } from 'rxjs';
import type { DataSource } from 'typeorm';
import { AccessTokens, type FetchKeys, KeyRing } from './auth/access-tokens.js';
import { AnsweredRequests } from './auth/answered-requests.js';
import type { Authority } from './auth/authority.js';
import type { ServiceConfig } from './config/service-config.js';
import type { RequestContext } from './context/request-context.js';
import { AuditWatch } from './database/audit-watch.js';
import { createDataSource } from './database/database.js';
import { originIn } from './database/origin.js';
import { Retention } from './database/retention.js';
import { type Migrations, requireMigrations } from './database/schema-age.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { type Check, HealthServer } from './health/health-server.js';
import { Consumers } from './inbox/consumers.js';
import { infrastructure, type Resources } from './infrastructure.js';
import { Jobs } from './jobs/jobs.js';
import { liveModule } from './live/live.module.js';
import { logCrashes } from './logging/crashes.js';
import { createLogger, type Logger, NestLogger } from './logging/logger.js';
import { Nats } from './nats/connection.js';
import { Relay } from './outbox/relay.js';
import { RpcClient } from './rpc/client.js';
import { healthSubject } from './rpc/health.js';
import { type AdmitInternal, RequestPipeline } from './rpc/pipeline.js';
import { NotFoundObserver, RpcServer } from './rpc/server.js';
import { stopOnSignal } from './stop-on-signal.js';
import { watchBacklog } from './telemetry/backlog.js';
import { Metrics } from './telemetry/metrics.js';
import { startTracing } from './telemetry/tracing.js';

/** One connection listens for jobs. */
const SYSTEM_POOL_SIZE = 5;

export interface ServiceOptions {
  /** One word; prefix of every subject, name of the schema and of the database roles. */
  context: string;
  config: ServiceConfig;
  module: Type | DynamicModule;
  /** Facts that are shown live to those who may know of them. */
  events: readonly EventType[];
  /** What the schema must have had at least. */
  migrations?: Migrations;
  /** The service's answer to "who may"; Nest injects what it asks for. */
  authority: Type<Authority>;
  /** Looks, after the answer, into what a caller asked for and did not find. */
  notFoundObserver?: Type<NotFoundObserver>;
  /** Where access tokens' public keys come from. */
  keys: (infrastructure: { rpc: RpcClient; dataSource: DataSource }) => FetchKeys;
  /** Says which internal requests are refused, e.g. those about what is in another region. */
  admitInternal?: (app: INestMicroservice) => AdmitInternal;
  /** Key under which this service calls internal operations of others. */
  productKey?: string;
  /** Overrides for tests. */
  clock?: () => Date;
  logger?: Logger;
  /** Fail an answer that is not as declared, and an operation that changes something without an audit record. */
  checkAnswers?: boolean;
  /** What `/health/ready` tells besides, without a failure making the service unready. */
  dispensable?: (app: INestMicroservice) => Record<string, Check>;
  /** Operations that may change something in silence → why. */
  unaudited?: Readonly<Record<string, string>>;
}

export interface RunningService {
  app: INestMicroservice;
  healthPort: number;
  stop(): Promise<void>;
}

/** Starts a service: database, NATS, RPC server, relay, health. A start that fails leaves nothing open. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { context, config } = options;
  // Closed in the reverse order, so that nothing that was accepted is lost: requests finish, batches commit, and the
  // outbox keeps the rest.
  const closing: (() => unknown)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    // One step that fails leaves the others nothing less to close.
    for (const step of closing.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything was closed cleanly');
  };
  try {
    const resources = await openResources(options, closing);
    const { logger, nats } = resources;
    const server = rpcServer(options, resources);
    const root: DynamicModule = {
      module: Root,
      imports: [
        infrastructure(resources, options.authority, options.notFoundObserver),
        liveModule(context, options.events),
        options.module,
      ],
    };
    const app = await NestFactory.createMicroservice(root, {
      strategy: server.transport,
      logger: new NestLogger(logger),
      abortOnError: false,
    });
    const relay = app.get(Relay);
    const retention = app.get(Retention);
    const jobs = app.get(Jobs);
    const work = app.get(UnitOfWork);
    const answered = new AnsweredRequests(work, logger);
    closing.push(
      () => retention.stop(),
      () => relay.stop(),
      () => app.close(),
      () => jobs.stop(),
      () => app.get(Consumers).stop(),
      () => answered.close(),
      () => server.transport.close(),
    );
    app.useGlobalFilters(new PassThrough());
    server.serve({
      work,
      answered,
      notFound: options.notFoundObserver && app.get(NotFoundObserver),
      admitInternal: options.admitInternal?.(app),
    });
    await app.listen();
    relay.start();
    retention.start();
    await jobs.start();
    const ping = nats.connection.subscribe(healthSubject(context), {
      queue: context,
      callback: (_, message) => {
        message.respond('{"status":"ok"}');
      },
    });
    closing.push(() => ping.drain());
    watchBacklog(resources);
    const health = healthServer(resources, options.dispensable?.(app));
    closing.unshift(() => health.close());
    const healthPort = await health.listen(config.healthPort, config.healthHost);
    closing.push(() => health.drain());
    logger.info({ healthPort }, `${context} serves`);

    let stopping: Promise<void> | null = null;
    const stop = () => {
      stopping ??= close().then(() => logger.info(`${context} stopped`));
      return stopping;
    };
    return { app, healthPort, stop };
  } catch (error) {
    await close().catch(() => undefined); // why it did not start matters more
    throw error;
  }
}

async function openResources(options: ServiceOptions, closing: (() => unknown)[]): Promise<Resources> {
  const { context, config } = options;
  const logger = options.logger ?? createLogger(context, config.logLevel);
  const { databaseUrl, systemDatabaseUrl, databasePoolSize, databaseWaitMs: waitMs } = config;
  const open = async (url: string, poolSize: number, applicationName: string) => {
    const source = createDataSource({ context, url, poolSize, waitMs, applicationName });
    await source.initialize();
    closing.push(() => source.destroy());
    return source;
  };
  const dataSource = await open(databaseUrl.reveal(), databasePoolSize, context);
  const systemDatabase = await open(systemDatabaseUrl.reveal(), SYSTEM_POOL_SIZE, `${context}-system`);
  if (options.migrations) await requireMigrations(context, systemDatabase, options.migrations);
  const { natsUrls: urls, natsUser: user, natsPassword: password } = config;
  const nats = await Nats.open({ urls, user, password, name: context }, logger);
  closing.push(() => nats.close());
  const rpc = new RpcClient(nats, options.productKey ?? null);
  const tokens = new AccessTokens(new KeyRing(options.keys({ rpc, dataSource })));
  const auditWatch = options.checkAnswers ? new AuditWatch(context) : null;
  const metrics = new Metrics(context);
  return { context, config, logger, metrics, nats, dataSource, systemDatabase, rpc, tokens, auditWatch };
}

/** The transport is made before Nest, and what it tells of refusals only with Nest. */
function rpcServer(options: ServiceOptions, resources: Resources) {
  const { context, config, nats, tokens, logger, metrics } = resources;
  let told: {
    work: UnitOfWork;
    answered: AnsweredRequests;
    notFound: NotFoundObserver | undefined;
    admitInternal: AdmitInternal | undefined;
  } | null = null;
  const onTenantMismatch = async (ctx: RequestContext) => {
    if (told) await auditMismatch(told.work, ctx);
  };
  const admitInternal: AdmitInternal = async (ctx) => told?.admitInternal?.(ctx);
  const pipeline = new RequestPipeline(tokens, onTenantMismatch, options.clock ?? (() => new Date()), admitInternal);
  const { maxInFlight, shutdownMs } = config;
  const notFound = (ctx: RequestContext) => told?.notFound?.observe(ctx);
  const answered = (ctx: RequestContext, code: string) => told?.answered.observe(ctx, code);
  const { checkAnswers = false, unaudited = {} } = options;
  const silent = (operation: Operation, requestId: string): string[] => {
    const changed = resources.auditWatch?.silent(requestId) ?? [];
    return operation.id in unaudited || operation.access.kind === 'internal' ? [] : changed;
  };
  const transport = new RpcServer(
    { context, maxInFlight, shutdownMs, checkAnswers, notFound, answered, silent },
    nats,
    pipeline,
    logger,
    metrics,
  );
  return {
    transport,
    serve: (listeners: NonNullable<typeof told>) => {
      told = listeners;
    },
  };
}

async function auditMismatch(work: UnitOfWork, ctx: RequestContext): Promise<void> {
  const { principal, tenantHint } = ctx;
  if (principal.kind !== 'user') return;
  await work.runAs(originIn(principal.tenantId, ctx), async (tx) => {
    tx.audit({
      action: 'security.tenant.mismatch',
      entity: { type: 'tenant', id: principal.tenantId },
      outcome: 'refused',
      reason: TENANT_MISMATCH.code,
      changes: { named: tenantHint },
    });
  });
}

function healthServer({ dataSource, nats, metrics }: Resources, dispensable?: Record<string, Check>): HealthServer {
  const checks = {
    database: async () => (await dataSource.query('SELECT 1')).length === 1,
    nats: async () => nats.connected,
  };
  return new HealthServer(checks, metrics, dispensable);
}

/** Lets a Refusal reach the RPC server as it was thrown. */
@Catch()
class PassThrough implements ExceptionFilter {
  catch(error: unknown) {
    return throwError(() => error);
  }
}

@Module({})
class Root {}

/** `startService` as a process: stops gracefully on SIGTERM and SIGINT, says why when it cannot start. */
export async function runService(options: ServiceOptions): Promise<void> {
  const logger = options.logger ?? createLogger(options.context, options.config.logLevel);
  logCrashes(logger);
  try {
    const tracing = await startTracing(options.context, options.config, logger);
    const service = await startService({ ...options, logger });
    const stop = async () => {
      await service.stop();
      await tracing?.stop();
    };
    stopOnSignal(stop, logger);
  } catch (error) {
    logger.fatal({ err: error }, `${options.context} cannot start: ${(error as Error).message}`);
    process.exit(1);
  }
}
