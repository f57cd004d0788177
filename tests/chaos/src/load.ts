import { randomUUID } from 'node:crypto';
import { sleep } from '@kit/testing';
import type { Random } from './random.js';

/** What people book, and as whom. */
export interface Target {
  gatewayUrl: string;
  email: string;
  password: string;
  tenant: string;
  listingId: string;
  termsVersion: string;
  zoneIds: string[];
  /** First day, and how many days, hours and lengths to choose from: small enough that many attempts collide. */
  firstDay: Date;
  days: number;
}

export interface Tally {
  attempts: number;
  retries: number;
  /** Answered 201: must never be lost. */
  acknowledged: Set<string>;
  conflicts: number;
  /** Outside the opening hours or another rule of the listing. */
  againstRules: number;
  /** Any other final answer, by code: a finding. */
  unexpected: Map<string, number>;
  /** No final answer before the end; may have happened or not. */
  undecided: number;
}

const GIVE_UP_MS = 60_000;
const REQUEST_MS = 5_000;
const OPENS = 7;

/** Somebody who keeps booking until told to stop, and repeats a request with the same key until it is answered. */
export class Booker {
  private token = '';

  constructor(
    private readonly target: Target,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.book();
  }

  private async book(): Promise<void> {
    const { listingId, termsVersion, zoneIds, firstDay, days } = this.target;
    const startsAt = new Date(firstDay.getTime() + this.random.between(0, days) * 86_400_000);
    startsAt.setUTCHours(OPENS + this.random.between(0, 13), 0, 0, 0);
    const endsAt = new Date(startsAt.getTime() + this.random.between(1, 3) * 3_600_000);
    const body = {
      listingId,
      zoneId: this.random.pick(zoneIds),
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
      termsVersion,
    };
    this.tally.attempts++;
    const key = randomUUID();
    const giveUp = Date.now() + GIVE_UP_MS;
    while (Date.now() < giveUp) {
      const answer = await this.post('/api/v1/bookings', body, key);
      if (answer?.status === 201) {
        this.tally.acknowledged.add((answer.body as { id: string }).id);
        return;
      }
      if (answer?.status === 409) {
        this.tally.conflicts++;
        return;
      }
      if (answer?.status === 422 && (answer.body as { code?: string }).code === 'RULE_VIOLATION') {
        this.tally.againstRules++;
        return;
      }
      if (answer?.status === 401) this.token = '';
      else if (answer && answer.status < 500 && answer.status !== 429) {
        const code = `${answer.status} ${(answer.body as { code?: string }).code}`;
        this.tally.unexpected.set(code, (this.tally.unexpected.get(code) ?? 0) + 1);
        return;
      }
      this.tally.retries++;
      await sleep(this.random.between(50, 250));
    }
    this.tally.undecided++;
  }

  /** Null when there was no answer at all: a refused or broken connection. */
  private async post(path: string, body: unknown, key?: string): Promise<{ status: number; body: unknown } | null> {
    if (!this.token && !(await this.signIn())) return null;
    return this.send(path, body, { authorization: `Bearer ${this.token}`, ...(key && { 'idempotency-key': key }) });
  }

  private async signIn(): Promise<boolean> {
    const { email, password, tenant } = this.target;
    const answer = await this.send('/api/v1/auth/login', { email, password }, { 'x-tenant': tenant });
    if (answer?.status !== 200) return false;
    this.token = (answer.body as { accessToken: string }).accessToken;
    return true;
  }

  private async send(path: string, body: unknown, headers: Record<string, string>) {
    try {
      const response = await fetch(`${this.target.gatewayUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    } catch {
      return null;
    }
  }
}
