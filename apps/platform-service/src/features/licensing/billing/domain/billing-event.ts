import { BILLING_EVENTS, type BillingEventType, type SubscriptionStatus } from '@platform/contracts';
import { isLive, type SubscriptionTerms, statusAt } from '../../domain/subscription.js';

const DAY_MS = 86_400_000;
/** Where the plan gives no grace: what is unpaid today is not over today. */
const DEFAULT_GRACE_DAYS = 14;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface BillingEvent {
  readonly type: BillingEventType;
  readonly tenantId: string;
  readonly product: string;
  readonly sequence: number;
  readonly validUntil: Date | null;
  readonly graceUntil: Date | null;
}

/** Null when it lacks something. */
export function billingEvent(payload: string): BillingEvent | null {
  const { type, data } = parsed(payload);
  if (!BILLING_EVENTS.includes(type as BillingEventType) || typeof data !== 'object' || data === null) return null;
  const { tenantId, product, sequence } = data as Record<string, unknown>;
  const { validUntil: until, graceUntil: grace } = data as Record<string, unknown>;
  const [validUntil, graceUntil] = [instantOf(until), instantOf(grace)];
  if (typeof tenantId !== 'string' || !UUID.test(tenantId.toLowerCase())) return null;
  if (typeof product !== 'string' || !Number.isSafeInteger(sequence) || (sequence as number) < 1) return null;
  if (validUntil === undefined || graceUntil === undefined) return null;
  return {
    type: type as BillingEventType,
    tenantId: tenantId.toLowerCase(),
    product,
    sequence: sequence as number,
    validUntil,
    graceUntil,
  };
}

function parsed(payload: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const instantOf = (value: unknown): Date | null | undefined => {
  if (value === undefined || value === null) return null;
  const instant = typeof value === 'string' ? new Date(value) : null;
  return instant && !Number.isNaN(instant.getTime()) ? instant : undefined;
};

export interface Paid {
  readonly status: SubscriptionStatus;
  readonly validUntil: Date | null;
  readonly graceUntil: Date | null;
  readonly trial: boolean;
}

/** What an event makes of a subscription that lives. A stop by the system's administrator is not lifted by money. */
export function paidBy(event: BillingEvent, terms: SubscriptionTerms, graceDays: number, now: Date): Paid | null {
  if (!isLive(terms.status)) return null;
  if (event.type === 'subscription.cancelled') return { ...terms, status: 'cancelled' };
  const times =
    event.type === 'subscription.activated'
      ? { validUntil: event.validUntil, graceUntil: event.validUntil && event.graceUntil, trial: false }
      : unpaid(event, terms, graceDays, now);
  if (times.validUntil && times.validUntil <= terms.validFrom) return null;
  if (times.graceUntil && times.validUntil && times.graceUntil < times.validUntil) return null;
  const status = terms.status === 'suspended' ? 'suspended' : statusAt(now, { ...terms, ...times, status: 'active' });
  return { ...times, status };
}

function unpaid(event: BillingEvent, { trial }: SubscriptionTerms, graceDays: number, now: Date) {
  const validUntil = event.validUntil && event.validUntil < now ? event.validUntil : now;
  const days = graceDays > 0 ? graceDays : DEFAULT_GRACE_DAYS;
  return { validUntil, graceUntil: event.graceUntil ?? new Date(now.getTime() + days * DAY_MS), trial };
}
