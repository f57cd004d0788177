import { types } from 'node:util';
import { pino } from 'pino';

/** What may be told of an error. All else that libraries hang on theirs may be what people have written. */
const TOLD = [
  'type',
  'message',
  'stack',
  'code',
  // of PostgreSQL: names of what is in the schema, never of rows
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  // of the system, of HTTP and of SMTP
  'errno',
  'syscall',
  'status',
  'responseCode',
  'command',
  // of ours
  'kind',
  'durable',
];

/** Data exceptions: PostgreSQL repeats the value between quotes. */
const DATA_EXCEPTION = /^22/;
const MOST_CAUSES = 10;

/** An error for the log: without the values of its statement, of its request and of its mail. */
export function errorForLog(error: unknown): unknown {
  if (!isError(error)) return typeof error === 'string' ? error : { type: typeof error };
  const { aggregateErrors, ...all } = pino.stdSerializers.err(error) as unknown as Record<string, unknown>;
  const told = Object.fromEntries(TOLD.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  if (repeatsValue(error)) {
    told.message = unquoted(told.message);
    told.stack = unquoted(told.stack);
  }
  if (Array.isArray(aggregateErrors) && 'errors' in error) told.errors = (error.errors as unknown[]).map(errorForLog);
  return told;
}

/** Also one that was made in another context of V8. */
const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value);

const unquoted = (text: unknown): string => String(text).replace(/"[^"\n]*"/g, '"***"');

function repeatsValue(error: Error): boolean {
  let one: unknown = error;
  for (let causes = 0; isError(one) && causes < MOST_CAUSES; causes++) {
    const { code, cause } = one as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && DATA_EXCEPTION.test(code)) return true;
    one = cause;
  }
  return false;
}
