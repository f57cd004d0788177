import {
  type ArchiveListing,
  type BookingEffect,
  LISTING_HAS_BOOKINGS,
  type Listing,
  type ListingTransition,
  type StartMaintenance,
} from '@digilist/contracts';
import { Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { Cancellations } from './cancellations.js';
import { impactOn } from './impact.js';
import { lockListing } from './listing-access.js';
import { listingStatus, requireTransition } from './listing-status.js';
import { GET_LISTING } from './listings.sql.js';
import { LOCK_ZONES, RESHAPE_ALL } from './zones.sql.js';

/** Takes listings out of use, after it was told what that means for those who have booked. */
@Injectable()
export class OutOfUseService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly bookings: Cancellations,
  ) {}

  /** Until it is published again. */
  maintain(ctx: RequestContext, request: StartMaintenance): Promise<ListingTransition> {
    return this.become(ctx, request, 'maintenance');
  }

  archive(ctx: RequestContext, request: ArchiveListing): Promise<ListingTransition> {
    return this.become(ctx, request, 'archived');
  }

  private become(
    ctx: RequestContext,
    request: ArchiveListing,
    to: 'maintenance' | 'archived',
  ): Promise<ListingTransition> {
    return this.work.run(ctx, async (tx) => {
      const { id, bookings = 'refuse', reason, dryRun = false } = request;
      const publicReason = requireReason(request, bookings);
      const row = await lockListing(tx, id, ctx.ifMatch);
      requireTransition(row, to);
      // From here on nobody who has read the listing as it was takes its time.
      if (!dryRun) await tx.query(LOCK_ZONES, [tx.tenantId, row.orgId, id]);
      const { impact, bookingIds } = await impactOn(tx, row);
      if (dryRun) {
        const { listing } = await tx.one<{ listing: Listing }>(GET_LISTING, [tx.tenantId, id]);
        return { ...listing, dryRun, impact, block: null };
      }
      if (bookings === 'refuse' && impact.count > 0) throw new Refusal(LISTING_HAS_BOOKINGS, { details: { impact } });
      if (bookings === 'cancel') {
        await this.bookings.cancelMany(tx, bookingIds, { ...cancellation(publicReason, reason), by: 'municipality' });
      }
      await tx.query(RESHAPE_ALL, [tx.tenantId, row.orgId, id]);
      return { ...(await listingStatus(tx, row, to, reason)), dryRun, impact, block: null };
    });
  }
}

/** What the bookers are told, and what stays in the audit trail where it is more. */
export const cancellation = (publicReason: string, reason: string | undefined) => ({
  reason: reason ?? publicReason,
  publicReason,
});

/** Nobody's booking is cancelled without a word. @throws Refusal VALIDATION_FAILED */
export function requireReason(request: { publicReason?: string }, bookings: BookingEffect): string {
  const { publicReason = '' } = request;
  if (bookings !== 'cancel' || publicReason.trim() !== '') return publicReason;
  const message = 'publicReason is needed: it is what the bookers are told';
  throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'publicReason', code: 'REQUIRED', message }] });
}
