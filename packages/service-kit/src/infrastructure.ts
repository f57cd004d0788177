import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AccessTokens } from './auth/access-tokens.js';
import { Authority } from './auth/authority.js';
import type { ServiceConfig } from './config/service-config.js';
import type { AuditWatch } from './database/audit-watch.js';
import { Retention } from './database/retention.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { Consumers } from './inbox/consumers.js';
import { Jobs } from './jobs/jobs.js';
import { PeriodicJob } from './jobs/periodic-job.js';
import type { Logger } from './logging/logger.js';
import { Nats } from './nats/connection.js';
import { Relay } from './outbox/relay.js';
import { RpcClient } from './rpc/client.js';
import { NotFoundObserver } from './rpc/server.js';
import { Metrics } from './telemetry/metrics.js';

/** Injection tokens of what is not a class of its own. */
export const LOGGER = Symbol('logger');
/** Pool that crosses tenants (BYPASSRLS): product registration, backfills. Never for requests of users. */
export const SYSTEM_DATABASE = Symbol('system database');

/** What is open while a service runs. */
export interface Resources {
  context: string;
  config: ServiceConfig;
  logger: Logger;
  metrics: Metrics;
  nats: Nats;
  dataSource: DataSource;
  systemDatabase: DataSource;
  rpc: RpcClient;
  tokens: AccessTokens;
  /** Tests only. */
  auditWatch: AuditWatch | null;
}

/** Everything a feature injects that is not of its own making. */
export function infrastructure(
  resources: Resources,
  authority: Type<Authority>,
  notFoundObserver: Type<NotFoundObserver> | undefined,
): DynamicModule {
  const { context, config, logger, metrics, nats, dataSource } = resources;
  const open = [
    { provide: LOGGER, useValue: logger },
    { provide: Metrics, useValue: metrics },
    { provide: Nats, useValue: nats },
    { provide: DataSource, useValue: dataSource },
    { provide: SYSTEM_DATABASE, useValue: resources.systemDatabase },
    { provide: RpcClient, useValue: resources.rpc },
    { provide: AccessTokens, useValue: resources.tokens },
  ];
  // The unit of work wakes the relay, and the relay reads through the unit of work.
  const later: { relay?: Relay } = {};
  const made = [
    { provide: Authority, useClass: authority },
    ...(notFoundObserver ? [{ provide: NotFoundObserver, useClass: notFoundObserver }] : []),
    {
      provide: UnitOfWork,
      inject: [Authority],
      useFactory: (answers: Authority) =>
        new UnitOfWork(
          context,
          dataSource,
          answers,
          () => later.relay?.wakeAfterCommit(),
          resources.auditWatch,
          (seconds) => metrics.connectionWait.observe(seconds),
        ),
    },
    {
      provide: Relay,
      inject: [UnitOfWork],
      useFactory: (work: UnitOfWork) => {
        const relay = new Relay(context, work, nats, logger, metrics, config.relayPollMs);
        metrics.known('outbox_relay_leader', 'Whether this process publishes the outbox', () => (relay.leads ? 1 : 0));
        later.relay = relay;
        return relay;
      },
    },
    {
      provide: Retention,
      inject: [UnitOfWork],
      useFactory: (work: UnitOfWork) => new Retention(context, work, logger),
    },
    {
      provide: Jobs,
      inject: [ModulesContainer],
      // Asked for when all of the service is made.
      useFactory: (modules: ModulesContainer) =>
        new Jobs(context, () => jobsOf(modules), resources.systemDatabase, logger, metrics),
    },
    {
      provide: Consumers,
      inject: [UnitOfWork],
      useFactory: (work: UnitOfWork) => new Consumers(context, work, nats, logger, metrics),
    },
  ];
  const providers = [...open, ...made];
  return { module: Infrastructure, global: true, providers, exports: providers.map(({ provide }) => provide) };
}

function jobsOf(modules: ModulesContainer): PeriodicJob[] {
  const provided = [...modules.values()].flatMap((module) => [...module.providers.values()]);
  const jobs = provided.map(({ instance }) => instance).filter((instance) => instance instanceof PeriodicJob);
  return [...new Set(jobs)];
}

@Module({})
class Infrastructure {}
