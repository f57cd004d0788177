import {
  type CreateHold,
  HOLD_MINUTES,
  HOLD_NOT_ACTIVE,
  type Hold,
  type HoldId,
  holdExpired,
  holdStarted,
  MOST_HOLDS,
  TOO_MANY_HOLDS,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { jobOrigin, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { run } from '../../database/named-statement.js';
import { requireUnrestricted } from '../../platform/index.js';
import { Conflicts, calendarValues, groundOf, type Span, spanOf, tellExpired } from '../bookings/index.js';
import { dateOf, holdFact, minuteFloor, requirePlace, type TellableHold, tellReleased } from '../listings/index.js';
import { requireRules } from '../rules/index.js';
import {
  EXPIRE_RUN_OUT,
  GET_HOLD,
  type HoldRow,
  LOCK_HOLDER,
  PLACE_HOLD,
  type PlacedHold,
  type PlaceHold,
  RELEASE_HOLD,
  type Released,
} from './holds.sql.js';

/** Times that somebody keeps while filling in a booking. */
@Injectable()
export class HoldsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly conflicts: Conflicts,
  ) {}

  /** What concerns the person (quotas, age, price) is decided when it is booked: only then it is known who books for whom. */
  create(ctx: RequestContext, request: CreateHold): Promise<Hold> {
    return this.work.run(ctx, async (tx) => {
      const { userId } = userOf(ctx);
      const [place] = await Promise.all([
        requirePlace(tx, request.listingId),
        requireUnrestricted(tx, userId),
        tx.query(LOCK_HOLDER, [tx.tenantId, userId]),
      ]);
      const { listing } = place;
      const span = spanOf(request, listing);
      const ground = groundOf({ ...request, draft: true }, place, null);
      const { pricingGroup } = ground;
      requireRules(listing, { ...span, behalf: null, pricingGroup }, null, minuteFloor(tx.now), ctx.locale);
      const id = uuidv7();
      await this.take(tx, id, userId, { ...ground, ...span });
      tx.audit({ action: 'digilist.hold.create', entity: { type: 'hold', id }, orgId: listing.orgId });
      const hold = await ownHold(tx, id, userId);
      tx.emit(holdStarted, holdFact({ ...hold, orgId: listing.orgId, userId }));
      return hold;
    });
  }

  get(ctx: RequestContext, { id }: HoldId): Promise<Hold> {
    return this.work.run(ctx, (tx) => ownHold(tx, id, userOf(ctx).userId));
  }

  release(ctx: RequestContext, { id }: HoldId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, id, userOf(ctx).userId];
      const { released, before } = await tx.one<Released>(RELEASE_HOLD, values);
      if (before === null) throw new Refusal(NOT_FOUND);
      // Also when it was taken over while this waited for it.
      if (before === 'used' || (before === 'active' && released === null))
        throw new Refusal(HOLD_NOT_ACTIVE, { detail: 'A booking has taken over its time.' });
      if (released === null) return;
      tx.audit({ action: 'digilist.hold.release', entity: { type: 'hold', id }, orgId: released.orgId });
      tellReleased(tx, [released]);
    });
  }

  /** Tells of holds of a tenant that ran out, each once whoever else does it. Answers how many there were. */
  expire(tenantId: string, actorId: string, most: number): Promise<number> {
    return this.work.runAs(jobOrigin(tenantId, 'hold-run-out', actorId), async (tx) => {
      const expired = await tx.query<TellableHold & Record<string, unknown>>(EXPIRE_RUN_OUT, [tenantId, most, actorId]);
      for (const hold of expired) tx.emit(holdExpired, holdFact(hold));
      return expired.length;
    });
  }

  private async take(tx: Tx, id: string, userId: string, wanted: ReturnType<typeof groundOf> & Span): Promise<void> {
    const { listing, zone, quantity, from, until } = wanted;
    const [placed] = await run<PlacedHold, PlaceHold>(tx, PLACE_HOLD, {
      tenantId: tx.tenantId,
      userId,
      id,
      orgId: listing.orgId,
      listingId: listing.id,
      zoneId: zone.id,
      ...calendarValues(wanted),
      startsAt: dateOf(from),
      endsAt: dateOf(until),
      quantity,
      expiresAt: new Date(tx.now.getTime() + HOLD_MINUTES * 60_000),
      most: MOST_HOLDS,
    });
    if (!placed) throw new Error('placing a hold answered nothing');
    const { outcome, atoms, expired } = placed;
    if (outcome === null) throw new Refusal(TOO_MANY_HOLDS, { details: { most: MOST_HOLDS } });
    if (outcome !== 'taken') throw await this.conflicts.refusal(tx, wanted, outcome, atoms ?? []);
    // Somebody divided the listing, or closed it, after it was read.
    if (!placed.placed) throw new Refusal(ZONE_UNKNOWN, { detail: 'The listing was changed meanwhile. Look again.' });
    tellExpired(tx, expired ?? []);
  }
}

/** @throws Refusal NOT_FOUND also for one of somebody else */
const ownHold = (tx: Tx, id: string, userId: string): Promise<Hold> =>
  tx.one<HoldRow>(GET_HOLD, [tx.tenantId, id, userId]);
