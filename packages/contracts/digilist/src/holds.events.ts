import { Id, Instant, OneOf, people, Whole } from '@kit/contracts';
import { seenInCalendar } from './calendar.events.js';
import { event } from './context.js';
import { HOLD_STATUSES, type HoldStatus } from './holds.js';

/** What every fact about a hold tells. */
export class HoldFact {
  @Id()
  holdId: string;

  @OneOf(HOLD_STATUSES, { description: 'Status after the fact', example: 'active' })
  status: HoldStatus;

  @Id()
  listingId: string;

  @Id()
  zoneId: string;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @Id({ description: 'Whose hold it is' })
  userId: string;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @Whole({ min: 1 })
  quantity: number;

  @Instant({ description: 'When the time is free again, unless something happens before' })
  expiresAt: string;
}

const aggregate = 'hold';
const told = { ...seenInCalendar, audience: ({ userId }: HoldFact) => people(userId) };

export const holdStarted = event({
  aggregate,
  fact: 'started',
  summary: 'A time is kept while a booking is filled in',
  data: HoldFact,
  ...told,
});
/** No fact of its own when a booking takes over all of it: the booking's says what the calendar shows. */
export const holdReleased = event({
  aggregate,
  fact: 'released',
  summary:
    'Time that was held is given back: it was let go or gave way to a block, or (status used) a booking took over less',
  data: HoldFact,
  ...told,
});
export const holdExpired = event({
  aggregate,
  fact: 'expired',
  summary: 'A hold ran out, at most half a minute ago; its time is free',
  data: HoldFact,
  ...told,
});

export const holdEvents = [holdStarted, holdReleased, holdExpired] as const;
