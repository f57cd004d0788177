import { type Operation, RATE_LIMITED, Refusal } from '@kit/contracts';
import type { FastifyReply } from 'fastify';
import type { SharedLimits } from './shared-limits.js';

/** Requests per window; 0 switches a limit off. */
export interface Limits {
  readonly windowSeconds: number;
  readonly address: number;
  readonly user: number;
  readonly tenant: number;
  readonly credentials: number;
}

export interface Share {
  readonly policy: string;
  readonly key: string;
  readonly limit: number;
}

const CREDENTIAL_PATH = /^\/(auth|invitations)\//;
/** Everybody's browser sends these all day, and a guess at one is a guess at 256 bits. */
const RENEWALS = new Set(['/auth/refresh', '/auth/token']);

/** Operations that a guesser of secrets would repeat. */
export const triesCredentials = ({ http, access }: Operation): boolean =>
  access.kind === 'anonymous' && http?.method === 'POST' && CREDENTIAL_PATH.test(http.path) && !RENEWALS.has(http.path);

/** Counts requests against their limits and tells the caller how much is left (RateLimit fields of the IETF draft). */
export class RateLimits {
  private readonly policies: Map<string, string>;

  constructor(
    private readonly shared: SharedLimits,
    readonly limits: Limits,
  ) {
    const { windowSeconds: w, address, user, tenant, credentials } = limits;
    this.policies = new Map(
      Object.entries({ address, user, tenant, credentials }).map(([name, limit]) => [
        name,
        `"${name}";q=${limit};w=${w}`,
      ]),
    );
  }

  /** @throws Refusal RATE_LIMITED when one of the shares is used up */
  take(shares: readonly Share[], reply: FastifyReply): void {
    let tightest = '';
    let least = Number.POSITIVE_INFINITY;
    let policies = '';
    for (const { policy, key, limit } of shares) {
      if (limit === 0) continue;
      const { allowed, remaining, seconds } = this.shared.take(`${policy}:${key}`, limit);
      const rule = this.policies.get(policy) as string;
      if (!allowed) {
        reply.header('ratelimit-policy', rule).header('ratelimit', `"${policy}";r=0;t=${seconds}`);
        throw new Refusal(RATE_LIMITED, { retryAfter: seconds });
      }
      policies = policies === '' ? rule : `${policies}, ${rule}`;
      if (remaining < least) {
        least = remaining;
        tightest = `"${policy}";r=${remaining};t=${seconds}`;
      }
    }
    if (tightest !== '') reply.header('ratelimit-policy', policies).header('ratelimit', tightest);
  }
}

/** One household or company has a /64 of IPv6 addresses; limits that it can walk around in are none. */
export function addressKey(ip: string): string {
  if (!ip.includes(':')) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped) return mapped[1] as string;
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < 8) groups.push('0');
    groups.push(...rest);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
