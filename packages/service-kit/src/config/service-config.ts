import { type ConfigOf, flag, integer, list, oneOf, secret, text } from './config.js';

/** What every process needs to reach NATS and to be watched. */
export const commonFields = {
  natsUrls: list('NATS_URL', ['nats://127.0.0.1:4222']),
  natsUser: text('NATS_USER'),
  natsPassword: secret('NATS_PASSWORD'),
  logLevel: oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
  // OpenTelemetry's own names. The rest of its variables is read by its SDK.
  otlpEndpoint: text('OTEL_EXPORTER_OTLP_ENDPOINT', ''),
  otlpTracesEndpoint: text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', ''),
  otelServiceName: text('OTEL_SERVICE_NAME', ''),
  otelDisabled: flag('OTEL_SDK_DISABLED', false),
} as const;

/** What a service with a database needs besides; `prefix` is e.g. `ACME` for `ACME_DATABASE_URL`. */
export const serviceFields = (prefix: string) =>
  ({
    ...commonFields,
    databaseUrl: secret(`${prefix}_DATABASE_URL`),
    systemDatabaseUrl: secret(`${prefix}_DATABASE_SYSTEM_URL`),
    databasePoolSize: integer('DATABASE_POOL_SIZE', 12, { min: 2, max: 200 }),
    // For a free connection of the pool, or for a new one: whoever waits longer is told to come back.
    databaseWaitMs: integer('DATABASE_WAIT_MS', 3_000, { min: 100, max: 60_000 }),
    healthPort: integer('HEALTH_PORT', 0, { max: 65535 }),
    healthHost: text('HEALTH_HOST', '127.0.0.1'),
    /** Requests handled at once; more are refused with OVERLOADED rather than queued in memory. */
    maxInFlight: integer('MAX_IN_FLIGHT', 2048, { min: 1, max: 10_000 }),
    relayPollMs: integer('RELAY_POLL_MS', 1_000, { min: 20, max: 60_000 }),
    shutdownMs: integer('SHUTDOWN_MS', 10_000, { min: 100, max: 120_000 }),
  }) as const;

export type ServiceConfig = ConfigOf<ReturnType<typeof serviceFields>>;
