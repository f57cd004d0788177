import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type RunningSystem, SseClient, startSystem } from '@kit/testing';
import { outcome } from './support/http.js';
import { bookingOf, type Municipality, municipality, type Person } from './support/municipality.js';

let system: RunningSystem;
let town: Municipality;
const open: SseClient[] = [];
beforeAll(async () => {
  system = await startSystem({ appEnv: { gateway: { GATEWAY_LIMIT_ADDRESS: '0', GATEWAY_LIMIT_USER: '0' } } });
  town = await municipality(system);
}, 120_000);
afterAll(() => system?.stop(), 60_000);
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

type Who = Person | { tenant: string };
const headersOf = (who: Who): Record<string, string> =>
  'tenant' in who ? { 'x-tenant': who.tenant } : { authorization: `Bearer ${who.client.tokens?.accessToken}` };

async function listen(who: Who, query = '', lastId: string | null = null): Promise<SseClient> {
  const resume: Record<string, string> = lastId === null ? {} : { 'last-event-id': lastId };
  const client = await SseClient.ready(`${system.gatewayUrl}/api/v1/events${query}`, { ...headersOf(who), ...resume });
  open.push(client);
  return client;
}

const book = async (days: number, hour: number, by = town.resident) =>
  (await by.client.digilist.createBooking(bookingOf(town.hall, days, hour))).id;
const confirmedIn = (client: SseClient): string[] =>
  client.events.filter(({ type }) => type === 'digilist.booking.confirmed.v1').map(({ subject }) => subject);
const changesIn = (client: SseClient) => client.events.filter(({ type }) => type === 'digilist.calendar.changed.v1');
const WITHIN_A_SECOND = { within: 1_000 };

describe('two browsers and a stranger look at a calendar', () => {
  it('a booking is seen by who may see it within a second, and by the stranger as a changed calendar', async () => {
    const neighbour = await town.person('neighbour', [{ role: 'end_user' }]);
    const stranger = { tenant: town.slug };
    const [booker, handler, other, passerBy, page] = await Promise.all([
      listen(town.resident),
      listen(town.handler),
      listen(neighbour),
      listen(stranger),
      listen(town.resident, `?types=digilist.calendar&about=${town.hall.id}`),
    ]);
    const id = await book(3, 9);
    await eventually(() => {
      for (const client of [booker, handler]) expect(confirmedIn(client)).toEqual([id]);
      for (const client of [other, passerBy, page]) expect(changesIn(client)).toHaveLength(1);
    }, WITHIN_A_SECOND);
    const { startsAt, endsAt } = bookingOf(town.hall, 3, 9);
    for (const client of [other, passerBy, page]) {
      expect(confirmedIn(client)).toEqual([]);
      const data = changesIn(client)[0]?.data ?? {};
      expect(Object.keys(data).sort()).toEqual(['endsAt', 'listingId', 'startsAt', 'zoneIds']);
      expect(data).toMatchObject({ listingId: town.hall.id, zoneIds: [town.hall.thirds[0]] });
      expect([data.startsAt, data.endsAt].map((time) => new Date(String(time)).toISOString())).toEqual([
        startsAt,
        endsAt,
      ]);
      const told = JSON.stringify(client.heard.filter(({ event }) => event === 'message'));
      for (const hidden of [id, town.resident.id, town.handler.id]) expect(told).not.toContain(hidden);
    }
    await town.resident.client.digilist.cancelBooking({ id, reason: 'Syk' });
    await eventually(() => {
      expect(booker.types).toContain('digilist.booking.cancelled.v1');
      expect(changesIn(passerBy)).toHaveLength(2);
    }, WITHIN_A_SECOND);
    expect(JSON.stringify(passerBy.heard)).not.toContain('Syk');
  }, 30_000);

  it('another municipality hears nothing of it', async () => {
    const elsewhere = await municipality(system);
    const [theirs, stranger, ours] = await Promise.all([
      listen(elsewhere.admin),
      listen({ tenant: elsewhere.slug }),
      listen(town.handler),
    ]);
    const id = await book(3, 10);
    await eventually(() => expect(confirmedIn(ours)).toEqual([id]));
    const own = (await elsewhere.resident.client.digilist.createBooking(bookingOf(elsewhere.hall, 3, 10))).id;
    await eventually(() => expect(confirmedIn(theirs)).toEqual([own]));
    expect(JSON.stringify([theirs.heard, stranger.heard])).not.toContain(town.hall.id);
  }, 60_000);

  it('PLATFORM is heard as well, by those who may', async () => {
    const newcomer = await town.person('newcomer');
    const [admin, theirs] = await Promise.all([
      listen(town.admin, '?types=platform'),
      listen(newcomer, '?types=platform.user_role'),
    ]);
    const other = await town.person('other', [{ role: 'end_user' }]);
    await town.grant(newcomer.id, 'end_user');
    await eventually(() => {
      expect(admin.types).toContain('platform.user_role.granted.v1');
      expect(theirs.events.map(({ data }) => data.userId)).toEqual([newcomer.id]);
    });
    expect(JSON.stringify(theirs.events)).not.toContain(other.id);
  }, 30_000);
});

describe('the connection breaks', () => {
  it('while the gateway and DIGILIST are started anew: nothing is lost, nothing comes twice', async () => {
    const first = await listen(town.handler, '?types=digilist.booking');
    const booked = [await book(4, 8)];
    await eventually(() => expect(confirmedIn(first)).toEqual(booked));
    await system.apps.gateway.kill('SIGKILL');
    await eventually(() => expect(first.ended).toBe(true));
    await system.apps.digilist.kill('SIGKILL');
    await Promise.all([system.apps.gateway.restart(), system.apps.digilist.restart()]);
    booked.push(await book(4, 9), await book(4, 10));
    const second = await listen(town.handler, '?types=digilist.booking', first.lastId);
    await system.apps.digilist.restart();
    booked.push(await book(4, 11));
    await eventually(() => expect([...confirmedIn(first), ...confirmedIn(second)]).toEqual(booked), { within: 10_000 });
    second.close();
    booked.push(await book(4, 12));
    const third = await listen(town.handler, '?types=digilist.booking', second.lastId);
    expect([first, second, third].flatMap(confirmedIn)).toEqual(booked);
    const all = [first, second, third].flatMap(({ events }) => events.map(({ id }) => id));
    expect(new Set(all).size).toBe(all.length);
  }, 60_000);
});

describe('rights end', () => {
  it('with a grant that is revoked: within five seconds nothing more is heard', async () => {
    const colleague = await town.person('colleague');
    const grantId = await town.grant(colleague.id, 'case_handler');
    await eventually(async () => expect(await outcome(colleague.client.digilist.listBookings({}))).toBe('ok'));
    const [theirs, witness] = await Promise.all([listen(colleague), listen(town.handler)]);
    const seen = await book(5, 8);
    await eventually(() => expect(confirmedIn(theirs)).toEqual([seen]));
    await town.admin.client.platform.revokeRole({ id: colleague.id, grantId } as never);
    const revoked = Date.now();
    let hours = 0;
    const shown = async () => {
      const id = await book(6 + Math.floor(hours / 6), 8 + (hours++ % 6));
      await eventually(() => expect(confirmedIn(witness)).toContain(id));
      return confirmedIn(theirs).includes(id);
    };
    while (await shown()) expect(Date.now() - revoked).toBeLessThan(5_000);
    expect(await shown()).toBe(false);
    expect(changesIn(theirs).length).toBeGreaterThan(0);
  }, 60_000);

  it('with the session: the stream ends', async () => {
    const leaver = await town.person('leaver', [{ role: 'end_user' }]);
    const client = await listen(leaver);
    await leaver.client.platform.logout({} as never);
    await eventually(() => expect(client.named('end').map(({ data }) => data)).toEqual([{ reason: 'session_ended' }]));
    expect(client.ended).toBe(true);
  }, 30_000);
});
