import type { LoggerService } from '@nestjs/common';
import { type Logger as Pino, pino } from 'pino';
import { currentScope } from './request-scope.js';
import { SECRETS } from './secrets.js';

export type Logger = Pino;

/** What an error of the driver repeats of a statement's values: people's data, and what they want kept secret. */
const VALUES_IN_ERRORS = ['parameters', 'query', 'detail', 'where', 'internalQuery', 'driverError'];

export function withoutValues(error: Error): Record<string, unknown> {
  const told = { ...pino.stdSerializers.err(error) } as Record<string, unknown>;
  for (const name of VALUES_IN_ERRORS) delete told[name];
  return told;
}

/** JSON logs, one line each, with the ids of the request they belong to. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...currentScope() }),
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    serializers: { err: withoutValues },
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** Nest's own messages through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ nest: rest.at(-1) }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    if (message instanceof Error) this.logger.error({ err: message }, message.message);
    else this.logger.error({ nest: rest }, String(message));
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ nest: rest.at(-1) }, String(message));
  }
  debug(message: unknown): void {
    this.logger.debug(String(message));
  }
  verbose(message: unknown): void {
    this.logger.trace(String(message));
  }
}
