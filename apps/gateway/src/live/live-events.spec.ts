import { randomUUID } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, SseClient } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import type { RunningGateway } from '../gateway.js';
import {
  asked,
  endedSessions,
  keyTurned,
  publisher,
  READ_WIDGETS,
  rights,
  shelfChanged,
  widgetMade,
} from '../testing/live-widgets.js';
import { claims, sign, startWorld, TENANT_ID, type World } from '../testing/world.js';
import { LiveEvents } from './live-events.js';

let world: World;
let gateway: RunningGateway;
let digilist: Awaited<ReturnType<typeof publisher>>;
let platform: Awaited<ReturnType<typeof publisher>>;
const open: SseClient[] = [];

beforeAll(async () => {
  world = await startWorld({ streams: true });
  gateway = await world.gateway();
  digilist = await publisher(world.server, 'digilist');
  platform = await publisher(world.server, 'platform');
});
afterAll(async () => {
  await digilist.close();
  await platform.close();
  await world.stop();
});
beforeEach(() => rights.clear());
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

const bearer = (userId: string, overrides: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${sign(world.signer, claims({ sub: userId, ...overrides }))}`,
});
const STRANGER = { 'x-tenant': 'fjordvik' };

async function listen(headers: Record<string, string>, query = '', at = gateway): Promise<SseClient> {
  const client = await SseClient.ready(`${at.url}/api/v1/events${query}`, headers);
  open.push(client);
  return client;
}

const shelf = uuidv7();
const make = (ownerId: string = uuidv7(), shelfId = shelf, tenantId = TENANT_ID) =>
  digilist.tell(widgetMade, { shelfId, ownerId, secret: 'who it is' }, tenantId);
const turn = (tenantId = TENANT_ID) => platform.tell(keyTurned, { shelfId: shelf }, tenantId);
const ids = (client: SseClient): string[] => client.events.map(({ id }) => id);

describe('whoever listens', () => {
  it('sees what they may read, at once and in order; everybody else sees what is public of it', async () => {
    const [owner, clerk, neighbour] = [uuidv7(), uuidv7(), uuidv7()];
    rights.set(owner, { [READ_WIDGETS]: { own: true } });
    rights.set(clerk, { [READ_WIDGETS]: { orgIds: [shelf] }, 'platform.lock.read': { tenant: true } });
    rights.set(neighbour, { [READ_WIDGETS]: { orgIds: [uuidv7()], own: true } });
    const [o, c, n, s] = await Promise.all([
      listen(bearer(owner)),
      listen(bearer(clerk)),
      listen(bearer(neighbour)),
      listen(STRANGER),
    ]);
    const first = await make(owner);
    const second = await make();
    const turned = await turn();
    await eventually(() => {
      // Between two services there is no order.
      const both = ['digilist.widget.made.v1', 'digilist.widget.made.v1', 'platform.lock.turned.v1'];
      expect([...c.types].sort()).toEqual(both);
      expect(ids(c).filter((id) => id !== turned)).toEqual([first, second]);
      expect(o.types).toEqual(['digilist.widget.made.v1', 'digilist.shelf.changed.v1']);
      for (const other of [n, s])
        expect(other.types).toEqual(['digilist.shelf.changed.v1', 'digilist.shelf.changed.v1']);
    });
    for (const client of [o, n, s]) expect(ids(client)).toEqual([first, second]);
    const text = JSON.stringify([n.heard, s.heard]);
    for (const hidden of [owner, 'who it is', 'audience', 'actor', 'correlationid']) expect(text).not.toContain(hidden);
    expect(s.events[0]).toMatchObject({
      specversion: '1.0',
      subject: shelf,
      data: { shelfId: shelf },
      tenantid: TENANT_ID,
    });
  });

  it('hears of the own tenant only', async () => {
    const user = uuidv7();
    rights.set(user, { [READ_WIDGETS]: { tenant: true } });
    const [mine, stranger] = [await listen(bearer(user)), await listen(STRANGER)];
    await make(user, shelf, uuidv7());
    const own = await make();
    await eventually(() => expect([ids(mine), ids(stranger)]).toEqual([[own], [own]]));
  });

  it('is told what they asked for, by type and by what it is about', async () => {
    const user = uuidv7();
    rights.set(user, { [READ_WIDGETS]: { tenant: true }, 'platform.lock.read': { tenant: true } });
    const other = uuidv7();
    const locks = await listen(bearer(user), '?types=platform');
    const shelves = await listen(bearer(user), '?types=digilist.shelf');
    const about = await listen(bearer(user), `?types=digilist.widget&types=platform.lock&about=${other}`);
    const before = await make();
    const after = await make(uuidv7(), other);
    const key = await turn();
    await eventually(() => {
      expect(ids(locks)).toEqual([key]);
      expect(ids(shelves)).toEqual([before, after]);
      expect(ids(about)).toEqual([after]);
    });
    expect(new Set(shelves.types)).toEqual(new Set([shelfChanged.type]));
  });

  it('is refused when the request makes no sense', async () => {
    const status = async (query: string, headers: Record<string, string>) =>
      (await SseClient.open(`${gateway.url}/api/v1/events${query}`, headers)).status;
    expect(await status('?types=digilist.wid', STRANGER)).toBe(400);
    expect(await status('?about=me', STRANGER)).toBe(400);
    expect(await status('?colour=red', STRANGER)).toBe(400);
    expect(await status('', {})).toBe(400);
    expect(await status('', { authorization: 'Bearer a.b.c' })).toBe(401);
    expect(await status('', { ...STRANGER, cookie: '__Host-access=a.b.c' })).toBe(401);
    expect((await fetch(`${gateway.url}/api/v1/events`, { method: 'POST', headers: STRANGER })).status).toBe(405);
  });
});

describe('a connection that was lost', () => {
  it('goes on after the last id: nothing is missing, nothing comes twice, not even over several gateways', async () => {
    const user = uuidv7();
    rights.set(user, { [READ_WIDGETS]: { tenant: true }, 'platform.lock.read': { tenant: true } });
    const other = await world.gateway();
    let client = await listen(bearer(user));
    const told: string[] = [];
    const got: string[] = [];
    let telling = true;
    const teller = (async () => {
      while (telling) told.push(await make(), await turn());
    })();
    for (let round = 0; round < 10; round++) {
      const wanted = got.length + 15;
      await eventually(() => expect(got.length + client.events.length).toBeGreaterThanOrEqual(wanted));
      client.close();
      got.push(...ids(client));
      const resume = { ...bearer(user), 'last-event-id': client.lastId as string };
      client = await SseClient.open(`${(round % 2 ? gateway : other).url}/api/v1/events`, resume);
      open.push(client);
    }
    telling = false;
    await teller;
    await eventually(() => expect(got.length + client.events.length).toBeGreaterThanOrEqual(told.length));
    got.push(...ids(client));
    expect(new Set(got).size).toBe(got.length);
    expect([...got].sort()).toEqual([...told].sort());
    const ofDigilist = (all: string[]) => all.filter((id) => told.indexOf(id) % 2 === 0);
    expect(ofDigilist(got)).toEqual(ofDigilist(told));
  });

  it('goes on by a query, too, and where nothing has happened since the connection began', async () => {
    const client = await listen(STRANGER);
    client.close();
    const missed = await make();
    const again = await listen(STRANGER, `?after=${encodeURIComponent(client.lastId as string)}`);
    expect(ids(again)).toEqual([missed]);
  });

  it('is told to read anew when what it missed is not kept any more', async () => {
    for (const lost of [`digilist:${uuidv7()}`, 'nonsense', `digilist:${uuidv7({ msecs: 1_600_000_000_000 })}`]) {
      const client = await listen({ ...STRANGER, 'last-event-id': lost });
      expect(client.named('reset').map(({ data }) => data)).toContainEqual({ context: 'digilist' });
      const next = await make();
      await eventually(() => expect(ids(client)).toEqual([next]));
      client.close();
    }
  });

  it('survives a restart of the services and of NATS without connecting again', async () => {
    const user = uuidv7();
    rights.set(user, { [READ_WIDGETS]: { tenant: true } });
    const client = await listen(bearer(user));
    const told = [await make()];
    await eventually(() => expect(ids(client)).toEqual(told));
    await world.stopServices();
    told.push(await make());
    await world.startServices();
    await eventually(() => expect(ids(client)).toEqual(told), { within: 15_000 });
    await world.server.restart();
    await eventually(async () => void told.push(await make()), { within: 15_000 });
    await eventually(() => expect(ids(client)).toEqual(told), { within: 15_000 });
    expect(client.ended).toBe(false);
  });
});

describe('rights that are taken back', () => {
  it('end within five seconds, and rights that are given begin', async () => {
    const user = uuidv7();
    rights.set(user, { [READ_WIDGETS]: { tenant: true } });
    const client = await listen(bearer(user), '?types=digilist.widget');
    const seen = await make();
    await eventually(() => expect(ids(client)).toEqual([seen]));
    const witness = await listen(STRANGER);
    const shown = async () => {
      const id = await make();
      await eventually(() => expect(ids(witness)).toContain(id));
      return ids(client).includes(id);
    };
    rights.set(user, {});
    const revoked = Date.now();
    while (await shown()) expect(Date.now() - revoked).toBeLessThan(5_000);
    const before = asked.viewer;
    const seenBefore = client.events.length;
    for (let n = 0; n < 20; n++) expect(await shown()).toBe(false);
    expect(client.events.length).toBe(seenBefore);
    // Not for each event that they may not see.
    expect(asked.viewer - before).toBeLessThan(3);
    rights.set(user, { [READ_WIDGETS]: { tenant: true } });
    const again = await SseClient.ready(`${gateway.url}/api/v1/events?types=digilist.widget`, bearer(user));
    open.push(again);
    const back = await make();
    await eventually(() => expect(ids(again)).toEqual([back]));
  }, 30_000);

  it('end with the session, at once, and with the token', async () => {
    const user = uuidv7();
    const sid = randomUUID();
    const client = await listen(bearer(user, { sid }));
    const other = await listen(bearer(user));
    endedSessions.add(sid);
    const { sessionEnded } = await import('@platform/contracts');
    await platform.tell(sessionEnded, { userId: user, reason: 'logout' }, TENANT_ID, sid);
    await eventually(() => expect(client.ended).toBe(true));
    expect(client.named('end').map(({ data }) => data)).toEqual([{ reason: 'session_ended' }]);
    expect(other.ended).toBe(false);
    expect((await SseClient.open(`${gateway.url}/api/v1/events`, bearer(user, { sid }))).status).toBe(401);
    const now = Math.floor(Date.now() / 1000);
    const brief = await listen(bearer(user, { iat: now - 298, exp: now + 2 }));
    await eventually(() => expect(brief.ended).toBe(true), { within: 6_000 });
    expect(brief.named('end').map(({ data }) => data)).toEqual([{ reason: 'token_expired' }]);
  }, 20_000);
});

describe('a gateway', () => {
  it('lets in so many and no more, of one user and altogether', async () => {
    const small = await world.gateway({
      GATEWAY_LIVE_LIMIT: '4',
      GATEWAY_LIVE_USER_LIMIT: '2',
      GATEWAY_LIVE_ADDRESS_LIMIT: '3',
    });
    const user = uuidv7();
    const attempt = async (headers: Record<string, string>) => {
      const client = await SseClient.open(`${small.url}/api/v1/events`, headers);
      open.push(client);
      return client;
    };
    const first = await attempt(bearer(user));
    expect([first.status, (await attempt(bearer(user))).status]).toEqual([200, 200]);
    const third = await attempt(bearer(user));
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30']);
    expect([(await attempt(STRANGER)).status, (await attempt(STRANGER)).status]).toEqual([200, 200]);
    const fifth = await attempt(bearer(uuidv7()));
    expect([fifth.status, fifth.headers.get('retry-after')]).toEqual([503, '30']);
    first.close();
    await eventually(async () => expect((await attempt(bearer(user))).status).toBe(200));
    await small.stop();
  });

  it('forgets who goes away, also before they were let in', async () => {
    const live = gateway.app.get(LiveEvents);
    await eventually(() => expect(live.size).toBe(0));
    await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const left = request(`${gateway.url}/api/v1/events`, { headers: STRANGER }).once('error', () => undefined);
        left.end();
        await new Promise((resolve) => setTimeout(resolve, n / 3));
        left.destroy();
      }),
    );
    const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
    await eventually(async () => {
      expect(live.size).toBe(0);
      expect(await metrics()).toMatch(/http_server_listening\{[^}]*\} 0/);
      expect(await metrics()).toMatch(/http_server_in_flight\{[^}]*\} 1/);
    });
    const client = await listen(STRANGER);
    expect(live.size).toBe(1);
    client.close();
  });

  it('drops who does not read, instead of keeping everything for them', async () => {
    const live = gateway.app.get(LiveEvents);
    await eventually(() => expect(live.size).toBe(0));
    const reader = await listen(STRANGER);
    const idle = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${gateway.url}/api/v1/events`, { headers: STRANGER }, resolve).once('error', reject).end();
    });
    idle.pause();
    idle.once('error', () => undefined);
    await eventually(() => expect(live.size).toBe(2));
    const wide = 'x'.repeat(50_000);
    // What the operating system keeps for both ends, and then some.
    const told = 400;
    for (let n = 0; n < told; n++) await digilist.tell(shelfChanged, { shelfId: wide }, TENANT_ID, uuidv7());
    await eventually(() => expect(reader.events.length).toBe(told), { within: 20_000 });
    await eventually(() => expect(live.size).toBe(1), { within: 20_000 });
    idle.destroy();
  }, 60_000);

  it('that stops ends every stream, and its listeners go on elsewhere', async () => {
    const stopping = await world.gateway();
    const client = await listen(STRANGER, '', stopping);
    const stopped = stopping.stop();
    await eventually(() => expect(client.ended).toBe(true));
    expect(client.named('end').map(({ data }) => data)).toEqual([{ reason: 'gateway_stops' }]);
    await stopped;
    const missed = await make();
    const elsewhere = await listen({ ...STRANGER, 'last-event-id': client.lastId as string });
    expect(ids(elsewhere)).toEqual([missed]);
  });
});
