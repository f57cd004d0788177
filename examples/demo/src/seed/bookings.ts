import { ApiProblem, type Client } from '@digilist/client';
import { type Booking } from '@digilist/contracts';
import { addDays, instant } from '../clock.js';
import type { BookingContent, TenantContent } from '../content/types.js';
import type { SeededListing } from './listings.js';
import { found, type Organizations } from './people.js';
import { all, oncePropagated, page, type Sessions } from './steps.js';

const ALL_WEEKS = [1, 2, 3, 4];

/** Books, week by week from next Monday on, and lets the case handler decide what the content says. */
export async function seedBookings(
  sessions: Sessions,
  handler: Client,
  content: TenantContent,
  orgs: Organizations,
  listings: Map<string, SeededListing>,
  monday: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const decided: { booking: Booking; content: BookingContent }[] = [];
  for (const one of content.bookings) {
    const booker = await sessions.as(one.by);
    for (const week of one.weeks ?? ALL_WEEKS) {
      const date = addDays(monday, (week - 1) * 7 + one.weekday - 1);
      const booking = await book(booker, one, content, orgs, listings, date);
      if (!booking) continue;
      if (one.fate === 'cancelled') {
        await booker.digilist.cancelBooking({ id: booking.id, reason: one.reason ?? 'Trenger det ikke likevel' });
        count(counts, 'avbestilt');
      } else if (one.fate && booking.status === 'awaiting_approval') decided.push({ booking, content: one });
      else count(counts, booking.status === 'confirmed' ? 'bekreftet' : 'til behandling');
    }
  }
  await decide(handler, decided, counts);
  return counts;
}

/** null where a day is closed or the time is taken: a holiday, or a start before this one. */
async function book(
  booker: Client,
  one: BookingContent,
  content: TenantContent,
  orgs: Organizations,
  listings: Map<string, SeededListing>,
  date: string,
): Promise<Booking | null> {
  const listing = listings.get(one.listing);
  if (!listing) throw new Error(`the content books "${one.listing}", which it does not define`);
  const { purpose, attendees, quantity, pricingGroup } = one;
  const request = {
    listingId: listing.id,
    startsAt: instant(date, one.from),
    endsAt: instant(date, one.to),
    purpose,
    termsVersion: content.terms.version,
    ...(one.zone !== undefined && { zoneId: found(listing.zones, one.zone) }),
    ...(one.forOrg !== undefined && { onBehalfOfOrgId: found(orgs, one.forOrg) }),
    ...(attendees !== undefined && { attendees }),
    ...(quantity !== undefined && { quantity }),
    ...(pricingGroup !== undefined && { pricingGroup }),
  };
  const idempotencyKey = `demo-${one.by}-${one.listing}-${one.zone ?? 'alt'}-${request.startsAt}`;
  try {
    return await oncePropagated(() => booker.digilist.createBooking(request, { idempotencyKey }));
  } catch (error) {
    if (error instanceof ApiProblem && (error.code === 'SLOT_CONFLICT' || error.code === 'RULE_VIOLATION')) return null;
    throw error;
  }
}

async function decide(
  handler: Client,
  decided: readonly { booking: Booking; content: BookingContent }[],
  counts: Record<string, number>,
): Promise<void> {
  if (decided.length === 0) return;
  const queue = await all((cursor) => handler.digilist.listApprovals(page(cursor)));
  for (const { booking, content } of decided) {
    const approval = queue.find((entry) => entry.booking.id === booking.id);
    // Of a start that was interrupted: it is decided already.
    if (!approval) continue;
    const { id } = approval;
    const ifMatch = `"${approval.version}"`;
    if (content.fate === 'rejected') {
      const reason = content.reason ?? 'Passer ikke til lokalet.';
      await handler.digilist.rejectBooking({ id, reasonCode: 'policy', reason }, { ifMatch });
      count(counts, 'avslått');
    } else {
      await handler.digilist.approveBooking({ id, reasonCode: 'approved', reason: 'Velkommen!' }, { ifMatch });
      count(counts, 'godkjent');
    }
  }
}

const count = (counts: Record<string, number>, what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1;
};
