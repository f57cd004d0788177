import {
  BLOCK_REMOVED,
  type Block,
  type BlockEffect,
  type BlockId,
  type BlockOutcome,
  blockChanged,
  blockCreated,
  blockRemoved,
  type CreateBlock,
  LISTING_HAS_BOOKINGS,
  type Listing,
  type ListingTransition,
  SLOT_CONFLICT,
  type StartMaintenance,
  type UpdateBlock,
} from '@digilist/contracts';
import { type ErrorCode, NOT_FOUND, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type NamedStatement, run } from '../../database/named-statement.js';
import {
  allLanguages,
  Cancellations,
  cancellation,
  type ExpiredBooking,
  type Impact,
  impactOn,
  requireListing,
  requireReason,
} from '../listings/index.js';
import { type BlockPlan, type BlockWish, keepListing, planOf } from './block-plan.js';
import {
  DESCRIBE_BLOCK,
  LOCK_BLOCK,
  MOVE_BLOCK,
  PLACE_BLOCK,
  RELEASE_BLOCK,
  RELEASE_HOLDS,
  REMOVE_BLOCK,
  STANDING,
  type TakeBlock,
} from './blocks.sql.js';
import { type InTheWay, inTheWay, type Standing } from './domain/room.js';

type BlockRow = Block & Record<string, unknown>;
type Taken = BlockRow & { outcome: 'taken' | 'occupied' | 'stock'; expired: ExpiredBooking[] | null };

/** What happens to those in the way. */
interface Effects {
  bookings: BlockEffect;
  /** What the bookers are told. */
  publicReason: string;
  reason: string | undefined;
  /** What is said where they may stay. */
  refusal: ErrorCode;
}

const LONGEST_NOTE = 300;

@Injectable()
export class BlocksService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly bookings: Cancellations,
  ) {}

  create(ctx: RequestContext, request: CreateBlock): Promise<BlockOutcome> {
    return this.work.run(ctx, async (tx) => {
      const { zoneId = null, kind = 'BLOCK', reason, reasonText = null, publicNote = null, quantity = null } = request;
      const wish = { zoneId, time: request, kind, reason, reasonText, publicNote, quantity };
      const effects = effectsOf(request);
      const listing = await keepListing(tx, request.listingId);
      return this.place(tx, planOf(listing, wish, tx.now), effects, request.dryRun ?? false);
    });
  }

  /** A time of maintenance: its bookings go or stand in its way, since nobody can come while it lasts. */
  maintain(ctx: RequestContext, request: StartMaintenance): Promise<ListingTransition> {
    const { id, from, to, bookings = 'refuse', reason, publicReason, dryRun = false } = request;
    return this.work.run(ctx, async (tx) => {
      requireWindow(from, to, bookings);
      const effects = {
        ...effectsOf({ ...request, bookings: bookings as BlockEffect }),
        refusal: LISTING_HAS_BOOKINGS,
      };
      const listing = await keepListing(tx, id);
      if (ctx.ifMatch !== null && ctx.ifMatch !== listing.version) throw new Refusal(STALE_VERSION);
      const wish: BlockWish = {
        zoneId: null,
        time: { startsAt: from as string, endsAt: to as string },
        kind: 'MAINTENANCE',
        reason: 'maintenance',
        reasonText: reason ?? null,
        publicNote: publicReason === undefined ? null : { nb: publicReason.slice(0, LONGEST_NOTE) },
        quantity: null,
      };
      const { impact, ...block } = await this.place(tx, planOf(listing, wish, tx.now), effects, dryRun);
      const shown: Listing = await requireListing(tx, id);
      const { dryRun: _, ...placed } = block;
      return { ...shown, dryRun, impact, block: dryRun ? null : (placed as Block) };
    });
  }

  update(ctx: RequestContext, request: UpdateBlock): Promise<BlockOutcome> {
    return this.work.run(ctx, async (tx) => {
      const block = await lockBlock(tx, request.id, expectedVersion(ctx));
      const effects = effectsOf(request);
      const wish = changed(block, request);
      if (!moves(request)) return this.describe(tx, block, wish, request.dryRun ?? false);
      const listing = await keepListing(tx, block.listingId);
      return this.move(tx, block, planOf(listing, wish, tx.now), effects, request.dryRun ?? false);
    });
  }

  remove(ctx: RequestContext, { id }: BlockId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const block = await lockBlock(tx, id, ctx.ifMatch);
      await tx.query(RELEASE_BLOCK, [tx.tenantId, id, tx.actorId]);
      const removed = await tx.one<BlockRow>(REMOVE_BLOCK, [tx.tenantId, id, tx.actorId]);
      tx.emit(blockRemoved, { id, version: removed.version, data: factOf(removed) });
      tx.audit({ action: 'digilist.block.delete', entity: { type: 'block', id }, orgId: block.orgId });
    });
  }

  private async place(tx: Tx, plan: BlockPlan, effects: Effects, dryRun: boolean): Promise<BlockOutcome> {
    const { going, impact } = await obstaclesOf(tx, plan, null);
    if (dryRun) return { ...planned(plan, tx.now), id: null, dryRun, impact: impact.impact };
    const id = uuidv7();
    const block = await this.take(tx, PLACE_BLOCK, id, plan, going, impact, effects);
    tx.emit(blockCreated, { id, version: block.version, data: factOf(block) });
    audit(tx, 'digilist.block.create', block);
    return { ...block, dryRun, impact: impact.impact };
  }

  /** The old time is given back first; whoever refuses the new one rolls that back. */
  private async move(
    tx: Tx,
    before: BlockRow,
    plan: BlockPlan,
    effects: Effects,
    dryRun: boolean,
  ): Promise<BlockOutcome> {
    const { id, version, createdAt } = before;
    const { going, impact } = await obstaclesOf(tx, plan, id);
    if (dryRun) return { ...planned(plan, tx.now), id, version, createdAt, dryRun, impact: impact.impact };
    await tx.query(RELEASE_BLOCK, [tx.tenantId, id, tx.actorId]);
    const block = await this.take(tx, MOVE_BLOCK, id, plan, going, impact, effects);
    tellChange(tx, before, block);
    return { ...block, dryRun, impact: impact.impact };
  }

  private async describe(tx: Tx, before: BlockRow, wish: BlockWish, dryRun: boolean): Promise<BlockOutcome> {
    const impact = NO_IMPACT;
    const { reason, reasonText, publicNote } = wish;
    if (dryRun) return { ...before, reason, reasonText, publicNote, dryRun, impact };
    const values = [tx.tenantId, before.id, reason, reasonText, publicNote && allLanguages(publicNote), tx.actorId];
    const block = await tx.one<BlockRow>(DESCRIBE_BLOCK, values);
    tellChange(tx, before, block);
    return { ...block, dryRun, impact };
  }

  /** Makes room if that was asked for, and takes it. @throws Refusal SLOT_CONFLICT or as the effects say */
  private async take(
    tx: Tx,
    write: NamedStatement<TakeBlock>,
    id: string,
    plan: BlockPlan,
    going: InTheWay,
    { impact, bookingIds }: Impact,
    { bookings, publicReason, reason, refusal }: Effects,
  ): Promise<BlockRow> {
    const stuck = going.blockIds.length > 0;
    const anybody = going.bookingIds.length + going.holdIds.length > 0;
    if (stuck || (anybody && bookings === 'refuse'))
      throw new Refusal(stuck ? SLOT_CONFLICT : refusal, { details: { ...placeOf(plan), ...inDetail(going), impact } });
    if (bookingIds.length > 0)
      await this.bookings.cancelMany(tx, bookingIds, { ...cancellation(publicReason, reason), by: 'municipality' });
    if (going.holdIds.length > 0) await tx.query(RELEASE_HOLDS, [tx.tenantId, going.holdIds, tx.actorId]);
    const [taken] = await run<Taken, TakeBlock>(tx, write, takeValues(tx, id, plan, going.holdIds));
    if (!taken) throw new Error('taking the time of a block answered nothing');
    const { outcome, expired, ...block } = taken;
    // Somebody was faster since we looked.
    if (outcome !== 'taken') throw new Refusal(SLOT_CONFLICT, { details: { ...placeOf(plan), reason: outcome } });
    this.bookings.tellExpired(tx, expired ?? []);
    return block as BlockRow;
  }
}

const NO_IMPACT = { count: 0, bookings: [], months: [], seriesIds: [] };

const effectsOf = (request: {
  bookings?: BlockEffect;
  publicReason?: string;
  reasonText?: string | null;
  reason?: string;
}) => {
  const { bookings = 'refuse', reasonText } = request;
  const publicReason = requireReason(request, bookings);
  return { bookings, publicReason, reason: reasonText ?? undefined, refusal: SLOT_CONFLICT } satisfies Effects;
};

/** @throws Refusal VALIDATION_FAILED */
function requireWindow(from: string | undefined, to: string | undefined, bookings: string): void {
  const errors = [
    ...(from === undefined ? [{ path: 'from', code: 'REQUIRED', message: 'from is needed beside to' }] : []),
    ...(to === undefined ? [{ path: 'to', code: 'REQUIRED', message: 'to is needed beside from' }] : []),
    ...(bookings === 'keep'
      ? [
          {
            path: 'bookings',
            code: 'NOT_WITH_WINDOW',
            message: 'What is taken for maintenance cannot be kept: leave out the time, or cancel',
          },
        ]
      : []),
  ];
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}

/** @throws Refusal NOT_FOUND, BLOCK_REMOVED, STALE_VERSION */
async function lockBlock(tx: Tx, id: string, expected: number | null): Promise<BlockRow> {
  const [block] = await tx.query<BlockRow>(LOCK_BLOCK, [tx.tenantId, id]);
  if (!block || !tx.reach.covers(block.orgId)) throw new Refusal(NOT_FOUND);
  if (block.status === 'removed') throw new Refusal(BLOCK_REMOVED);
  if (expected !== null && block.version !== expected)
    throw new Refusal(STALE_VERSION, { details: { version: block.version } });
  return block;
}

const TIMES = ['startsAt', 'endsAt', 'localStartsAt', 'localEndsAt'] as const;

/** Does the block take another time, another place or another number of them? */
const moves = (request: UpdateBlock): boolean =>
  [...TIMES, 'zoneId' as const, 'quantity' as const, 'kind' as const].some((key) => request[key] !== undefined);

/** The block with what the request names; one end of its time may be named alone, as an instant. */
function changed(block: BlockRow, request: UpdateBlock): BlockWish {
  const { zoneId, kind, reason, reasonText, publicNote, quantity } = { ...block, ...defined(request) };
  const byClock = request.localStartsAt !== undefined || request.localEndsAt !== undefined;
  const { startsAt = block.startsAt, endsAt = block.endsAt } = request;
  return { zoneId, kind, reason, reasonText, publicNote, quantity, time: byClock ? request : { startsAt, endsAt } };
}

const defined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Who is in the way, and what of it whoever asks may see. */
async function obstaclesOf(
  tx: Tx,
  { listing, claims, startsAt, endsAt }: BlockPlan,
  blockId: string | null,
): Promise<{ going: InTheWay; impact: Impact }> {
  const values = [tx.tenantId, claims.map(({ atomId }) => atomId), startsAt, endsAt, blockId];
  const going = inTheWay(claims, await tx.query<Standing & Record<string, unknown>>(STANDING, values));
  return { going, impact: await impactOn(tx, listing, { bookingIds: going.bookingIds }) };
}

const takeValues = (tx: Tx, id: string, plan: BlockPlan, freedIds: readonly string[]): TakeBlock => ({
  tenantId: tx.tenantId,
  actorId: tx.actorId,
  id,
  orgId: plan.listing.orgId,
  listingId: plan.listing.id,
  zoneId: plan.zoneId,
  kind: plan.kind,
  startsAt: plan.startsAt,
  endsAt: plan.endsAt,
  reason: plan.reason,
  reasonText: plan.reasonText,
  publicNote: plan.publicNote && JSON.stringify(allLanguages(plan.publicNote)),
  quantity: plan.quantity,
  freedIds,
  atomIds: plan.claims.map(({ atomId }) => atomId),
  quantities: plan.claims.map(({ quantity }) => quantity),
});

/** How a block would look. */
const planned = (plan: BlockPlan, now: Date) => ({
  listingId: plan.listing.id,
  orgId: plan.listing.orgId,
  zoneId: plan.zoneId,
  kind: plan.kind,
  status: 'active' as const,
  startsAt: plan.startsAt.toISOString(),
  endsAt: plan.endsAt.toISOString(),
  reason: plan.reason,
  reasonText: plan.reasonText,
  publicNote: plan.publicNote && allLanguages(plan.publicNote),
  quantity: plan.quantity,
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
  version: 1,
});

const placeOf = ({ listing, zoneId, startsAt, endsAt }: BlockPlan) => ({
  listingId: listing.id,
  zoneId,
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});

const inDetail = ({ holdIds, blockIds }: InTheWay) => ({ reason: 'occupied', holds: holdIds.length, blockIds });

const factOf = ({ id, listingId, zoneId, orgId, kind, reason, startsAt, endsAt }: BlockRow) => ({
  blockId: id,
  listingId,
  zoneId,
  orgId,
  kind,
  reason,
  startsAt,
  endsAt,
});

function audit(tx: Tx, action: string, { id, orgId, zoneId, kind, reason, startsAt, endsAt }: BlockRow): void {
  tx.audit({ action, entity: { type: 'block', id }, orgId, changes: { zoneId, kind, reason, startsAt, endsAt } });
}

function tellChange(tx: Tx, before: BlockRow, block: BlockRow): void {
  const { startsAt: previousStartsAt, endsAt: previousEndsAt, zoneId: previousZoneId } = before;
  const data = { ...factOf(block), previousStartsAt, previousEndsAt, previousZoneId };
  tx.emit(blockChanged, { id: block.id, version: block.version, data });
  audit(tx, 'digilist.block.update', block);
}
