import { retryAfterMs } from './schedule.js';

/** What an attempt came to. */
export interface Verdict {
  /** null: delivered. */
  readonly problem: string | null;
  /** The receiver wants no more of this, ever. */
  readonly gone: boolean;
  readonly throttled: boolean;
  readonly retryAfterMs: number | null;
}

export function verdictOf(
  { status, headers }: { status: number; headers: Readonly<Record<string, string>> },
  now: Date,
): Verdict {
  const delivered = status >= 200 && status < 300;
  return {
    problem: delivered ? null : problemOf(status),
    gone: status === 410,
    throttled: status === 429 || status === 502 || status === 504,
    retryAfterMs: delivered ? null : retryAfterMs(headers['retry-after'], now),
  };
}

export const failed = (problem: string): Verdict => ({ problem, gone: false, throttled: false, retryAfterMs: null });

function problemOf(status: number): string {
  if (status >= 300 && status < 400) return `The receiver answered ${status}; redirects are not followed.`;
  if (status === 410) return 'The receiver answered 410: it wants no more.';
  return `The receiver answered ${status}.`;
}

/** May hold what signs in somewhere. */
const HIDDEN = /cookie|auth|token|secret|key|session/i;
const SHOWN_HEADERS = 20;
const SHOWN_LENGTH = 200;

export const shownHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !HIDDEN.test(name))
      .slice(0, SHOWN_HEADERS)
      .map(([name, value]) => [name.slice(0, SHOWN_LENGTH), value.slice(0, SHOWN_LENGTH)]),
  );
