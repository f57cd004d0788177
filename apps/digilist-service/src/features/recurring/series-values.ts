import type { BookingApproval, BookingStatus } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { type Ground, type Order, orderValues, type QueueEntry } from '../bookings/index.js';
import { dateText } from '../listings/index.js';
import type { Verdict } from './domain/plan.js';
import type { SeriesTerms } from './domain/series.js';
import type { WriteOccurrences } from './occurrences.sql.js';
import type { OccurrenceRow, WriteSeries } from './recurring.sql.js';

/** A booking of a series that is about to be written. */
export interface Due {
  readonly id: string;
  readonly date: string;
  readonly order: Order;
  readonly status: BookingStatus;
  readonly expiresAt: Date | null;
  /** Null: as it was. */
  readonly approval: BookingApproval | null;
  readonly queue: QueueEntry;
  /** The booking that moves; null: a new one. */
  readonly moved: OccurrenceRow | null;
}

/** A series under its id, as it is to be. */
export type Kept = SeriesTerms & {
  readonly id: string;
  readonly addOns: readonly { key: string; quantity: number }[];
  readonly termsVersion: string | null;
  readonly endsAt: Date;
};

/** A series as the columns that hold it. */
export const seriesValues = (
  tx: Tx,
  series: Kept,
  skipped: readonly Verdict[],
): Omit<WriteSeries, 'id'> & { id: string } => ({
  tenantId: tx.tenantId,
  actorId: tx.actorId,
  id: series.id,
  orgId: series.orgId,
  listingId: series.listingId,
  zoneId: series.zoneId,
  userId: series.userId,
  onBehalfOfOrgId: series.onBehalfOfOrgId,
  continues: series.continues,
  rule: series.rule,
  firstDate: series.firstDate,
  lastDate: series.lastDate,
  endsAt: series.endsAt,
  startsTime: series.startsTime,
  endsTime: series.endsTime,
  timezone: series.timezone,
  exceptDates: series.exceptDates,
  extraDates: series.extraDates,
  skipped: JSON.stringify(
    skipped
      .filter(({ outcome }) => outcome !== 'free' && outcome !== 'skipped')
      .map(({ day, outcome, reasons }) => ({ date: dateText(day), outcome, reasons })),
  ),
  conflictPolicy: series.conflictPolicy,
  quantity: series.quantity,
  attendees: series.attendees,
  purpose: series.purpose,
  publicTitle: series.publicTitle,
  pricingGroup: series.pricingGroup,
  discountCode: series.discountCode,
  addOns: JSON.stringify(series.addOns),
  termsVersion: series.termsVersion,
});

/** Bookings of a series as the columns that hold them, and what is told of them. */
export function occurrenceValues(
  tx: Tx,
  series: Kept,
  ground: Ground,
  due: readonly Due[],
): Omit<WriteOccurrences, keyof Messages> {
  const values = due.map(({ order }) => orderValues(order));
  return {
    tenantId: tx.tenantId,
    actorId: tx.actorId,
    seriesId: series.id,
    orgId: series.orgId,
    listingId: series.listingId,
    listingVersion: ground.listing.version,
    zoneId: ground.zone.id,
    paymentPolicy: ground.listing.paymentPolicy,
    timezone: ground.listing.timezone,
    quantity: ground.quantity,
    attendees: series.attendees,
    purpose: series.purpose,
    publicTitle: series.publicTitle,
    pricingGroup: series.pricingGroup,
    discountCode: series.discountCode,
    addOns: JSON.stringify(series.addOns),
    currency: values[0]?.currency ?? 'NOK',
    ids: due.map(({ id }) => id),
    dates: due.map(({ date }) => date),
    starts: values.map(({ startsAt }) => startsAt),
    ends: values.map(({ endsAt }) => endsAt),
    statuses: due.map(({ status }) => status),
    expires: due.map(({ expiresAt }) => expiresAt),
    nets: values.map(({ net }) => net),
    vats: values.map(({ vat }) => vat),
    totals: values.map(({ total }) => total),
    lines: values.map(({ lines }) => lines),
    approvals: due.map(({ approval }) => JSON.stringify(approval)),
    snapshots: values.map(({ snapshot }) => snapshot),
    approvalIds: due.map(({ queue }) => queue.approvalId),
    workflowIds: due.map(({ queue }) => queue.workflowId),
    levels: due.map(({ queue }) => queue.level),
    priorities: due.map(({ queue }) => queue.priority),
    dueAts: due.map(({ queue }) => queue.dueAt),
  };
}

export interface Messages {
  messageIds: readonly string[];
  messageSubjects: readonly string[];
  messagePayloads: readonly string[];
}

/** All that was told so far: the statement that gets it writes it. */
export function messagesOf(tx: Tx): Messages {
  const { ids, subjects, payloads } = tx.takeOutbox();
  return { messageIds: ids, messageSubjects: subjects, messagePayloads: payloads };
}

/** Nothing to tell along: it was told, or will be. */
export const UNTOLD: Messages = { messageIds: [], messageSubjects: [], messagePayloads: [] };
