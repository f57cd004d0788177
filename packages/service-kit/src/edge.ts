// For processes without a database: importing the whole kit would load TypeORM and pg, which costs time and memory.
export * from './auth/access-tokens.js';
export * from './config/config.js';
export * from './config/service-config.js';
export * from './context/locale.js';
export * from './context/request-context.js';
export * from './context/wire-headers.js';
export * from './logging/logger.js';
export * from './nats/connection.js';
export * from './nats/message-size.js';
export * from './rpc/client.js';
export * from './rpc/etag.js';
export * from './rpc/health.js';
export * from './rpc/validate.js';
export * from './stop-on-signal.js';
export * from './telemetry/process-metrics.js';
export * from './telemetry/trace-context.js';
