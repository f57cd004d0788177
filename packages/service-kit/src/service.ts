import 'reflect-metadata';
import { TENANT_MISMATCH } from '@kit/contracts';
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
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import { AccessTokens, type FetchKeys, KeyRing } from './auth/access-tokens.js';
import { Authority } from './auth/authority.js';
import type { ServiceConfig } from './config/service-config.js';
import type { RequestContext } from './context/request-context.js';
import { createDataSource } from './database/database.js';
import { originIn } from './database/job-origin.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { HealthServer } from './health/health-server.js';
import { Consumers } from './inbox/consumers.js';
import { createLogger, type Logger, NestLogger } from './logging/logger.js';
import { Nats } from './nats/connection.js';
import { Relay } from './outbox/relay.js';
import { RpcClient } from './rpc/client.js';
import { healthSubject } from './rpc/health.js';
import { RequestPipeline } from './rpc/pipeline.js';
import { NotFoundObserver, RpcServer } from './rpc/server.js';
import { stopOnSignal } from './stop-on-signal.js';
import { Metrics } from './telemetry/metrics.js';

/** Injection tokens of what is not a class of its own. */
export const LOGGER = Symbol('logger');
/** Pool that crosses tenants (BYPASSRLS): product registration, backfills. Never for requests of users. */
export const SYSTEM_DATABASE = Symbol('system database');

export interface ServiceOptions {
  /** One word; prefix of every subject, name of the schema and of the database roles. */
  context: string;
  config: ServiceConfig;
  module: Type | DynamicModule;
  /** The service's answer to "who may"; Nest injects what it asks for. */
  authority: Type<Authority>;
  /** Looks, after the answer, into what a caller asked for and did not find. */
  notFoundObserver?: Type<NotFoundObserver>;
  // biome-ignore lint/complexity/noBannedTypes: TypeORM's own type of an entity class
  entities?: MixedList<Function | string | EntitySchema>;
  /** Where access tokens' public keys come from; by default asked over RPC by the caller of `runService`. */
  keys: (infrastructure: { rpc: RpcClient; dataSource: DataSource }) => FetchKeys;
  /** Key under which this service calls internal operations of others. */
  productKey?: string;
  /** Overrides for tests. */
  clock?: () => Date;
  logger?: Logger;
  checkAnswers?: boolean;
}

export interface RunningService {
  app: INestMicroservice;
  healthPort: number;
  stop(): Promise<void>;
}

/** Lets a Refusal reach the RPC server as it was thrown. */
@Catch()
class PassThrough implements ExceptionFilter {
  catch(error: unknown) {
    return throwError(() => error);
  }
}

/** Starts a service: database, NATS, RPC server, relay, health. Everything a feature injects comes from here. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { context, config } = options;
  const logger = options.logger ?? createLogger(context, config.logLevel);
  const metrics = new Metrics(context);
  const nats = await Nats.open(
    { urls: config.natsUrls, user: config.natsUser, password: config.natsPassword, name: context },
    logger,
  );
  const open = (url: string, poolSize: number, name: string) =>
    createDataSource({ context, url, poolSize, entities: options.entities ?? [], applicationName: name }).initialize();
  const dataSource = await open(config.databaseUrl.reveal(), config.databasePoolSize, context);
  const systemDatabase = await open(config.systemDatabaseUrl.reveal(), 2, `${context}-system`);

  const rpc = new RpcClient(nats, options.productKey ?? null);
  const tokens = new AccessTokens(new KeyRing(options.keys({ rpc, dataSource })));
  const parts: { relay?: Relay; work?: UnitOfWork; notFound?: NotFoundObserver | undefined } = {};
  const infrastructure = {
    module: Infrastructure,
    global: true,
    providers: [
      { provide: LOGGER, useValue: logger },
      { provide: Metrics, useValue: metrics },
      { provide: Nats, useValue: nats },
      { provide: DataSource, useValue: dataSource },
      { provide: SYSTEM_DATABASE, useValue: systemDatabase },
      { provide: RpcClient, useValue: rpc },
      { provide: AccessTokens, useValue: tokens },
      { provide: Authority, useClass: options.authority },
      ...(options.notFoundObserver ? [{ provide: NotFoundObserver, useClass: options.notFoundObserver }] : []),
      {
        provide: UnitOfWork,
        inject: [Authority],
        useFactory: (authority: Authority) => {
          parts.work = new UnitOfWork(context, dataSource, authority, () => parts.relay?.wakeAfterCommit());
          return parts.work;
        },
      },
      {
        provide: Relay,
        inject: [UnitOfWork],
        useFactory: (work: UnitOfWork) => {
          parts.relay = new Relay(context, work, nats, logger, metrics, config.relayPollMs);
          return parts.relay;
        },
      },
      {
        provide: Consumers,
        inject: [UnitOfWork],
        useFactory: (work: UnitOfWork) => new Consumers(context, work, nats, logger, metrics),
      },
    ],
    exports: [
      LOGGER,
      Metrics,
      Nats,
      DataSource,
      SYSTEM_DATABASE,
      RpcClient,
      AccessTokens,
      Authority,
      UnitOfWork,
      Relay,
      Consumers,
    ],
  } satisfies DynamicModule;

  const pipeline = new RequestPipeline(
    tokens,
    async (ctx) => {
      const principal = ctx.principal;
      if (principal.kind !== 'user') return;
      await parts.work?.runAs(originIn(principal.tenantId, ctx), async (tx) => {
        tx.audit({
          action: 'security.tenant.mismatch',
          entity: { type: 'tenant', id: principal.tenantId },
          outcome: 'refused',
          reason: TENANT_MISMATCH.code,
          changes: { named: ctx.tenantHint },
        });
      });
    },
    options.clock ?? (() => new Date()),
  );
  const { maxInFlight, shutdownMs } = config;
  const checkAnswers = options.checkAnswers ?? false;
  const notFound = (ctx: RequestContext) => parts.notFound?.observe(ctx);
  const rpcOptions = { context, maxInFlight, shutdownMs, checkAnswers, notFound };
  const server = new RpcServer(rpcOptions, nats, pipeline, logger, metrics);

  const root: DynamicModule = { module: Root, imports: [infrastructure, options.module] };
  const app = await NestFactory.createMicroservice(root, {
    strategy: server,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new PassThrough());
  parts.notFound = options.notFoundObserver && app.get(NotFoundObserver);
  await app.listen();
  const relay = app.get(Relay);
  relay.start();
  const ping = nats.connection.subscribe(healthSubject(context), {
    queue: context,
    callback: (_, message) => {
      message.respond('{"status":"ok"}');
    },
  });

  const health = new HealthServer(
    {
      database: async () => (await dataSource.query('SELECT 1')).length === 1,
      nats: async () => nats.connected,
    },
    metrics,
  );
  const healthPort = await health.listen(config.healthPort, config.healthHost);
  logger.info({ healthPort }, `${context} serves`);

  let stopping: Promise<void> | null = null;
  /** Nothing that was accepted is lost: requests finish, batches commit, the outbox keeps the rest. */
  const stop = async (): Promise<void> => {
    health.drain();
    await ping.drain();
    await server.close();
    await app.get(Consumers).stop();
    await app.close();
    await relay.stop();
    await nats.close();
    await Promise.all([dataSource.destroy(), systemDatabase.destroy(), health.close()]);
    logger.info(`${context} stopped`);
  };
  return {
    app,
    healthPort,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

@Module({})
class Infrastructure {}

@Module({})
class Root {}

/** `startService` as a process: stops gracefully on SIGTERM and SIGINT, says why when it cannot start. */
export async function runService(options: ServiceOptions): Promise<void> {
  const logger = options.logger ?? createLogger(options.context, options.config.logLevel);
  try {
    const service = await startService({ ...options, logger });
    stopOnSignal(() => service.stop(), logger);
  } catch (error) {
    logger.fatal({ err: error }, `${options.context} cannot start: ${(error as Error).message}`);
    process.exit(1);
  }
}
