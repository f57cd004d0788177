import {
  Flag,
  Id,
  Instant,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { BLOCK_REMOVED } from './blocks.errors.js';
import { BookingImpact } from './booking-impact.js';
import { QUANTITY_INVALID, SLOT_CONFLICT } from './bookings.errors.js';
import { AMBIGUOUS_LOCAL_TIME, INVALID_INTERVAL, NONEXISTENT_LOCAL_TIME } from './calendar.errors.js';
import { operation } from './context.js';
import { LISTING_INVALID_STATE, ZONE_UNKNOWN } from './listings.errors.js';
import { LocalizedSummary } from './listings.text.js';
import { RECURRENCE_EMPTY, RECURRENCE_INVALID, RECURRENCE_TOO_LONG } from './recurring.errors.js';
import { TimeWanted } from './time-wanted.js';

export const BLOCK_KINDS = ['BLOCK', 'MAINTENANCE'] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

export const BLOCK_REASONS = [
  'maintenance',
  'cleaning',
  'inspection',
  'own_use',
  'event',
  'season',
  'staffing',
  'weather',
  'safety',
  'other',
] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

export const BLOCK_STATUSES = ['active', 'removed'] as const;
export type BlockStatus = (typeof BLOCK_STATUSES)[number];

/** Nobody's booking is kept where the time is taken: a time cannot be had twice. */
export const BLOCK_EFFECTS = ['refuse', 'cancel'] as const;
export type BlockEffect = (typeof BLOCK_EFFECTS)[number];

/** Longest time that one block takes. */
export const MAX_BLOCK_DAYS = 400;

class BlockEffects extends TimeWanted {
  @OneOf(BLOCK_EFFECTS, {
    optional: true,
    description: 'What becomes of bookings in the way: refuse (unless told), or cancel exactly those',
    example: 'refuse',
  })
  bookings?: BlockEffect;

  @Text({
    min: 1,
    max: 2000,
    optional: true,
    description: 'Told to everybody whose booking is cancelled; needed for that',
  })
  publicReason?: string;

  @Flag({ optional: true, description: 'Only answers what would happen' })
  dryRun?: boolean;
}

export class CreateBlock extends BlockEffects {
  @Id()
  listingId: string;

  @Id({ optional: true, description: 'Only this zone; none: the listing with everything that belongs to it' })
  zoneId?: string;

  @Text({
    min: 1,
    max: 500,
    optional: true,
    description:
      'Repeats it by the clock of the listing, all of them or none: RFC 5545 recurrence rule as recurring bookings have it, ' +
      'with COUNT or UNTIL. The time named is one of them only if the rule says so',
    example: 'FREQ=WEEKLY;BYDAY=WE;COUNT=20',
  })
  rule?: string;

  @OneOf(BLOCK_KINDS, { optional: true, description: 'BLOCK unless told' })
  kind?: BlockKind;

  @OneOf(BLOCK_REASONS, { example: 'cleaning' })
  reason: BlockReason;

  @Text({ min: 1, max: 2000, optional: true, description: 'More about it, for colleagues' })
  reasonText?: string;

  @Nested(() => LocalizedSummary, { optional: true, description: 'What everybody may read in the calendar' })
  publicNote?: LocalizedSummary;

  @Whole({ min: 1, max: 100_000, optional: true, description: 'How many, where they are counted; all unless told' })
  quantity?: number;
}

export class UpdateBlock extends BlockEffects {
  @Id()
  id: string;

  @Id({ optional: true, nullable: true, description: 'null: the listing with everything that belongs to it' })
  zoneId?: string | null;

  @OneOf(BLOCK_KINDS, { optional: true })
  kind?: BlockKind;

  @OneOf(BLOCK_REASONS, { optional: true, example: 'cleaning' })
  reason?: BlockReason;

  @Text({ min: 1, max: 2000, optional: true, nullable: true })
  reasonText?: string | null;

  @Nested(() => LocalizedSummary, { optional: true, nullable: true })
  publicNote?: LocalizedSummary | null;

  @Whole({ min: 1, max: 100_000, optional: true, nullable: true, description: 'null: all there are' })
  quantity?: number | null;
}

class BlockFields {
  @Id()
  listingId: string;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @Id({ nullable: true, description: 'null: the listing with everything that belongs to it' })
  zoneId: string | null;

  @OneOf(BLOCK_KINDS)
  kind: BlockKind;

  @OneOf(BLOCK_STATUSES)
  status: BlockStatus;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;

  @OneOf(BLOCK_REASONS, { example: 'cleaning' })
  reason: BlockReason;

  @Text({ max: 2000, nullable: true })
  reasonText: string | null;

  @Nested(() => LocalizedSummary, { nullable: true })
  publicNote: LocalizedSummary | null;

  @Whole({ nullable: true, description: 'null: all there are' })
  quantity: number | null;

  @Id({ nullable: true, description: 'Blocks that were made together by a rule have it in common' })
  seriesId: string | null;

  @Instant()
  createdAt: string;

  @Instant()
  updatedAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class Block extends BlockFields {
  @Id()
  id: string;
}

/** A block that was made or changed, and the bookings that stood in its way. */
export class BlockOutcome extends BlockFields {
  @Id({ nullable: true, description: 'null where a new one was only tried' })
  id: string | null;

  @Flag({ description: 'Nothing was done: this is what would happen' })
  dryRun: boolean;

  @Whole({ min: 1, description: 'How many times it is; this is the first of them' })
  times: number;

  @Nested(() => BookingImpact, { description: 'Bookings in its way, as they stood before' })
  impact: BookingImpact;
}

export class BlockId {
  @Id()
  id: string;
}

export class DeleteBlock extends BlockId {
  @Flag({ optional: true, description: 'Also those of its series that begin later' })
  following?: boolean;
}

export class ListBlocks extends PageQuery {
  @Id({ optional: true })
  listingId?: string;

  @Id({ optional: true })
  seriesId?: string;

  @Instant({ optional: true, description: 'Ending after' })
  from?: string;

  @Instant({ optional: true, description: 'Beginning before', example: '2026-12-31T00:00:00+01:00' })
  to?: string;

  @OneOf(BLOCK_KINDS, { optional: true })
  kind?: BlockKind;
}

export class BlockPage extends pageOf(Block) {}

const TIME_ERRORS = [INVALID_INTERVAL, AMBIGUOUS_LOCAL_TIME, NONEXISTENT_LOCAL_TIME];

export const createBlock = operation({
  id: 'createBlock',
  subject: 'block.create.v1',
  summary: 'Keep a time from being booked, of at most 400 days',
  http: { method: 'POST', path: '/blocks', status: 201, query: ['dryRun'] },
  request: CreateBlock,
  response: BlockOutcome,
  access: permission('digilist.block.create'),
  module: 'digilist.listings',
  errors: [
    NOT_FOUND,
    ZONE_UNKNOWN,
    ...TIME_ERRORS,
    QUANTITY_INVALID,
    LISTING_INVALID_STATE,
    SLOT_CONFLICT,
    RECURRENCE_INVALID,
    RECURRENCE_EMPTY,
    RECURRENCE_TOO_LONG,
  ],
  idempotent: true,
  version: 'answers',
});

export const listBlocks = operation({
  id: 'listBlocks',
  subject: 'block.list.v1',
  summary: 'Times that are kept from being booked, by when they begin',
  http: { method: 'GET', path: '/blocks' },
  request: ListBlocks,
  response: BlockPage,
  access: permission('digilist.block.read'),
  module: 'digilist.listings',
});

export const getBlock = operation({
  id: 'getBlock',
  subject: 'block.get.v1',
  summary: 'One block',
  http: { method: 'GET', path: '/blocks/{id}' },
  request: BlockId,
  response: Block,
  access: permission('digilist.block.read'),
  module: 'digilist.listings',
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateBlock = operation({
  id: 'updateBlock',
  subject: 'block.update.v1',
  summary: 'Change or move a block: the old time is kept where the new one cannot be had',
  http: { method: 'PATCH', path: '/blocks/{id}', query: ['dryRun'] },
  request: UpdateBlock,
  response: BlockOutcome,
  access: permission('digilist.block.update'),
  module: 'digilist.listings',
  errors: [
    NOT_FOUND,
    ZONE_UNKNOWN,
    ...TIME_ERRORS,
    QUANTITY_INVALID,
    LISTING_INVALID_STATE,
    SLOT_CONFLICT,
    BLOCK_REMOVED,
  ],
  version: 'required',
});

export const deleteBlock = operation({
  id: 'deleteBlock',
  subject: 'block.delete.v1',
  summary: 'Remove a block: its time can be booked again',
  http: { method: 'DELETE', path: '/blocks/{id}', status: 204 },
  request: DeleteBlock,
  response: null,
  access: permission('digilist.block.delete'),
  module: 'digilist.listings',
  errors: [NOT_FOUND, STALE_VERSION, BLOCK_REMOVED],
});

export const blockOperations = [createBlock, listBlocks, getBlock, updateBlock, deleteBlock] as const;
