import { LIMIT_EXCEEDED, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { usageThresholdReached } from '@platform/contracts';
import type { Period } from './domain/period.js';
import { THRESHOLDS, thresholdsBetween } from './domain/thresholds.js';
import {
  BOUND,
  type BoundRow,
  COUNTER,
  type CounterRow,
  ENSURE_COUNTER,
  EXPIRE_RESERVATIONS,
  GIVE_BACK,
  TAKE,
  type TakenRow,
  UPGRADES,
} from './usage.sql.js';

/**
 * The one counter of seats in a tenant, for `takeTotal` and `giveBack`: every meter whose manifest says `seats` bounds it,
 * whichever product it is of.
 */
export const SEATS = 'platform.seats';

/** Counts that never start again, e.g. of things that exist. */
const FOR_EVER: Period = { key: 'total', startsAt: new Date(0), endsAt: null };

type TakeKind = 'lease' | 'consume' | 'reserve' | 'settle' | 'take';
type GiveKind = 'return' | 'release' | 'settle' | 'give_back';

export interface Taking {
  readonly counter: string;
  readonly period: Period;
  readonly amount: number;
  readonly kind: TakeKind;
  /** As the caller names it: the same event counts once. */
  readonly eventId?: string;
  /** Less will do when less is left. */
  readonly upTo?: boolean;
}

export interface Taken {
  readonly counterId: string;
  readonly amount: number;
  readonly used: number;
  readonly limit: number | null;
}

/** Another request counted the same event first; what this one took is rolled back. */
export class CountedAlready extends Error {}

/** Takes from a counter and answers null when the limit does not allow it. */
export async function tryTake(tx: Tx, taking: Taking): Promise<Taken | null> {
  const { counter, period, amount, kind, eventId = null, upTo = false } = taking;
  const by = [tx.now, tx.actorId];
  const values = [tx.tenantId, counter, period.key, amount, ...by, upTo, kind, eventId, THRESHOLDS];
  let [taken] = await tx.query<TakenRow>(TAKE, values);
  if (!taken) {
    await tx.query(ENSURE_COUNTER, [tx.tenantId, counter, period.key, ...by]);
    // Only who finds the limit reached looks whether a caller died with a reservation in hand.
    const { id } = await tx.one<CounterRow>(COUNTER, [tx.tenantId, counter, period.key]);
    await tx.query(EXPIRE_RESERVATIONS, [tx.tenantId, id, ...by]);
    [taken] = await tx.query<TakenRow>(TAKE, values);
  }
  if (!taken) return null;
  if (!taken.noted) throw new CountedAlready();
  const used = Number(taken.used);
  const limit = taken.limit_amount === null ? null : Number(taken.limit_amount);
  for (const threshold of thresholdsBetween(taken.told, taken.reached)) {
    const data = { meter: counter, period: period.key, threshold, used, limit: limit ?? 0 };
    tx.emit(usageThresholdReached, { id: taken.id, version: taken.version, data });
  }
  return { counterId: taken.id, amount: Number(taken.amount), used, limit };
}

/** @throws Refusal LIMIT_EXCEEDED */
export async function take(tx: Tx, taking: Taking): Promise<Taken> {
  const taken = await tryTake(tx, taking);
  if (!taken) throw await exceeded(tx, taking.counter, taking.period);
  return taken;
}

export async function release(tx: Tx, giving: Omit<Taking, 'kind' | 'upTo'> & { kind: GiveKind }): Promise<number> {
  const { counter, period, amount, kind, eventId = null } = giving;
  const values = [tx.tenantId, counter, period.key, amount, tx.now, tx.actorId, kind, eventId];
  const [given] = await tx.query<{ used: string }>(GIVE_BACK, values);
  return Number(given?.used ?? 0);
}

/**
 * Takes `amount` of a limit on how many may exist (seats, things), in the transaction that creates them: both stand or
 * fall together. Counted for a tenant without such a limit as well, so that one that comes later knows.
 *
 * @throws Refusal LIMIT_EXCEEDED
 */
export async function takeTotal(tx: Tx, meter: string, amount: number): Promise<void> {
  await take(tx, { counter: meter, period: FOR_EVER, amount, kind: 'take' });
}

/** The other way: what `takeTotal` took is free again, in the transaction that ends the thing. */
export async function giveBack(tx: Tx, meter: string, amount: number): Promise<void> {
  await release(tx, { counter: meter, period: FOR_EVER, amount, kind: 'give_back' });
}

/** A refusal a machine can act on: what the limit is, what is used, when it starts again, what would give more. */
export async function exceeded(tx: Tx, counter: string, { key, endsAt }: Period): Promise<Refusal> {
  const bound = await tx.one<BoundRow>(BOUND, [tx.tenantId, counter, key, tx.now]);
  const plans = await tx.query<{ product: string; key: string; plan_version: number; amount: string | null }>(
    UPGRADES,
    [tx.tenantId, counter, tx.now],
  );
  const upgrade = plans.map(({ product, key: planKey, plan_version: planVersion, amount }) => ({
    product,
    planKey,
    planVersion,
    limit: amount === null ? null : Number(amount),
  }));
  const retryAfter = endsAt === null ? undefined : Math.ceil((endsAt.getTime() - tx.now.getTime()) / 1000);
  return new Refusal(LIMIT_EXCEEDED, {
    details: {
      meter: counter,
      period: key,
      limit: bound.amount === null ? null : Number(bound.amount),
      used: Number(bound.used ?? 0),
      resetsAt: endsAt?.toISOString() ?? null,
      upgrade,
    },
    ...(retryAfter !== undefined && { retryAfter }),
  });
}
