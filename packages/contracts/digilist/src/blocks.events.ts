import { holders, Id, Instant, OneOf } from '@kit/contracts';
import { BLOCK_KINDS, BLOCK_REASONS, type BlockKind, type BlockReason } from './blocks.js';
import { seenInCalendar } from './calendar.events.js';
import { event } from './context.js';

/** What every fact about a block tells. */
export class BlockFact {
  @Id()
  blockId: string;

  @Id()
  listingId: string;

  @Id({ nullable: true, description: 'null: the listing with everything that belongs to it' })
  zoneId: string | null;

  @Id({ description: 'Organization that owns the listing' })
  orgId: string;

  @OneOf(BLOCK_KINDS)
  kind: BlockKind;

  @OneOf(BLOCK_REASONS, { example: 'cleaning' })
  reason: BlockReason;

  @Instant()
  startsAt: string;

  @Instant()
  endsAt: string;
}

export class BlockChangedFact extends BlockFact {
  @Instant({ description: 'When it began before' })
  previousStartsAt: string;

  @Instant({ description: 'When it ended before' })
  previousEndsAt: string;

  @Id({ nullable: true, description: 'What it took before; null: the listing with everything that belongs to it' })
  previousZoneId: string | null;
}

const aggregate = 'block';
const told = {
  ...seenInCalendar,
  audience: ({ orgId }: BlockFact) => holders('digilist.block.read', { orgs: [orgId] }),
};

export const blockCreated = event({
  aggregate,
  fact: 'created',
  summary: 'A time was taken out of the calendar',
  data: BlockFact,
  ...told,
});
export const blockChanged = event({
  aggregate,
  fact: 'changed',
  summary: 'A block was moved or changed',
  data: BlockChangedFact,
  audience: told.audience,
  publicly: ({ previousZoneId, ...fact }) =>
    told.publicly(
      previousZoneId === null || fact.zoneId === null ? { ...fact, zoneId: null } : { ...fact, previousZoneId },
    ),
});
export const blockRemoved = event({
  aggregate,
  fact: 'removed',
  summary: 'A block was removed; its time is free',
  data: BlockFact,
  ...told,
});

export const blockEvents = [blockCreated, blockChanged, blockRemoved] as const;
