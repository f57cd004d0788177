import type { StateMessage } from '@kit/contracts';
import { eventually, markPerson, rowsHolding, stopPostgres, unannotatedColumns } from '@kit/testing';
import {
  type ClosePersonalData,
  closePersonalData,
  consentState,
  dataSubjectRequestState,
  type ReportPersonalData,
  reportPersonalData,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { DigilistWorld } from '../../testing/digilist-world.js';
import { foundTown, settle, type Town } from '../testing/platform-stand-in.js';
import { DIGILIST_REGISTRY } from './registry.js';

let world: DigilistWorld;
let town: Town;
let userId: string;
const reported: ReportPersonalData[] = [];
const closed: ClosePersonalData[] = [];

beforeAll(async () => {
  world = await DigilistWorld.open();
  world.excuse(
    'the lines of a price add up to it',
    'the books promise what the refunds promise',
    'the sums of a payment are those of its bookings and of its refunds',
    'invoices and credit notes of a tenant are numbered without a gap',
    'an invoice is the sum of its lines',
    'what an invoice says was paid is what was recorded',
    'a booking is on one invoice, and only one of all that it stands on is not credited',
    'what buyers owe in the books is what their invoices say',
    'a booking that holds its time has it, and any other has none',
    'a booking waits for a decision exactly when its approval is open',
    'a hold that goes on has its time, and one that has ended has none',
    'the history of a booking ends in its status and has no gap',
  );
  world.platform.answer(reportPersonalData, (request: ReportPersonalData) => {
    reported.push(request);
    return { taken: true };
  });
  world.platform.answer(closePersonalData, (request: ClosePersonalData) => {
    closed.push(request);
    return { taken: true };
  });
  town = await foundTown(world.platform);
  await world.start();
}, 60_000);
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});
beforeEach(async () => {
  ({ userId } = await settle(world.platform, town, null));
  await eventually(async () =>
    expect(await world.rows('SELECT 1 FROM digilist.platform_users WHERE id = $1', [userId])).toHaveLength(1),
  );
});

const publish = async (kind: string, change: object = {}, id = uuidv7(), version = 1): Promise<string> => {
  const { tenantId } = town;
  const data = { id, tenantId, version, userId, kind, status: 'in_progress', awaiting: ['digilist'], restricts: false };
  const message: StateMessage = {
    id,
    tenantId,
    version,
    deleted: false,
    time: new Date().toISOString(),
    data: { ...data, ...change },
  };
  await world.platform.publish(dataSubjectRequestState, message);
  return id;
};
const answerTo = (id: string): Promise<ClosePersonalData> =>
  eventually(
    async () => {
      const found = closed.filter(({ requestId }) => requestId === id);
      expect(found.length).toBeGreaterThan(0);
      return found.at(-1) as ClosePersonalData;
    },
    { within: 15_000 },
  );
const superuser = () => world.database.urls.superuser;

describe('what is personal', () => {
  test('is annotated or declared impersonal, column by column: one that nobody thought of fails here', async () => {
    expect(await unannotatedColumns(superuser(), DIGILIST_REGISTRY)).toEqual([]);
  });

  test('is handed over, all of it; afterwards it is nowhere, and what the law keeps is registered', async () => {
    const person = { tenantId: town.tenantId, userId, email: `${userId}@example.no` };
    const markers = await markPerson(superuser(), DIGILIST_REGISTRY, person);
    await world.rows(
      "UPDATE digilist.bookings SET status = 'confirmed', total = 5000, net = 5000, vat = 0 WHERE user_id = $1",
      [userId],
    );
    const access = await publish('access');
    const { parts, outcome } = await answerTo(access);
    expect(outcome).toBe('completed');
    const mine = reported.filter(({ requestId }) => requestId === access);
    expect(mine.map(({ part }) => part)).toEqual(Array.from({ length: parts }, (_, at) => at + 1));
    const text = JSON.stringify(mine);
    const withheld = new Set(
      DIGILIST_REGISTRY.tables.flatMap(({ table, columns }) =>
        Object.entries(columns).flatMap(([column, { withheld }]) => (withheld ? [`${table}.${column}`] : [])),
      ),
    );
    expect(markers.size).toBeGreaterThan(12);
    for (const [column, marker] of markers)
      expect([column, text.includes(marker)]).toEqual([column, !withheld.has(column)]);

    const erasure = await publish('erasure');
    const answer = await answerTo(erasure);
    expect(answer).toMatchObject({
      outcome: 'completed',
      parts: 0,
      erased: { 'digilist.bookings': expect.any(Number), 'digilist.notifications': 3 },
      retained: expect.arrayContaining(
        ['digilist.bookings', 'digilist.invoices'].map((category) =>
          expect.objectContaining({ category, legalGround: expect.stringContaining('§ 13') }),
        ),
      ),
    });
    expect(await rowsHolding(superuser(), 'digilist', 'marker-')).toEqual([]);
    const [kept] = await world.rows<{ retain_until: Date; total: string }>(
      `SELECT g.retain_until, b.total FROM digilist.retention_register g
       JOIN digilist.bookings b ON b.tenant_id = g.tenant_id AND b.id = g.row_id WHERE g.user_id = $1`,
      [userId],
    );
    // The end of the accounting year in which the use ended, and five years more.
    expect(kept).toMatchObject({ total: '5000', retain_until: expect.any(Date) });
    expect(kept?.retain_until.toISOString()).toMatch(/-12-31T23:00:00.000Z$/);
  }, 60_000);
});

describe('a request', () => {
  test('about somebody DIGILIST knows little of is answered all the same', async () => {
    const answer = await answerTo(await publish('portability'));
    expect(answer).toMatchObject({ outcome: 'completed', parts: 1 });
    expect(await answerTo(await publish('objection'))).toMatchObject({ outcome: 'nothing', parts: 0 });
    expect(await answerTo(await publish('rectification'))).toMatchObject({ outcome: 'completed', parts: 0 });
  }, 60_000);

  test('that waits for others only is left alone, and one that is asked again is answered again', async () => {
    const others = await publish('access', { awaiting: ['acme'] });
    const id = await publish('objection');
    await answerTo(id);
    const before = closed.length;
    await publish('objection', {}, id, 2);
    await eventually(async () => expect(closed.length).toBe(before + 1), { within: 15_000 });
    expect(closed.filter(({ requestId }) => requestId === others)).toEqual([]);
  }, 60_000);

  test('of erasure that was met while an older backup was yet to be restored is done again, without a second answer', async () => {
    const id = await publish('erasure', { status: 'completed', awaiting: [] });
    await eventually(
      async () =>
        expect(await world.rows('SELECT name FROM digilist.platform_users WHERE id = $1', [userId])).toEqual([
          { name: expect.stringMatching(/^erased-/) },
        ]),
      { within: 15_000 },
    );
    expect(closed.filter(({ requestId }) => requestId === id)).toEqual([]);
  }, 60_000);
});

describe('a consent', () => {
  test('is copied, and a later word takes the place of an earlier one', async () => {
    const id = uuidv7();
    const { tenantId } = town;
    const say = (version: number, status: string) =>
      world.platform.publish(consentState, {
        id,
        tenantId,
        version,
        deleted: false,
        time: new Date().toISOString(),
        data: { id, tenantId, version, userId, purposeKey: 'digilist.news', purposeVersion: 1, status },
      });
    const known = () => world.rows('SELECT status FROM digilist.platform_consents WHERE id = $1', [id]);
    await say(1, 'given');
    await eventually(async () => expect(await known()).toEqual([{ status: 'given' }]));
    await say(2, 'withdrawn');
    await eventually(async () => expect(await known()).toEqual([{ status: 'withdrawn' }]));
    await say(1, 'given');
    expect(await known()).toEqual([{ status: 'withdrawn' }]);
  });
});
