import { type Block, type BlockEffect, SLOT_CONFLICT } from '@digilist/contracts';
import { type ErrorCode, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type NamedStatement, run } from '../../database/named-statement.js';
import {
  allLanguages,
  Cancellations,
  cancellation,
  type ExpiredBooking,
  type Impact,
  impactOn,
  type TellableHold,
  tellReleased,
} from '../listings/index.js';
import type { BlockPlan } from './block-plan.js';
import { RELEASE_HOLDS, STANDING, type TakeBlocks } from './blocks.sql.js';
import { type InTheWay, inTheWay, type Standing } from './domain/room.js';

export type BlockRow = Block & Record<string, unknown>;
type ReleasedHold = TellableHold & Record<string, unknown>;
type Taken = BlockRow & { outcome: 'taken' | 'occupied' | 'stock'; expired: ExpiredBooking[] | null };

/** What happens to those in the way. */
export interface Effects {
  bookings: BlockEffect;
  /** What the bookers are told. */
  publicReason: string;
  reason: string | undefined;
  /** What is said where they may stay. */
  refusal: ErrorCode;
}

/** Who is in the way, and what of it whoever asks may see. */
export interface Obstacles extends Impact {
  readonly going: InTheWay;
}

/** Takes times for blocks, and makes room for them where that is asked for. */
@Injectable()
export class BlockTaking {
  constructor(private readonly bookings: Cancellations) {}

  /** @param blockId a block that gives its own time back first */
  async obstacles(tx: Tx, { listing, claims, times }: BlockPlan, blockId: string | null): Promise<Obstacles> {
    const atoms = claims.map(({ atomId }) => atomId);
    const values = [tx.tenantId, atoms, times[0]?.startsAt, times.at(-1)?.endsAt, blockId];
    const going = inTheWay(claims, times, await tx.query<Standing & Record<string, unknown>>(STANDING, values));
    return { going, ...(await impactOn(tx, listing, { bookingIds: going.bookingIds })) };
  }

  /** All of the times, or none. @throws Refusal SLOT_CONFLICT, or as the effects say */
  async take(
    tx: Tx,
    write: NamedStatement<TakeBlocks>,
    ids: readonly string[],
    seriesId: string | null,
    plan: BlockPlan,
    { going, impact, bookingIds }: Obstacles,
    { bookings, publicReason, reason, refusal }: Effects,
  ): Promise<BlockRow[]> {
    const stuck = going.blockIds.length > 0;
    const anybody = going.bookingIds.length + going.holdIds.length > 0;
    if (stuck || (anybody && bookings === 'refuse'))
      throw new Refusal(stuck ? SLOT_CONFLICT : refusal, { details: { ...placeOf(plan), ...inDetail(going), impact } });
    if (bookingIds.length > 0)
      await this.bookings.cancelMany(tx, bookingIds, { ...cancellation(publicReason, reason), by: 'municipality' });
    if (going.holdIds.length > 0) {
      const values = [tx.tenantId, going.holdIds, tx.actorId];
      tellReleased(tx, await tx.query<ReleasedHold>(RELEASE_HOLDS, values));
    }
    const taken = await run<Taken, TakeBlocks>(tx, write, takeValues(tx, ids, seriesId, plan, going.holdIds));
    // Somebody was faster since we looked.
    const lost = taken.find(({ outcome }) => outcome !== 'taken');
    if (lost) throw new Refusal(SLOT_CONFLICT, { details: { ...placeOf(plan), reason: lost.outcome } });
    this.bookings.tellExpired(
      tx,
      taken.flatMap(({ expired }) => expired ?? []),
    );
    return taken.map(({ outcome: _, expired: __, ...block }) => block as BlockRow);
  }
}

const takeValues = (
  tx: Tx,
  ids: readonly string[],
  seriesId: string | null,
  plan: BlockPlan,
  freedIds: readonly string[],
): TakeBlocks => ({
  tenantId: tx.tenantId,
  actorId: tx.actorId,
  orgId: plan.listing.orgId,
  listingId: plan.listing.id,
  zoneId: plan.zoneId,
  kind: plan.kind,
  reason: plan.reason,
  reasonText: plan.reasonText,
  publicNote: plan.publicNote && JSON.stringify(allLanguages(plan.publicNote)),
  quantity: plan.quantity,
  seriesId,
  ids,
  startsAt: plan.times.map(({ startsAt }) => startsAt),
  endsAt: plan.times.map(({ endsAt }) => endsAt),
  freedIds,
  atomIds: plan.claims.map(({ atomId }) => atomId),
  quantities: plan.claims.map(({ quantity }) => quantity),
});

const placeOf = ({ listing, zoneId, times }: BlockPlan) => ({
  listingId: listing.id,
  zoneId,
  startsAt: times[0]?.startsAt.toISOString(),
  endsAt: times.at(-1)?.endsAt.toISOString(),
});

const inDetail = ({ holdIds, blockIds }: InTheWay) => ({ reason: 'occupied', holds: holdIds.length, blockIds });
