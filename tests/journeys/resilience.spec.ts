import { bookingConfirmed, bookingRequested } from '@digilist/contracts';
import { DURABLE } from '@examples/subscriber';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAs, subscribe } from '@kit/subscriber';
import { eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { type Answer, http, outcome, tally } from './support/http.js';
import { bookingOf, type Municipality, municipality, signIn } from './support/municipality.js';

/** Every request is answered within the gateway's deadline; what is beyond it is the way back. */
const DEADLINE_MS = 3_000;
const SLACK_MS = 1_500;

let system: RunningSystem;
let town: Municipality;
beforeAll(async () => {
  system = await startSystem({
    appEnv: { gateway: { GATEWAY_LIMIT_ADDRESS: '0', GATEWAY_LIMIT_USER: '0', GATEWAY_LIMIT_CREDENTIALS: '0' } },
  });
  town = await municipality(system);
}, 120_000);
afterAll(() => system?.stop(), 60_000);

const post = (body: unknown): Promise<Answer & { ms: number }> =>
  timed(() => http(system.gatewayUrl, 'POST', '/api/v1/bookings', { client: town.resident.client, body }));

async function timed(work: () => Promise<Answer>): Promise<Answer & { ms: number }> {
  const began = Date.now();
  const answer = await work();
  return { ...answer, ms: Date.now() - began };
}

function expectUnavailable(answer: Answer & { ms: number }): void {
  expect({ status: answer.status, code: answer.body.code }).toEqual({
    status: 503,
    code: expect.stringMatching(/^(SERVICE_UNAVAILABLE|DEADLINE_EXCEEDED)$/),
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.ms).toBeLessThan(DEADLINE_MS + SLACK_MS);
}

const bookings = async (): Promise<{ id: string; startsAt: string }[]> =>
  query(
    system.urls.digilist.superuser,
    `select id, to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startsAt" from digilist.bookings where tenant_id = $1`,
    [town.id],
  );

/** Nothing half-done: a booking that stands has its time, its history and its events, and nothing else has. */
async function expectWhole(): Promise<void> {
  const [row] = await query<{ without_time: number; time_without: number; without_history: number }>(
    system.urls.digilist.superuser,
    `select
       (select count(*)::int from digilist.bookings b where b.tenant_id = $1 and b.status in ('confirmed', 'awaiting_approval')
          and not exists (select from digilist.allocations a where a.tenant_id = $1 and a.booking_id = b.id and a.active)) as without_time,
       (select count(*)::int from digilist.allocations a where a.tenant_id = $1 and a.active and a.booking_id is not null
          and not exists (select from digilist.bookings b where b.tenant_id = $1 and b.id = a.booking_id)) as time_without,
       (select count(*)::int from digilist.bookings b where b.tenant_id = $1
          and not exists (select from digilist.booking_history h where h.tenant_id = $1 and h.booking_id = b.id)) as without_history`,
    [town.id],
  );
  expect(row).toEqual({ without_time: 0, time_without: 0, without_history: 0 });
}

describe('DIGILIST is gone', () => {
  it('killed: 503 within the deadline, PLATFORM goes on; back: it serves, and nothing half-done is left', async () => {
    const before = await bookings();
    await system.apps.digilist.kill('SIGKILL');
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => post(bookingOf(town.hall, 3, n))));
    for (const answer of answers) expectUnavailable(answer);
    expect(await outcome(town.resident.client.platform.getMe())).toBe('ok');
    expect(await bookings()).toEqual(before);
    await system.apps.digilist.restart();
    expect(await outcome(town.resident.client.digilist.createBooking(bookingOf(town.hall, 3, 0)))).toBe('ok');
    await expectWhole();
  }, 60_000);

  it('killed in the middle of bookings: what was acknowledged is there, everything that is there is whole', async () => {
    const acknowledged: string[] = [];
    const attempts = Array.from({ length: 40 }, async (_, n) => {
      const answer = await post(bookingOf(town.hall, 4 + Math.floor(n / 20), n % 20));
      if (answer.status === 201) acknowledged.push(String(answer.body.id));
      return answer.status;
    });
    await Promise.race(attempts);
    await system.apps.digilist.kill('SIGKILL');
    const statuses = await Promise.all(attempts);
    expect(Object.keys(tally(statuses.map(String))).every((status) => status === '201' || status === '503')).toBe(true);
    await system.apps.digilist.restart();
    const there = new Set((await bookings()).map(({ id }) => id));
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
    await expectWhole();
  }, 60_000);

  it('frozen: 503 within the deadline, and a request whose deadline has passed is not carried out afterwards', async () => {
    await system.apps.digilist.kill('SIGSTOP');
    let answer: Awaited<ReturnType<typeof post>>;
    try {
      answer = await post(bookingOf(town.hall, 7, 9));
    } finally {
      await system.apps.digilist.kill('SIGCONT');
    }
    expectUnavailable(answer);
    // It is awake again when it answers this one; the late one came before and has been dropped by then.
    await eventually(async () => expect(await outcome(town.resident.client.digilist.listBookings({}))).toBe('ok'));
    const late = bookingOf(town.hall, 7, 9);
    expect((await bookings()).map(({ startsAt }) => startsAt)).not.toContain(late.startsAt);
  }, 60_000);
});

describe('NATS is gone', () => {
  it('503 within the deadline, nothing is booked; serving at most 5 s after its return', async () => {
    const before = await bookings();
    await system.nats.kill('SIGKILL');
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => post(bookingOf(town.hall, 8, n))));
    for (const answer of answers) expectUnavailable(answer);
    expect(await bookings()).toEqual(before);
    await system.nats.restart();
    await eventually(
      async () =>
        expect(await outcome(town.resident.client.digilist.createBooking(bookingOf(town.hall, 8, 10)))).toBe('ok'),
      { within: 5_000 },
    );
    await expectWhole();
  }, 60_000);

  it('killed in the middle of bookings: every booking that was committed is told to the subscriber, once it is back', async () => {
    const connection = await connectAs({ servers: system.nats.url, ...system.nats.credentials.subscriber });
    const told = new Map<string, Set<string>>();
    const subscription = await subscribe(connection, {
      durable: DURABLE,
      // Booked at night: somebody has to decide.
      events: [bookingConfirmed, bookingRequested],
      handle: ({ subject, id }) => void told.set(subject, (told.get(subject) ?? new Set()).add(id)),
    });
    try {
      const attempts = Array.from({ length: 40 }, (_, n) =>
        post(bookingOf(town.hall, 10 + Math.floor(n / 20), n % 20)),
      );
      await Promise.race(attempts);
      await system.nats.kill('SIGKILL');
      for (const { status } of await Promise.all(attempts)) expect([201, 503]).toContain(status);
      const unpublished = () =>
        query(system.urls.digilist.superuser, 'select 1 from digilist.outbox where published_at is null');
      // What was committed waits in the outbox, or this test would prove nothing.
      expect((await unpublished()).length).toBeGreaterThan(0);
      await system.nats.restart();
      const there = await bookings();
      expect(there.length).toBeGreaterThan(0);
      await eventually(
        () => {
          const untold = there.filter(({ id }) => !told.has(id));
          expect(untold).toEqual([]);
        },
        { within: 20_000 },
      );
      // And nothing was told twice under two ids: the same fact is the same event.
      expect([...told.values()].filter((ids) => ids.size > 1)).toEqual([]);
      await eventually(async () => expect(await unpublished()).toEqual([]));
    } finally {
      await subscription.close();
      await connection.close();
    }
  }, 90_000);
});

describe('PLATFORM is gone', () => {
  it('bookings go on with the copies and the keys that are there; signing in is 503; audit follows when it is back', async () => {
    await system.apps.platform.kill('SIGKILL');
    const { digilist } = town.resident.client;
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => outcome(digilist.createBooking(bookingOf(town.hall, 20, n)))),
    );
    expect(tally(outcomes)).toEqual({ ok: 10 });
    const login = await timed(() =>
      http(system.gatewayUrl, 'POST', '/api/v1/auth/login', {
        tenant: town.slug,
        body: { email: town.resident.email, password: town.resident.password },
      }),
    );
    expectUnavailable(login);
    // A service that starts while PLATFORM is away has its copies too; the keys it must have fetched before.
    await system.apps.platform.restart();
    expect(await outcome(signIn(system.gatewayUrl, town.slug, town.resident.email, town.resident.password))).toBe('ok');
    const { data } = await digilist.listBookings({ from: bookingOf(town.hall, 20, 0).startsAt, limit: 200 });
    const audited = async () => {
      const { data: records } = await town.admin.client.platform.listAuditLogs({
        action: 'digilist.booking.create',
        limit: 200,
      });
      return new Set(records.map(({ entityId }) => entityId));
    };
    await eventually(
      async () => {
        const seen = await audited();
        expect(data.filter(({ id }) => !seen.has(id))).toEqual([]);
      },
      { within: 10_000 },
    );
    expect(await town.admin.client.platform.verifyAuditLogs({})).toMatchObject({ intact: true });
  }, 60_000);
});
