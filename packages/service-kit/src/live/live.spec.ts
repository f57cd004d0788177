import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventPage, liveOperationsOf, NO_EVENT, type Operation } from '@kit/contracts';
import { eventually, natsOptions, query, stopPostgres } from '@kit/testing';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { v7 as uuidv7 } from 'uuid';
import { type NotesWorld, notesWorld, type Person, writeNote } from '../testing/notes-service.js';

const { getViewer, readEvents } = liveOperationsOf('platform');
let world: NotesWorld;
let gateway: NatsConnection;
let ola: Person;
let blind: Person;

beforeAll(async () => {
  world = await notesWorld();
  await world.start();
  gateway = await connect(natsOptions(world.nats, world.nats.credentials.gateway as never));
  ola = await world.person();
  blind = await world.person({ tenantId: ola.tenantId, permissions: [] });
});
afterAll(async () => {
  await gateway?.close();
  await world?.stop();
  await stopPostgres();
});

async function call<T>(operation: unknown, caller: { token?: string; slug?: string }, body: object): Promise<T> {
  const headers = natsHeaders();
  if (caller.token) headers.set('authorization', `Bearer ${caller.token}`);
  if (caller.slug) headers.set('x-tenant', caller.slug);
  const { subject } = operation as Operation;
  return (await gateway.request(subject, JSON.stringify(body), { headers, timeout: 5_000 })).json();
}

const read = (caller: { token?: string; slug?: string }, after: string | null, at?: number) =>
  call<EventPage>(readEvents, caller, { after, ...(at !== undefined && { at }) });
const texts = ({ events }: EventPage) =>
  events.map(({ event }) => (event.data as { text?: string }).text ?? event.type);

/** Writes a note and waits until the stream has it. */
async function write(text: string): Promise<void> {
  await call(writeNote, { token: ola.token }, { text });
  await eventually(async () => {
    const page = await read({ token: ola.token }, NO_EVENT);
    if (!texts(page).includes(text)) throw new Error(`${text} is not there yet`);
  });
}

describe('events of a tenant, read again', () => {
  it('come in their order after a given one, each only once, to whoever may know of them', async () => {
    expect(await read({ token: ola.token }, null)).toMatchObject({
      events: [],
      last: NO_EVENT,
      position: 0,
      reset: false,
    });
    for (const text of ['one', 'two', 'three']) await write(text);
    const all = await read({ token: ola.token }, NO_EVENT);
    expect(texts(all)).toEqual(['one', 'two', 'three']);
    const [first] = all.events;
    expect(texts(await read({ token: ola.token }, first?.event.id as string))).toEqual(['two', 'three']);
    expect(texts(await read({ token: ola.token }, first?.event.id as string, first?.position))).toEqual([
      'two',
      'three',
    ]);
    expect(texts(await read({ token: ola.token }, first?.event.id as string, 9_999))).toEqual(['two', 'three']);
    const end = await read({ token: ola.token }, all.last);
    expect(end).toMatchObject({ events: [], last: all.last, position: all.position, more: false });
    expect((await read({ token: ola.token }, null)).last).toBe(all.last);
  });

  it('show everybody else what is public of them, and nothing of what is not', async () => {
    await write('secret plan');
    const board = 'platform.board.changed.v1';
    for (const caller of [{ token: blind.token }, { slug: ola.slug }]) {
      const page = await read(caller, NO_EVENT);
      expect(texts(page)).toEqual([board, board, board]);
      expect(page.position).toBe((await read({ token: ola.token }, null)).position);
      expect(JSON.stringify(page)).not.toContain(ola.userId);
    }
  });

  it('are of the own tenant only', async () => {
    const other = await world.person();
    expect((await read({ token: other.token }, NO_EVENT)).events).toEqual([]);
    const foreign = await read({ token: other.token }, (await read({ token: ola.token }, null)).last);
    expect(foreign).toMatchObject({ events: [], reset: true, last: NO_EVENT });
  });

  it('begin anew when the given one is not kept: the caller is told', async () => {
    for (const unknown of [uuidv7(), 'nonsense', uuidv7({ msecs: Date.now() - 90 * 86_400_000 })])
      expect(await read({ token: ola.token }, unknown)).toMatchObject({ events: [], reset: true });
  });

  it('come in pages when there are many', async () => {
    const reader = await world.person();
    for (let n = 0; n < 3; n++) await call(writeNote, { token: reader.token }, { text: `${n}` });
    await Promise.all(
      Array.from({ length: 220 }, (_, n) => call(writeNote, { token: reader.token }, { text: `number ${n}` })),
    );
    await eventually(async () => {
      const seen = new Set<string>();
      let after = NO_EVENT;
      let at: number | undefined;
      for (let more = true; more; ) {
        const page = await read({ token: reader.token }, after, at);
        for (const { event } of page.events) expect(seen.has(event.id)).toBe(false);
        for (const { event } of page.events) seen.add(event.id);
        ({ more, last: after, position: at } = page);
      }
      expect(seen.size).toBe(223);
    });
  });
});

describe('who looks on', () => {
  it('is told where permissions hold, as of now', async () => {
    const ask = (caller: Person) => call(getViewer, { token: caller.token }, { permissions: ['acme.note.read'] });
    const extent = { permission: 'acme.note.read', orgIds: [], own: false };
    expect(await ask(ola)).toEqual({ tenantId: ola.tenantId, extents: [{ ...extent, tenant: true }] });
    expect(await ask(blind)).toEqual({ tenantId: ola.tenantId, extents: [{ ...extent, tenant: false }] });
    await query(world.database.urls.superuser, 'UPDATE platform.standings SET active = false WHERE user_id = $1', [
      blind.userId,
    ]);
    expect(await ask(blind)).toMatchObject({ code: 'AUTH_REQUIRED' });
    expect(await read({ token: blind.token }, null)).toMatchObject({ code: 'AUTH_REQUIRED' });
  });

  it('needs a tenant', async () => {
    expect(await read({}, null)).toMatchObject({ code: 'TENANT_REQUIRED' });
    expect(await read({ slug: 'nobody' }, null)).toMatchObject({ code: 'TENANT_UNKNOWN' });
  });
});
