import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createLogger, jobOrigin, Secret, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { eventually } from '@kit/testing';
import { getSecretKeys, rotateSecretKeys } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../test/world.js';
import { KeyDestroyed, KeyProvider, KeyProviderAway, KeyRotation, Vault } from './index.js';
import { MasterKeyProvider } from './master-key-provider.js';
import { SEALED_COLUMNS } from './sealed-columns.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;
let vault: Vault;
let work: UnitOfWork;
let system: DataSource;

beforeAll(async () => {
  world = await platformWorld();
  [fjell, vidde] = [await world.tenant('fjell'), await world.tenant('vidde')];
  vault = world.service.app.get(Vault, { strict: false });
  work = world.service.app.get(UnitOfWork, { strict: false });
  system = world.service.app.get(SYSTEM_DATABASE, { strict: false });
});
afterAll(() => world?.stop());
afterEach(() => {
  jest.useRealTimers();
});

const within = <T>(tenantId: string, job: (tx: Tx) => Promise<T>): Promise<T> =>
  work.runAs(jobOrigin(tenantId, 'spec'), job);
const place = (row: string = uuidv7(), more = {}) => ({ table: 'mails', column: 'content_sealed', row, ...more });
const PLAIN = 'canary-of-the-secrets';

describe('what is sealed', () => {
  test('names its key, differs each time, and is opened only where it belongs', async () => {
    const here = place();
    const [sealed, again] = await within(fjell.id, async (tx) => [
      await vault.seal(tx, PLAIN, here),
      await vault.seal(tx, PLAIN, here),
    ]);
    expect(sealed).toMatch(/^v1\.[0-9a-f-]{36}\.[\w-]+$/);
    expect(again).not.toBe(sealed);
    expect(Buffer.from((sealed as string).split('.')[2] as string, 'base64url').toString()).not.toContain(PLAIN);
    await within(fjell.id, async (tx) => {
      expect((await vault.open(tx, sealed as string, here)).reveal()).toBe(PLAIN);
      for (const elsewhere of [place(), { ...here, table: 'users' }, { ...here, column: 'last_error' }]) {
        await expect(vault.open(tx, sealed as string, elsewhere)).rejects.toThrow();
      }
    });
    await expect(within(vidde.id, (tx) => vault.open(tx, sealed as string, here))).rejects.toThrow(KeyDestroyed);
  });

  test('moved to another tenant together with its key, it is not opened either', async () => {
    const here = place();
    const sealed = await within(fjell.id, (tx) => vault.seal(tx, PLAIN, here));
    const keyId = sealed.split('.')[1];
    await world.rows(
      `INSERT INTO platform.data_keys (tenant_id, id, kek_id, wrapped, status, created_by, updated_by)
       SELECT $2, id, kek_id, wrapped, 'retired', created_by, updated_by FROM platform.data_keys
       WHERE tenant_id = $1 AND id = $3`,
      [fjell.id, vidde.id, keyId],
    );
    await expect(within(vidde.id, (tx) => vault.open(tx, sealed, here))).rejects.toThrow();
    await world.rows('DELETE FROM platform.data_keys WHERE tenant_id = $1 AND id = $2', [vidde.id, keyId]);
  });

  test('is not sealed twice: told by its form, whatever key it lies under', async () => {
    const foreign = `v1.${uuidv7()}.${'a'.repeat(60)}`;
    await within(fjell.id, async (tx) => {
      const sealed = await vault.seal(tx, PLAIN, place());
      for (const text of [sealed, foreign])
        await expect(vault.seal(tx, text, place())).rejects.toThrow('sealed already');
      await expect(vault.open(tx, PLAIN, place())).rejects.toThrow('not sealed');
      await expect(vault.open(tx, 'v1.x.y', place())).rejects.toThrow('not sealed');
    });
  });

  test('altered in one letter, it is not opened', async () => {
    const here = place();
    await within(fjell.id, async (tx) => {
      const sealed = await vault.seal(tx, PLAIN, here);
      const at = sealed.length - 10;
      const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      await expect(vault.open(tx, altered, here)).rejects.toThrow();
    });
  });

  test('opened, it does not show itself', () => {
    const secret = new Secret(PLAIN);
    const shown = [
      String(secret),
      JSON.stringify({ secret }),
      inspect({ secret }),
      `${secret}`,
      inspect(secret, { depth: 9 }),
    ];
    expect(shown.join()).not.toContain(PLAIN);
    const lines: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    createLogger('spec', 'info').info({ secret, nested: { secret } }, 'a log line');
    write.mockRestore();
    expect(lines.join()).not.toContain(PLAIN);
  });
});

describe('a key that is destroyed', () => {
  test('of a person takes what was sealed for them, also in a backup, and nothing else', async () => {
    const subject = uuidv7();
    const [theirs, ours] = [place(undefined, { subject }), place()];
    const [personal, common] = await within(fjell.id, async (tx) => [
      await vault.seal(tx, PLAIN, theirs),
      await vault.seal(tx, PLAIN, ours),
    ]);
    await within(fjell.id, (tx) => vault.destroy(tx, subject));
    await within(fjell.id, async (tx) => {
      await expect(vault.open(tx, personal as string, theirs)).rejects.toThrow(KeyDestroyed);
      expect((await vault.open(tx, common as string, ours)).reveal()).toBe(PLAIN);
    });
    const [key] = await world.rows('SELECT status, wrapped FROM platform.data_keys WHERE subject_id = $1', [subject]);
    expect(key).toEqual({ status: 'destroyed', wrapped: null });
  });

  test('of a tenant takes everything of that tenant', async () => {
    const tenant = await world.tenant('borte');
    const here = place();
    const sealed = await within(tenant.id, (tx) => vault.seal(tx, PLAIN, here));
    await within(tenant.id, (tx) => vault.destroy(tx, null));
    await expect(vault.openIn(tenant.id, sealed, here)).rejects.toThrow(KeyDestroyed);
  });
});

describe('keys are changed', () => {
  /** A value as it lies in a table. */
  async function stored(tenantId: string, subject?: string): Promise<string> {
    const id = uuidv7();
    await within(tenantId, async (tx) => {
      const sealed = await vault.seal(tx, PLAIN, place(id, subject ? { subject } : {}));
      await world.rows(
        `INSERT INTO platform.mails (tenant_id, id, recipient, locale, content_sealed, next_attempt_at, created_by, updated_by)
         VALUES ($1, $2, 'a@b.c', 'nb', $3, 'infinity', $4, $4)`,
        [tenantId, id, sealed, tx.actorId],
      );
    });
    return id;
  }
  const readWith = async (reader: Vault, tenantId: string, id: string) => {
    const [row] = await world.rows<{ content_sealed: string }>(
      'SELECT content_sealed FROM platform.mails WHERE id = $1',
      [id],
    );
    return (await reader.openIn(tenantId, row?.content_sealed as string, place(id))).reveal();
  };
  const base64 = (fill: number) => new Secret(Buffer.alloc(32, fill).toString('base64'));
  const rotationWith = (provider: KeyProvider, reader: Vault) =>
    new KeyRotation(provider, reader, work, system, createLogger('spec', 'silent'));

  test('another master key: only data keys are wrapped anew, reads go on, and nothing is left under the old one', async () => {
    const ids = await Promise.all(
      Array.from({ length: 5 }, (_, at) => stored(fjell.id, at % 2 ? uuidv7() : undefined)),
    );
    const texts = await world.rows('SELECT id, content_sealed FROM platform.mails ORDER BY id');
    const old = world.config.masterKey;
    const both = new MasterKeyProvider({ masterKey: base64(9), previousMasterKeys: [old] });
    const during = new Vault(both, system);
    const rotation = rotationWith(both, during);
    const { keysToWrap } = await rotation.status();
    expect(keysToWrap).toBeGreaterThan(0);

    // Cut off in the middle, it goes on where it was.
    let wraps = 0;
    const wrap = jest.spyOn(both, 'wrap').mockImplementation((...args) => {
      wraps += 1;
      if (wraps === 3) return Promise.reject(new KeyProviderAway('cut off'));
      return MasterKeyProvider.prototype.wrap.apply(both, args);
    });
    await expect(rotation.wrapAnew()).rejects.toThrow('cut off');
    wrap.mockRestore();
    expect((await rotation.status()).keysToWrap).toBe(keysToWrap - 2);
    for (const id of ids) expect(await readWith(new Vault(both, system), fjell.id, id)).toBe(PLAIN);
    expect(await rotation.wrapAnew()).toBe(keysToWrap - 2);
    expect(await rotation.wrapAnew()).toBe(0);

    const after = await rotation.status();
    expect(after).toMatchObject({ keysToWrap: 0, currentKekId: both.current });
    expect(await world.rows('SELECT DISTINCT kek_id FROM platform.data_keys WHERE wrapped IS NOT NULL')).toEqual([
      { kek_id: both.current },
    ]);
    expect(await world.rows('SELECT id, content_sealed FROM platform.mails ORDER BY id')).toEqual(texts);
    const onlyNew = new Vault(new MasterKeyProvider({ masterKey: base64(9), previousMasterKeys: [] }), system);
    for (const id of ids) expect(await readWith(onlyNew, fjell.id, id)).toBe(PLAIN);
    await expect(
      readWith(
        new Vault(new MasterKeyProvider({ masterKey: old, previousMasterKeys: [] }), system),
        fjell.id,
        ids[0] as string,
      ),
    ).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });

    const back = new MasterKeyProvider({ masterKey: old, previousMasterKeys: [base64(9)] });
    await rotationWith(back, new Vault(back, system)).wrapAnew();
  });

  test('another data key: values are sealed anew while they are read, by command, with a dry run before', async () => {
    const subject = uuidv7();
    const ids = [await stored(vidde.id), await stored(vidde.id), await stored(vidde.id, subject)];
    const keyIds = async () =>
      (
        await world.rows<{ key: string }>(
          "SELECT DISTINCT split_part(content_sealed, '.', 2) AS key FROM platform.mails WHERE tenant_id = $1 AND content_sealed IS NOT NULL",
          [vidde.id],
        )
      ).map(({ key }) => key);
    const before = await keyIds();
    const token = await world.superToken();
    const request = { dataKeys: true, tenantId: vidde.id };
    await world.done(rotateSecretKeys, { ...request, dryRun: true }, { token });
    expect(await keyIds()).toEqual(before);
    await world.done(rotateSecretKeys, request, { token });
    await eventually(async () => expect((await keyIds()).some((key) => before.includes(key))).toBe(false));
    await eventually(async () =>
      expect(await world.done(getSecretKeys, {}, { token })).toMatchObject({ valuesToSeal: 0 }),
    );
    for (const id of ids) expect(await readWith(vault, vidde.id, id)).toBe(PLAIN);
    const [key] = await world.rows(
      "SELECT subject_id FROM platform.data_keys WHERE subject_id = $1 AND status = 'active'",
      [subject],
    );
    expect(key).toEqual({ subject_id: subject });
    await within(vidde.id, (tx) => vault.destroy(tx, subject));
    await expect(
      readWith(new Vault(world.service.app.get(KeyProvider, { strict: false }), system), vidde.id, ids[2] as string),
    ).rejects.toThrow(KeyDestroyed);
  });

  test('only by those who run the whole system', async () => {
    expect(await world.code(getSecretKeys, {}, { token: fjell.token })).toBe('FORBIDDEN');
    expect(await world.code(rotateSecretKeys, {}, { token: fjell.token })).toBe('FORBIDDEN');
  });
});

describe('a key service that is away', () => {
  class Remote extends KeyProvider {
    readonly inner = new MasterKeyProvider(world.config);
    readonly current = this.inner.current;
    readonly known = this.inner.known;
    away = false;
    override async wrap(key: Buffer, boundTo: string) {
      if (this.away) throw new KeyProviderAway('away');
      return this.inner.wrap(key, boundTo);
    }
    override async unwrap(kekId: string, wrapped: Buffer, boundTo: string) {
      if (this.away) throw new KeyProviderAway('away');
      return this.inner.unwrap(kekId, wrapped, boundTo);
    }
  }

  test('is not felt for a minute by what was in use; then nothing is sealed or opened, with 503', async () => {
    const remote = new Remote();
    const reader = new Vault(remote, system);
    const here = place();
    const sealed = await within(fjell.id, (tx) => reader.seal(tx, PLAIN, here));
    remote.away = true;
    expect((await reader.openIn(fjell.id, sealed, here)).reveal()).toBe(PLAIN);
    jest.useFakeTimers({
      now: Date.now() + 61_000,
      doNotFake: [
        'setTimeout',
        'setInterval',
        'setImmediate',
        'nextTick',
        'queueMicrotask',
        'clearTimeout',
        'clearInterval',
        'clearImmediate',
        'hrtime',
        'performance',
      ],
    });
    await expect(reader.openIn(fjell.id, sealed, here)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(within(fjell.id, (tx) => reader.seal(tx, PLAIN, here))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    remote.away = false;
    expect((await reader.openIn(fjell.id, sealed, here)).reveal()).toBe(PLAIN);
  });
});

test('without its keys the service is ready all the same, and says that it is degraded', async () => {
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${world.service.healthPort}/health/ready`);
    return [answer.status, await answer.json()];
  };
  expect(await ready()).toEqual([200, { status: 'ok', checks: { database: true, nats: true, keys: true } }]);
  const provider = world.service.app.get(KeyProvider, { strict: false });
  const wrap = jest.spyOn(provider, 'wrap').mockRejectedValue(new KeyProviderAway('away'));
  expect(await ready()).toEqual([200, { status: 'degraded', checks: { database: true, nats: true, keys: false } }]);
  wrap.mockRestore();
});

describe('a blind index', () => {
  test('is the same for the same text, and another in every field and tenant; it stays when keys change', async () => {
    const hash = (tenantId: string, text: string, field: string) =>
      within(tenantId, (tx) => vault.blindIndex(tx, text, field));
    const first = await hash(fjell.id, '01017012345', 'person');
    expect(await hash(fjell.id, '01017012345', 'person')).toBe(first);
    const others = [
      await hash(fjell.id, '01017012346', 'person'),
      await hash(fjell.id, '01017012345', 'account'),
      await hash(vidde.id, '01017012345', 'person'),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
    await world.service.app.get(KeyRotation, { strict: false }).retire(fjell.id);
    expect(await hash(fjell.id, '01017012345', 'person')).toBe(first);
  });
});

describe('the list of sealed columns', () => {
  test('names every column whose name says that it is sealed, and no other', async () => {
    const columns = await world.rows<{ at: string }>(
      `SELECT c.relname || '.' || a.attname AS at FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'platform'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND a.attname LIKE '%sealed%' AND a.atttypid = 'text'::regtype AND NOT a.attisdropped ORDER BY 1`,
    );
    const listed = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`);
    expect(columns.map(({ at }) => at).filter((at) => !listed.includes(at))).toEqual([]);
    const existing = await world.rows<{ at: string }>(
      `SELECT table_name || '.' || column_name AS at FROM information_schema.columns WHERE table_schema = 'platform'`,
    );
    expect(listed.filter((at) => !existing.some((column) => column.at === at))).toEqual([]);
  });

  test('names every column in which a sealed value lies', async () => {
    const texts = await world.rows<{ table_name: string; column_name: string }>(
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = 'platform' AND data_type IN ('text', 'jsonb')`,
    );
    const holding: string[] = [];
    for (const { table_name: table, column_name: column } of texts) {
      const [found] = await world.rows(
        `SELECT 1 FROM platform.${table} WHERE ${column}::text ~ 'v1\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\\.' LIMIT 1`,
      );
      if (found) holding.push(`${table}.${column}`);
    }
    const listed = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`);
    expect(holding.filter((at) => !listed.includes(at.replace(/^(audit_logs)_\w+\./, '$1.')))).toEqual([]);
  });
});
