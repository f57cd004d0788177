import { archiveListing, createListing } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import { BookingsModule } from '../features/bookings/index.js';
import { ListingsModule, UpkeepModule } from '../features/listings/index.js';
import { DigilistWorld, type Reply } from '../testing/digilist-world.js';
import { foundTown, settle, type Town } from './testing/platform-stand-in.js';

let world: DigilistWorld;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ListingsModule, UpkeepModule, BookingsModule]);
  await world.start([ListingsModule, UpkeepModule, BookingsModule]);
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

async function managedTown(limit: number | null): Promise<{ town: Town; userId: string }> {
  const limits = { 'digilist.listings': limit };
  const town = await foundTown(world.platform, {
    modules: ['digilist.listings'],
    limits,
    roles: { manager: ['digilist.*.*'] },
  });
  const { userId } = await settle(world.platform, town, { role: 'manager', scope: 'tenant' });
  await eventually(async () => {
    expect(await world.rows('SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1', [userId])).toHaveLength(1);
  });
  return { town, userId };
}

const listing = (town: Town) => ({
  orgId: town.orgId,
  type: 'SPACE',
  bookingModel: 'TIME_RANGE',
  paymentPolicy: 'FREE',
  name: { nb: 'Hallen' },
});
const codes = (replies: Reply[]) => replies.map(({ code = 'OK' }) => code).sort();

describe('a limit on how many there may be', () => {
  it('lets exactly three of twelve parallel listings in, and one more when one is archived', async () => {
    const { town, userId } = await managedTown(3);
    const create = () => world.call(createListing, town, userId, listing(town));
    const replies = await Promise.all(Array.from({ length: 12 }, create));
    expect(codes(replies)).toEqual([...Array(9).fill('LIMIT_EXCEEDED'), ...Array(3).fill('OK')]);
    const refusal = replies.find(({ ok }) => !ok)?.body;
    expect(refusal?.details).toEqual({ meter: 'digilist.listings', period: 'total', limit: 3, used: 3 });
    const id = replies.find(({ ok }) => ok)?.body.id;
    expect((await world.call(archiveListing, town, userId, { id })).ok).toBe(true);
    expect(codes([await create(), await create()])).toEqual(['LIMIT_EXCEEDED', 'OK']);
  });

  it('is none where the licence says unlimited, and stands in the way of no other tenant', async () => {
    const [full, free] = [await managedTown(0), await managedTown(null)];
    expect((await world.call(createListing, full.town, full.userId, listing(full.town))).code).toBe('LIMIT_EXCEEDED');
    expect((await world.call(createListing, free.town, free.userId, listing(free.town))).ok).toBe(true);
  });
});
