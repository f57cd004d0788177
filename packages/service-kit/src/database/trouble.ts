import { DEADLINE_EXCEEDED, Refusal, SERVICE_UNAVAILABLE } from '@kit/contracts';

/** Deadlocks and lost serialisations: the same transaction may well succeed the next time. */
const RETRYABLE = new Set(['40P01', '40001']);
/** The connection or the server is going or gone (08, 57P, 25P03), is a standby meanwhile (25006), or has no room left (53). */
const AWAY = /^(08|53|57P0|25P03|25006)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;
const AWAY_TEXT = /Connection terminated|timeout exceeded when trying to connect|not queryable/;

const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
};

export const isRetryable = (error: unknown): boolean => RETRYABLE.has(codeOf(error));

/** Says no more than that it is away; what the driver said is kept for the log, since it names hosts and users. */
export const away = (cause: unknown): Refusal =>
  Object.assign(new Refusal(SERVICE_UNAVAILABLE, { retryAfter: 1 }), { cause });

/** Database trouble as a refusal the caller can act upon; everything else stays as it is. */
export function translated(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const code = codeOf(error);
  if (code === '57014') return new Refusal(DEADLINE_EXCEEDED, { retryAfter: 1 });
  const gone = AWAY.test(code) || AWAY_TEXT.test((error as Error | null)?.message ?? '');
  return gone || isRetryable(error) ? away(error) : error;
}
