import {
  BLOCK_REMOVED,
  type Block,
  type BlockEffect,
  type BlockOutcome,
  blockChanged,
  blockCreated,
  blockRemoved,
  type CreateBlock,
  type DeleteBlock,
  LISTING_HAS_BOOKINGS,
  type ListingTransition,
  SLOT_CONFLICT,
  type StartMaintenance,
  type UpdateBlock,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { allLanguages, requireListing, requireReason } from '../listings/index.js';
import { type BlockPlan, type BlockWish, keepListing, planOf } from './block-plan.js';
import { type BlockRow, BlockTaking, type Effects } from './block-taking.js';
import {
  DESCRIBE_BLOCK,
  LOCK_BLOCK,
  LOCK_FOLLOWING,
  MOVE_BLOCK,
  PLACE_BLOCKS,
  RELEASE_BLOCKS,
  REMOVE_BLOCKS,
} from './blocks.sql.js';

const LONGEST_NOTE = 300;
const NO_IMPACT = { count: 0, bookings: [], months: [], seriesIds: [] };

@Injectable()
export class BlocksService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly taking: BlockTaking,
  ) {}

  create(ctx: RequestContext, request: CreateBlock): Promise<BlockOutcome> {
    return this.work.run(ctx, async (tx) => {
      const effects = effectsOf(request);
      const listing = await keepListing(tx, request.listingId);
      return this.place(tx, planOf(listing, wishOf(request), tx.now), effects, request.dryRun ?? false);
    });
  }

  /** A time of maintenance: its bookings go or stand in its way, since nobody can come while it lasts. */
  maintain(ctx: RequestContext, request: StartMaintenance): Promise<ListingTransition> {
    const { id, from, to, bookings = 'refuse', reason, publicReason, dryRun = false } = request;
    return this.work.run(ctx, async (tx) => {
      requireWindow(from, to, bookings);
      const asked = { bookings: bookings as BlockEffect, ...(publicReason !== undefined && { publicReason }) };
      const effects = { ...effectsOf(asked), reason, refusal: LISTING_HAS_BOOKINGS };
      const listing = await keepListing(tx, id);
      if (ctx.ifMatch !== null && ctx.ifMatch !== listing.version) throw new Refusal(STALE_VERSION);
      const wish = wishOf({
        startsAt: from as string,
        endsAt: to as string,
        kind: 'MAINTENANCE',
        reason: 'maintenance',
        ...(reason !== undefined && { reasonText: reason }),
        ...(publicReason !== undefined && { publicNote: { nb: shortened(publicReason) } }),
      });
      const outcome = await this.place(tx, planOf(listing, wish, tx.now), effects, dryRun);
      const { impact, dryRun: _, times: __, ...block } = outcome;
      return { ...(await requireListing(tx, id)), dryRun, impact, block: dryRun ? null : (block as Block) };
    });
  }

  update(ctx: RequestContext, request: UpdateBlock): Promise<BlockOutcome> {
    return this.work.run(ctx, async (tx) => {
      const block = await lockBlock(tx, request.id, expectedVersion(ctx));
      const effects = effectsOf(request);
      const wish = changed(block, request);
      if (!moves(request)) return describe(tx, block, wish, request.dryRun ?? false);
      const listing = await keepListing(tx, block.listingId);
      return this.move(tx, block, planOf(listing, wish, tx.now), effects, request.dryRun ?? false);
    });
  }

  remove(ctx: RequestContext, { id, following = false }: DeleteBlock): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const { seriesId, startsAt, orgId } = await lockBlock(tx, id, ctx.ifMatch);
      const later =
        following && seriesId ? await tx.query<{ id: string }>(LOCK_FOLLOWING, [tx.tenantId, seriesId, startsAt]) : [];
      const ids = [...new Set([id, ...later.map((block) => block.id)])];
      await tx.query(RELEASE_BLOCKS, [tx.tenantId, ids, tx.actorId]);
      const removed = await tx.query<BlockRow>(REMOVE_BLOCKS, [tx.tenantId, ids, tx.actorId]);
      for (const block of removed) tx.emit(blockRemoved, { id: block.id, version: block.version, data: factOf(block) });
      const changes = { removed: removed.length };
      tx.audit({ action: 'digilist.block.delete', entity: { type: 'block', id }, orgId, changes });
    });
  }

  private async place(tx: Tx, plan: BlockPlan, effects: Effects, dryRun: boolean): Promise<BlockOutcome> {
    const obstacles = await this.taking.obstacles(tx, plan, null);
    const { impact } = obstacles;
    const times = plan.times.length;
    if (dryRun) return { ...planned(plan, tx.now), id: null, dryRun, times, impact };
    const ids = plan.times.map(() => uuidv7());
    const seriesId = plan.rule === null ? null : uuidv7();
    const blocks = await this.taking.take(tx, PLACE_BLOCKS, ids, seriesId, plan, obstacles, effects);
    for (const block of blocks) tx.emit(blockCreated, { id: block.id, version: block.version, data: factOf(block) });
    const [first] = blocks as [BlockRow];
    audit(tx, 'digilist.block.create', first, times);
    return { ...first, dryRun, times, impact };
  }

  /** The old time is given back first; whoever refuses the new one rolls that back. */
  private async move(
    tx: Tx,
    before: BlockRow,
    plan: BlockPlan,
    effects: Effects,
    dryRun: boolean,
  ): Promise<BlockOutcome> {
    const { id, version, createdAt, seriesId } = before;
    const obstacles = await this.taking.obstacles(tx, plan, id);
    const { impact } = obstacles;
    if (dryRun) return { ...planned(plan, tx.now), id, version, createdAt, seriesId, dryRun, times: 1, impact };
    await tx.query(RELEASE_BLOCKS, [tx.tenantId, [id], tx.actorId]);
    const [block] = (await this.taking.take(tx, MOVE_BLOCK, [id], seriesId, plan, obstacles, effects)) as [BlockRow];
    tellChange(tx, before, block);
    return { ...block, dryRun, times: 1, impact };
  }
}

/** A note takes less than a letter; what is cut off is whole characters. */
const shortened = (reason: string): string => reason.slice(0, LONGEST_NOTE).replace(/\p{Surrogate}$/u, '');

/** Other words for the same time. */
async function describe(tx: Tx, before: BlockRow, wish: BlockWish, dryRun: boolean): Promise<BlockOutcome> {
  const { reason, reasonText } = wish;
  const publicNote = wish.publicNote && allLanguages(wish.publicNote);
  const unmoved = { dryRun, times: 1, impact: NO_IMPACT };
  if (dryRun) return { ...before, reason, reasonText, publicNote, ...unmoved };
  const values = [tx.tenantId, before.id, reason, reasonText, publicNote, tx.actorId];
  const block = await tx.one<BlockRow>(DESCRIBE_BLOCK, values);
  tellChange(tx, before, block);
  return { ...block, ...unmoved };
}

function wishOf(request: Omit<CreateBlock, 'listingId'>): BlockWish {
  const { zoneId = null, kind = 'BLOCK', reason, reasonText = null } = request;
  const { publicNote = null, quantity = null, rule = null } = request;
  return { zoneId, time: request, rule, kind, reason, reasonText, publicNote, quantity };
}

function effectsOf(request: { bookings?: BlockEffect; publicReason?: string; reasonText?: string | null }): Effects {
  const { bookings = 'refuse', reasonText } = request;
  const publicReason = requireReason(request, bookings);
  return { bookings, publicReason, reason: reasonText ?? undefined, refusal: SLOT_CONFLICT };
}

/** @throws Refusal VALIDATION_FAILED */
function requireWindow(from: string | undefined, to: string | undefined, bookings: string): void {
  const needed = (path: string, value: unknown) =>
    value === undefined ? [{ path, code: 'REQUIRED', message: 'A time has two ends: from and to.' }] : [];
  const message = 'What is taken for maintenance cannot be kept: leave out the time, or cancel.';
  const kept = bookings === 'keep' ? [{ path: 'bookings', code: 'NOT_WITH_WINDOW', message }] : [];
  const errors = [...needed('from', from), ...needed('to', to), ...kept];
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

const TAKES = ['startsAt', 'endsAt', 'localStartsAt', 'localEndsAt', 'zoneId', 'quantity', 'kind'] as const;

/** Does the block take another time, another place or another number of them? */
const moves = (request: UpdateBlock): boolean => TAKES.some((key) => request[key] !== undefined);

/** The block with what the request names; one end of its time may be named alone, as an instant. */
function changed(block: BlockRow, request: UpdateBlock): BlockWish {
  const { zoneId, kind, reason, reasonText, publicNote, quantity } = { ...block, ...defined(request) };
  const byClock = request.localStartsAt !== undefined || request.localEndsAt !== undefined;
  const { startsAt = block.startsAt, endsAt = block.endsAt } = request;
  const time = byClock ? request : { startsAt, endsAt };
  return { zoneId, kind, reason, reasonText, publicNote, quantity, time, rule: null };
}

const defined = <T extends object>(object: T) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;

/** How a block would look, the first of them where it repeats. */
const planned = (plan: BlockPlan, now: Date) => ({
  listingId: plan.listing.id,
  orgId: plan.listing.orgId,
  zoneId: plan.zoneId,
  kind: plan.kind,
  status: 'active' as const,
  startsAt: plan.times[0]?.startsAt.toISOString() as string,
  endsAt: plan.times[0]?.endsAt.toISOString() as string,
  reason: plan.reason,
  reasonText: plan.reasonText,
  publicNote: plan.publicNote && allLanguages(plan.publicNote),
  quantity: plan.quantity,
  seriesId: null,
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
  version: 1,
});

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

function audit(tx: Tx, action: string, block: BlockRow, times: number): void {
  const { id, orgId, zoneId, kind, reason, startsAt, endsAt } = block;
  const changes = { zoneId, kind, reason, startsAt, endsAt, times };
  tx.audit({ action, entity: { type: 'block', id }, orgId, changes });
}

function tellChange(tx: Tx, before: BlockRow, block: BlockRow): void {
  const { startsAt: previousStartsAt, endsAt: previousEndsAt, zoneId: previousZoneId } = before;
  const data = { ...factOf(block), previousStartsAt, previousEndsAt, previousZoneId };
  tx.emit(blockChanged, { id: block.id, version: block.version, data });
  audit(tx, 'digilist.block.update', block, 1);
}
