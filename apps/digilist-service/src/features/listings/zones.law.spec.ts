import { createZone, getZone, retireZone, updateZone, type Zone } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { brokenInvariants } from '../../database/invariants.js';
import { BookingWorld, day } from '../../testing/booking-world.js';
import { buildHall } from '../../testing/hall.js';
import { BlocksModule } from '../blocks/index.js';
import { BookingsModule } from '../bookings/index.js';
import { ListingsModule } from './index.js';

// The law of zones: however they are composed and composed anew, whoever has a zone has its atoms, and nobody shares one.

const CASES = Number(process.env.LAW_CASES ?? 500);

let world: BookingWorld;
let manager: string;

beforeAll(async () => {
  world = await BookingWorld.open([ListingsModule, BookingsModule, BlocksModule]);
  manager = await world.person('manager', 'tenant');
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const pick = fc.nat({ max: 30 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('book' as const),
      zone: pick,
      hour: fc.nat({ max: 5 }),
      length: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('compose' as const),
      zone: pick,
      parts: fc.array(pick, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('add' as const), zone: pick, parts: fc.array(pick, { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retire' as const), zone: pick, keep: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const MAY_BE_REFUSED = [
  'SLOT_CONFLICT',
  'ZONE_COLLISION',
  'ZONE_INVALID',
  'ZONE_IN_USE',
  'LISTING_HAS_BOOKINGS',
  // With what is done at the same time.
  'ZONE_UNKNOWN',
  'NOT_FOUND',
  'STALE_VERSION',
];

async function take(listingId: string, zones: string[], wish: Step): Promise<void> {
  const of = (at: number) => zones[at % zones.length] as string;
  const zoneId = of(wish.zone);
  const ask = (operation: unknown, request: object, headers: Record<string, string> = {}) =>
    world.call(operation, { id: listingId, ...request }, { by: manager, headers });
  const act = async () => {
    if (wish.kind === 'book') {
      const time = { startsAt: day(0, wish.hour), endsAt: day(0, wish.hour + wish.length) };
      return world.book({ listingId } as never, { zoneId, ...time });
    }
    if (wish.kind === 'retire') return ask(retireZone, { zoneId, ...(wish.keep && { bookings: 'keep' }) });
    const partIds = [...new Set(wish.parts.map(of))];
    if (wish.kind === 'compose') {
      const { version } = (await ask(getZone, { zoneId })).body;
      return ask(updateZone, { zoneId, partIds }, { 'if-match': `"${version ?? 1}"` });
    }
    const made = await ask(createZone, {
      name: { nb: 'Del' },
      ...(partIds.length > 0 ? { partIds } : { partOf: [zoneId] }),
    });
    if (made.ok) zones.push((made.body as unknown as Zone).id);
    return made;
  };
  const reply = await act();
  if (!reply.ok) expect(MAY_BE_REFUSED).toContain(reply.code);
}

describe('whoever has a zone has its atoms, and nobody shares one', () => {
  it.each([
    ['one after the other', 1],
    ['four at a time', 4],
  ])('%s', async (_how, atOnce) => {
    let stories = 0;
    const property = fc.asyncProperty(fc.array(step, { minLength: 16, maxLength: 16 }), async (steps) => {
      const { listingId, whole, parts } = await buildHall(world.digilist, world.town, {
        parts: 3,
        pricePerHour: 0,
        paymentPolicy: 'FREE',
      });
      const zones = [whole, ...parts];
      for (let at = 0; at < steps.length; at += atOnce)
        await Promise.all(steps.slice(at, at + atOnce).map((each) => take(listingId, zones, each)));
      // Looks at every row there is: after each story that would take longer than the stories.
      stories += 1;
      if (stories % 8 === 0) expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
    });
    await fc.assert(property, { numRuns: Math.ceil(CASES / 32), seed: 4711, endOnFailure: true });
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  });
});
