import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Operation } from '@kit/contracts';
import { eventually, natsOptions, query, stopPostgres } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, headers as natsHeaders } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import type { RunningService } from './service.js';
import {
  changeInSilence,
  changeNote,
  countNotes,
  forgetToAsk,
  type NotesWorld,
  notesWorld,
  type Person,
  readNote,
  refuseOddly,
  writeNote,
} from './testing/notes-service.js';

let world: NotesWorld;
let service: RunningService;
let gateway: NatsConnection;

beforeAll(async () => {
  world = await notesWorld();
  service = await world.start();
  gateway = await connect(natsOptions(world.nats, world.nats.credentials.gateway as never));
});
afterAll(async () => {
  await gateway?.close();
  await world?.stop();
  await stopPostgres();
});

@Module({
  providers: [
    {
      provide: 'broken',
      useFactory: () => {
        throw new Error('this provider cannot be made');
      },
    },
  ],
})
class Broken {}

interface Reply {
  ok: boolean;
  body: { code?: string; id?: string; text?: string; version?: number; errors?: { path: string; code: string }[] };
  etag: string;
  replayed: boolean;
}

async function call(
  operation: unknown,
  person: Person | null,
  body: unknown,
  extra: Record<string, string> = {},
): Promise<Reply> {
  const headers = natsHeaders();
  if (person) headers.set('authorization', `Bearer ${person.token}`);
  for (const [name, value] of Object.entries(extra)) headers.set(name, value);
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const message = await gateway.request((operation as Operation).subject, payload, { timeout: 10_000, headers });
  return {
    ok: message.headers?.get('x-status') === 'ok',
    body: message.json(),
    etag: message.headers?.get('etag') ?? '',
    replayed: message.headers?.get('x-replayed') === 'true',
  };
}

const notes = (tenantId: string) =>
  query(world.database.urls.superuser, 'SELECT * FROM platform.notes WHERE tenant_id = $1', [tenantId]);
const outbox = (tenantId: string) =>
  query<{ subject: string; published_at: Date | null }>(
    world.database.urls.superuser,
    'SELECT * FROM platform.outbox WHERE tenant_id = $1 ORDER BY pos',
    [tenantId],
  );

describe('an operation', () => {
  it('answers with its version as ETag, and leaves a row, an event and an audit record that are published', async () => {
    const person = await world.person();
    const reply = await call(writeNote, person, { text: 'hello' });
    expect(reply).toMatchObject({ ok: true, etag: '"1"', body: { text: 'hello', version: 1 } });
    const rows = await outbox(person.tenantId);
    expect(rows.map((row) => row.subject)).toEqual([
      `platform.evt.${person.tenantId}.note.${reply.body.id}.written.v1`,
      `platform.audit.${person.tenantId}`,
    ]);
  });

  it.each([
    ['no token', null, {}, 'AUTH_REQUIRED'],
    ['a token that is none', 'nonsense', {}, 'TOKEN_INVALID'],
  ])('is refused with %s', async (_, token, body, code) => {
    const person = token === null ? null : ({ token } as Person);
    expect((await call(writeNote, person, body)).body.code).toBe(code);
  });

  it('is refused to a user this service does not know, to an inactive one and to one without the permission', async () => {
    const stranger = { ...(await world.person()), token: '' };
    stranger.token = world.sign({
      sub: randomUUID(),
      tid: stranger.tenantId,
      ten: stranger.slug,
      sid: randomUUID(),
      jti: 'x',
    });
    expect((await call(writeNote, stranger, { text: 'a' })).body.code).toBe('AUTH_REQUIRED');
    expect((await call(writeNote, await world.person({ active: false }), { text: 'a' })).body.code).toBe(
      'AUTH_REQUIRED',
    );
    expect((await call(writeNote, await world.person({ permissions: [] }), { text: 'a' })).body.code).toBe('FORBIDDEN');
  });

  it.each([
    ['not_entitled', 'MODULE_NOT_ENTITLED'],
    ['expired', 'SUBSCRIPTION_EXPIRED'],
    ['suspended', 'SUBSCRIPTION_SUSPENDED'],
  ])('is refused when the licence is %s', async (licence, code) => {
    expect((await call(writeNote, await world.person({ licence }), { text: 'a' })).body.code).toBe(code);
  });

  it('asks for the permission before the licence', async () => {
    const person = await world.person({ permissions: [], licence: 'expired' });
    expect((await call(writeNote, person, { text: 'a' })).body.code).toBe('FORBIDDEN');
  });

  it('refuses a header that names another tenant than the token, and audits it', async () => {
    const person = await world.person();
    const reply = await call(writeNote, person, { text: 'a' }, { 'x-tenant': 'elsewhere' });
    expect(reply.body.code).toBe('TENANT_MISMATCH');
    const [row] = await outbox(person.tenantId);
    expect(row?.subject).toBe(`platform.audit.${person.tenantId}`);
  });

  it('reports every field that is wrong, and unknown ones, without a row', async () => {
    const person = await world.person();
    const reply = await call(writeNote, person, { text: 7, colour: 'red' });
    expect(reply.body.code).toBe('VALIDATION_FAILED');
    expect(new Set(reply.body.errors?.map((error) => error.path))).toEqual(new Set(['text', 'colour']));
    expect((await call(writeNote, person, '{"text":')).body.code).toBe('MALFORMED_REQUEST');
    expect((await call(writeNote, person, '[]')).body.code).toBe('MALFORMED_REQUEST');
    expect(await notes(person.tenantId)).toHaveLength(0);
  });

  it('is refused when its handler never asked whether the caller may', async () => {
    expect((await call(forgetToAsk, await world.person(), {})).body.code).toBe('INTERNAL_ERROR');
  });

  it('never leaks a code that it does not declare', async () => {
    expect((await call(refuseOddly, null, {})).body.code).toBe('INTERNAL_ERROR');
  });

  it('needs If-Match when it changes something, and refuses a stale one', async () => {
    const person = await world.person();
    const { body } = await call(writeNote, person, { text: 'v' });
    expect((await call(changeNote, person, { id: body.id })).body.code).toBe('PRECONDITION_REQUIRED');
    expect((await call(changeNote, person, { id: body.id }, { 'if-match': '"1"' })).body.version).toBe(2);
    expect((await call(changeNote, person, { id: body.id }, { 'if-match': '"1"' })).body.code).toBe('STALE_VERSION');
  });

  it('fails, where answers are checked, when it changed something without an audit record', async () => {
    const person = await world.person();
    const { body } = await call(writeNote, person, { text: 'quiet' });
    expect((await call(changeInSilence, person, { id: body.id })).body.code).toBe('INTERNAL_ERROR');
    expect((await call(countNotes, null, {}, { 'x-tenant': person.slug })).ok).toBe(true);
  });

  it('leaves an audit record of who was refused for want of a permission, one for many attempts', async () => {
    const person = await world.person({ permissions: [] });
    for (let n = 0; n < 3; n++) await call(writeNote, person, { text: 'a' });
    const [row, ...others] = await eventually(async () => {
      const found = await query<{ payload: string }>(
        world.database.urls.superuser,
        'SELECT payload FROM platform.outbox WHERE tenant_id = $1',
        [person.tenantId],
      );
      expect(found).not.toEqual([]);
      return found;
    });
    expect(others).toEqual([]);
    expect(JSON.parse(row?.payload ?? '')).toMatchObject({
      action: 'security.permission.denied',
      actor: { kind: 'user', id: person.userId },
      entity: { type: 'operation', id: 'writeNote' },
      outcome: 'refused',
      changes: { permission: 'acme.note.write' },
    });
  });

  it('leaves an audit record when it is made in the name of somebody else, whatever comes of it, once a minute', async () => {
    const person = await world.person();
    const impersonatorId = randomUUID();
    const sessionId = randomUUID();
    const { tenantId: tid, slug: ten, userId: sub } = person;
    const token = world.sign({ sub, tid, ten, sid: sessionId, act: { sub: impersonatorId }, jti: 'x' });
    const acting = { ...person, token };
    const { body } = await call(writeNote, acting, { text: 'a' });
    for (let n = 0; n < 3; n++) {
      expect((await call(readNote, acting, { id: body.id })).ok).toBe(true);
      expect((await call(readNote, acting, { id: randomUUID() })).body.code).toBe('NOT_FOUND');
      expect((await call(changeNote, acting, { id: body.id }, { 'if-match': '"7"' })).body.code).toBe('STALE_VERSION');
      expect((await call(readNote, person, { id: body.id })).ok).toBe(true);
    }
    const records = await eventually(async () => {
      const rows = await query<{ payload: string }>(
        world.database.urls.superuser,
        'SELECT payload FROM platform.outbox WHERE tenant_id = $1 ORDER BY pos',
        [tid],
      );
      const found = rows.map(({ payload }) => JSON.parse(payload)).filter(({ action }) => action);
      expect(found.length).toBeGreaterThanOrEqual(4);
      return found;
    });
    expect(records.map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
      ['acme.note.write', 'done', undefined],
      ['security.impersonation.read', 'done', undefined],
      ['security.impersonation.read', 'refused', 'NOT_FOUND'],
      ['security.impersonation.attempt', 'refused', 'STALE_VERSION'],
    ]);
    for (const record of records) {
      expect(record).toMatchObject({
        actor: { kind: 'user', id: sub, impersonatorId },
        sessionId,
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    }
  });

  it('is refused at once when nobody waits for it any more', async () => {
    const reply = await call(
      writeNote,
      await world.person(),
      { text: 'late' },
      { 'x-deadline': String(Date.now() - 1) },
    );
    expect(reply.body.code).toBe('DEADLINE_EXCEEDED');
  });

  it('is open to a caller without a token when it says so, in the tenant the caller names', async () => {
    const person = await world.person();
    await call(writeNote, person, { text: 'one' });
    expect((await call(countNotes, null, {}, { 'x-tenant': person.slug })).body.version).toBe(1);
    expect((await call(countNotes, null, {})).body.code).toBe('TENANT_REQUIRED');
    expect((await call(countNotes, null, {}, { 'x-tenant': 'nowhere' })).body.code).toBe('TENANT_UNKNOWN');
  });
});

describe('a forged token is refused by the service itself, whoever passed it on:', () => {
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'test' };
  const unsigned = (claims: object) =>
    `${[{ ...header, alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
  const forgeries: [string, (claims: object) => string][] = [
    ['no signature', unsigned],
    [
      'the public key as a shared secret',
      (claims) => world.sign(claims, { key: 'public', algorithm: 'HS256', header: { ...header, alg: 'HS256' } }),
    ],
    [
      'another key under our id',
      (claims) => world.sign(claims, { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
    ],
    ['an unknown key', (claims) => world.sign(claims, { header: { ...header, kid: 'other' } })],
    [
      'a key to be fetched elsewhere',
      (claims) => world.sign(claims, { header: { ...header, jku: 'https://evil.example' } as never }),
    ],
    ['another type', (claims) => world.sign(claims, { header: { ...header, typ: 'JWT' } })],
    ['another issuer', (claims) => world.sign(claims, { issuer: 'somebody' })],
    ['another audience', (claims) => world.sign(claims, { audience: 'somebody' })],
    ['an end in the past', (claims) => world.sign(claims, { expiresIn: -60 })],
    [
      'a life of a year',
      (claims) => world.sign({ ...claims, iat: Math.floor(Date.now() / 1000) - 86_400 }, { expiresIn: '365d' }),
    ],
    ['no tenant', (claims) => world.sign({ ...claims, tid: undefined })],
    ['five thousand characters', (claims) => world.sign({ ...claims, padding: 'x'.repeat(5_000) })],
  ];
  it.each(forgeries)('%s', async (_, forge) => {
    const person = await world.person();
    const claims = { sub: person.userId, tid: person.tenantId, ten: person.slug, sid: randomUUID(), jti: randomUUID() };
    expect((await call(writeNote, { ...person, token: forge(claims) }, { text: 'x' })).body.code).toBe('TOKEN_INVALID');
    expect(await notes(person.tenantId)).toHaveLength(0);
  });
});

describe('tenants', () => {
  it('cannot see a row of another tenant: the answer is that of a random id', async () => {
    const [one, other] = [await world.person(), await world.person()];
    const { body } = await call(writeNote, one, { text: 'secret' });
    const foreign = await call(readNote, other, { id: body.id });
    const random = await call(readNote, other, { id: randomUUID() });
    expect(foreign).toEqual(random);
    expect(foreign.body.code).toBe('NOT_FOUND');
  });

  it('never mix on pooled connections: 400 interleaved transactions of 8 tenants see only their own rows', async () => {
    const patient = { 'x-deadline': String(Date.now() + 25_000) };
    const people = await Promise.all(Array.from({ length: 8 }, () => world.person()));
    await Promise.all(
      people.flatMap((person) =>
        Array.from({ length: 50 }, (_, n) => call(writeNote, person, { text: `n${n}` }, patient)),
      ),
    );
    const counts = await Promise.all(people.map((person) => call(countNotes, person, {})));
    expect(counts.map((reply) => reply.body.version)).toEqual(people.map(() => 50));
  });

  it('are invisible to the service’s own database role outside a unit of work', async () => {
    await call(writeNote, await world.person(), { text: 'x' });
    expect(await query(world.database.urls.app, 'SELECT * FROM platform.notes')).toEqual([]);
    expect(await query(world.database.urls.app, 'SELECT * FROM platform.inbox')).toEqual([]);
    await expect(query(world.database.urls.app, 'SELECT * FROM platform.outbox')).rejects.toThrow('permission denied');
  });
});

describe('an idempotency key', () => {
  it('used 50 times in parallel makes one row, and every answer is the same', async () => {
    const person = await world.person();
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => call(writeNote, person, { text: 'once' }, { 'idempotency-key': 'k1' })),
    );
    expect(await notes(person.tenantId)).toHaveLength(1);
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    expect(replies.every((reply) => reply.ok && reply.etag === '"1"')).toBe(true);
    expect(replies.filter((reply) => !reply.replayed)).toHaveLength(1);
  });

  it('used with another body is refused', async () => {
    const person = await world.person();
    await call(writeNote, person, { text: 'a' }, { 'idempotency-key': 'k' });
    expect((await call(writeNote, person, { text: 'b' }, { 'idempotency-key': 'k' })).body.code).toBe(
      'IDEMPOTENCY_MISMATCH',
    );
  });

  it('replays a conflict, and its refused effect leaves nothing behind', async () => {
    const person = await world.person();
    await call(writeNote, person, { text: 'taken' });
    const before = (await outbox(person.tenantId)).length;
    const first = await call(writeNote, person, { text: 'taken' }, { 'idempotency-key': 'k' });
    const again = await call(writeNote, person, { text: 'taken' }, { 'idempotency-key': 'k' });
    expect(first.body.code).toBe('NOTE_TAKEN');
    expect(again).toMatchObject({ body: first.body, replayed: true });
    expect(await outbox(person.tenantId)).toHaveLength(before);
  });

  it('belongs to one user: another one may use the same key', async () => {
    const one = await world.person();
    const other = await world.person({ tenantId: one.tenantId });
    await call(writeNote, one, { text: 'a' }, { 'idempotency-key': 'k' });
    expect((await call(writeNote, other, { text: 'b' }, { 'idempotency-key': 'k' })).ok).toBe(true);
  });
});

describe('the outbox', () => {
  const published = async (tenantId: string) => (await outbox(tenantId)).every((row) => row.published_at !== null);

  it('keeps what was committed while NATS is away, and publishes it when NATS is back', async () => {
    const person = await world.person();
    await call(writeNote, person, { text: 'before' });
    await eventually(async () => expect(await published(person.tenantId)).toBe(true), { within: 5_000 });
    await world.nats.kill();
    await query(
      world.database.urls.superuser,
      `INSERT INTO platform.outbox (tenant_id, id, subject, payload)
       SELECT $1::uuid, uuidv7(), 'platform.evt.' || $1::text || '.note.x' || n || '.written.v1', '{}' FROM generate_series(1, 250) n`,
      [person.tenantId],
    );
    await world.nats.restart();
    await eventually(() => gateway.rtt().then(() => true), { within: 10_000 });
    await eventually(async () => expect(await published(person.tenantId)).toBe(true), { within: 15_000 });
    const js = jetstream(await connect(natsOptions(world.nats, world.nats.credentials.platform as never)));
    const stream = await js.streams.get('PLATFORM_EVENTS');
    const info = await stream.info(false, { subjects_filter: `platform.evt.${person.tenantId}.>` });
    expect(Object.keys(info.state.subjects ?? {})).toHaveLength(251);
    await (js as unknown as { nc: NatsConnection }).nc.close();
  });

  it('publishes a row once although two instances of the service run and one is stopped', async () => {
    const second = await world.start();
    const person = await world.person();
    await Promise.all(Array.from({ length: 40 }, (_, n) => call(writeNote, person, { text: `m${n}` })));
    await second.stop();
    await Promise.all(Array.from({ length: 40 }, (_, n) => call(writeNote, person, { text: `o${n}` })));
    await eventually(async () => expect(await published(person.tenantId)).toBe(true), { within: 20_000 });
    expect(await notes(person.tenantId)).toHaveLength(80);
  });
});

describe('stopping', () => {
  it('finishes what is in flight: 0 of 200 requests fail while one of two instances stops', async () => {
    const second = await world.start();
    const person = await world.person();
    const calls = Array.from({ length: 200 }, (_, n) => call(writeNote, person, { text: `s${n}` }));
    await second.stop();
    const replies = await Promise.all(calls);
    expect(replies.filter((reply) => !reply.ok)).toEqual([]);
    expect(service.healthPort).toBeGreaterThan(0);
  });
});

describe('a start that fails', () => {
  it('says why and leaves nothing open', async () => {
    const before = await connections();
    await expect(world.start({ module: Broken })).rejects.toThrow('cannot be made');
    // fewer is possible: the instance stopped above may have been counted on its way out
    await eventually(async () => expect(await connections()).toBeLessThanOrEqual(before));
  });
});

async function connections(): Promise<number> {
  const [row] = await query<{ n: number }>(
    world.database.urls.superuser,
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return row?.n ?? 0;
}
