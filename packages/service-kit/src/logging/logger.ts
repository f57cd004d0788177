import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type LoggerOptions, type Logger as Pino, pino } from 'pino';
import { errorForLog } from './error-for-log.js';
import { masked } from './masked.js';
import { currentScope } from './request-scope.js';
import { PERSONAL, SECRETS } from './secrets.js';

export type Logger = Pino;

/** Where in an object a name is looked for. */
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

/** JSON logs, one line each, with the ids of what they belong to. People appear in them by their ids, never by name. */
export function createLogger(service: string, level: string, stream?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...currentScope() }),
    redact: { paths: [...SECRETS, ...PERSONAL].flatMap((name) => DEPTHS.map((depth) => depth + name)), censor: '***' },
    serializers: { err: errorForLog },
    hooks: { streamWrite: masked },
    formatters: { level: (label) => ({ level: label }) },
  };
  return stream ? pino(options, stream) : pino(options);
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
