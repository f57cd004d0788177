import { createBooking, getListingAvailability } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { brokenInvariants } from '../../database/invariants.js';
import { foundTown, settle, type Town } from '../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { buildHall, type Hall } from '../../testing/hall.js';
import { CalendarModule } from '../calendar/index.js';
import { ListingsModule } from '../listings/index.js';
import { BookingsModule } from './index.js';

// The law of the calendar: a time is shown as free exactly when it can be booked.

const CASES = Number(process.env.LAW_CASES ?? 500);
const MINUTE = 60_000;

let world: DigilistWorld;
let town: Town;
let resident: string;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, CalendarModule, BookingsModule]);
  town = await foundTown(world.platform, {
    roles: { resident: ['digilist.booking.*'] },
    modules: ['digilist.booking', 'digilist.listings'],
    limits: { 'digilist.bookings': null },
  });
  resident = (await settle(world.platform, town, { role: 'resident', scope: 'user' })).userId;
  await eventually(async () => {
    const grants = 'SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1';
    expect(await world.rows(grants, [resident])).toHaveLength(1);
  });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const day = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 7 * 86_400_000;
const instant = (minutes: number) => new Date(day + minutes * MINUTE).toISOString();

/** Is it free by what the calendar shows, for so many? */
async function isShownFree(
  hall: Hall,
  zoneId: string,
  from: number,
  until: number,
  quantity: number,
): Promise<boolean> {
  const window = { id: hall.listingId, zoneId, from: instant(-1440), to: instant(4320), quantity };
  const { body } = await world.call(getListingAvailability, town, resident, window);
  const zones = body.zones as { free: { startsAt: string; endsAt: string }[] }[];
  return (zones[0]?.free ?? []).some(({ startsAt, endsAt }) => startsAt <= instant(from) && instant(until) <= endsAt);
}

const wish = fc.record({
  zone: fc.nat({ max: 3 }),
  from: fc.integer({ min: 0, max: 40 }).map((halfHours) => halfHours * 30),
  length: fc.integer({ min: 1, max: 8 }).map((halfHours) => halfHours * 30),
  quantity: fc.integer({ min: 1, max: 3 }),
});

describe('what is shown as free can be booked, and nothing else', () => {
  it.each([
    ['a hall', {}],
    ['a hall and its thirds', { parts: 3 }],
    ['a hall with buffers', { bufferMinutes: 30 }],
    ['a hall with buffers and its thirds', { parts: 3, bufferMinutes: 60 }],
    ['three of a kind', { stock: 3, type: 'RESOURCE' }],
  ])('%s', async (_what, options) => {
    const story = fc.array(wish, { minLength: 10, maxLength: 10 });
    const property = fc.asyncProperty(story, async (wishes) => {
      const hall = await buildHall(world, town, { ...options, pricePerHour: 0, paymentPolicy: 'FREE' });
      const zones = [hall.whole, ...hall.parts];
      for (const { zone, from, length, quantity } of wishes) {
        const zoneId = zones[zone % zones.length] as string;
        const count = 'stock' in options ? quantity : 1;
        const shown = await isShownFree(hall, zoneId, from, from + length, count);
        const request = {
          listingId: hall.listingId,
          zoneId,
          startsAt: instant(from),
          endsAt: instant(from + length),
          quantity: count,
          termsVersion: '1',
        };
        const reply = await world.call(createBooking, town, resident, request);
        expect([shown, reply.ok ? 'booked' : reply.code]).toEqual(shown ? [true, 'booked'] : [false, 'SLOT_CONFLICT']);
      }
    });
    await fc.assert(property, { numRuns: Math.ceil(CASES / 50), seed: 4711 });
  });
});

describe('afterwards', () => {
  it('leaves behind nothing that must never be', async () => {
    expect(await brokenInvariants((text) => world.rows(text))).toEqual([]);
  });
});
