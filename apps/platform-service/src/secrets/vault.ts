import { createHmac, randomBytes } from 'node:crypto';
import { Refusal, SERVICE_UNAVAILABLE, SYSTEM_TENANT_ID } from '@kit/contracts';
import { Secret, SYSTEM_DATABASE, statement, type Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { seal, unseal } from '../sealing.js';
import { KeyProvider, KeyProviderAway } from './key-provider.js';

const KEY_BYTES = 32;
/** How long an unwrapped key may serve: a key destroyed elsewhere, or a key service that is gone, is felt here within it. */
const CACHED_MS = 60_000;
/** How long `sealIn` goes on with a key without asking whether it still is the one to seal with. */
const ACTIVE_MS = 5_000;
const SEALED = /^v1\.([0-9a-f-]{36})\.([\w-]+)$/;

/** The one place a sealed text belongs to: moved to another row, column or tenant it cannot be opened. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row: string;
  /** User whose key seals it, so that forgetting the user makes it unreadable; the tenant's own key unless named. */
  readonly subject?: string;
}

export type Sealer = (plain: string, place: Place) => string;

/** What a data key is for: sealing, or hashing sealed text so that it can be looked up. */
type Purpose = 'seal' | 'index';

/** Where the keys of one tenant are: a transaction of it, or the system role that may enter any. */
type KeyStore = Pick<Tx, 'tenantId' | 'actorId' | 'now' | 'query'>;

interface KeyRow {
  id: string;
  kek_id: string;
  wrapped: Buffer | null;
}

/** What was sealed lies under a key that has been destroyed on purpose. */
export class KeyDestroyed extends Error {}

const ACTIVE_KEY = statement(
  'find-active-data-key',
  `SELECT id, kek_id, wrapped FROM platform.data_keys
   WHERE tenant_id = $1 AND subject_id IS NOT DISTINCT FROM $2 AND purpose = $3 AND status = 'active'`,
);
const ACTIVE_KEYS = statement(
  'find-active-data-keys',
  `SELECT id, kek_id, wrapped, subject_id FROM platform.data_keys
   WHERE tenant_id = $1 AND subject_id = ANY ($2::uuid[]) AND purpose = 'seal' AND status = 'active'`,
);
const INSERT_KEY = statement(
  'insert-data-key',
  `INSERT INTO platform.data_keys (tenant_id, id, subject_id, purpose, kek_id, wrapped, created_at, created_by,
     updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)
   ON CONFLICT (tenant_id, subject_id, purpose) WHERE status = 'active' DO NOTHING`,
);
const FIND_KEY = 'SELECT id, kek_id, wrapped FROM platform.data_keys WHERE tenant_id = $1 AND id = $2';
const KEY_BY_ID = statement('find-data-key', FIND_KEY);
const DESTROY_KEYS = statement(
  'destroy-data-keys',
  `UPDATE platform.data_keys SET status = 'destroyed', wrapped = NULL, updated_at = $3, updated_by = $4, version = version + 1
   WHERE tenant_id = $1 AND subject_id IS NOT DISTINCT FROM $2 AND status <> 'destroyed' RETURNING id`,
);

/**
 * Seals what the database must not be able to read: `v1.<data key>.<nonce, ciphertext and tag>`, AES-256-GCM under a
 * key of the tenant or of one person in it, which itself lies wrapped under a key that never reaches the database.
 */
@Injectable()
export class Vault {
  private readonly cache = new Map<string, { key: Buffer; until: number }>();
  private readonly active = new Map<string, { id: string; key: Buffer; until: number }>();

  constructor(
    private readonly provider: KeyProvider,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
  ) {}

  /** @throws Error when the text is sealed already; Refusal SERVICE_UNAVAILABLE when no key can be had */
  async seal(tx: Tx, plain: string | Buffer, place: Place): Promise<string> {
    return sealedWith(await this.activeKey(tx, place.subject ?? null, 'seal'), tx.tenantId, plain, place);
  }

  /** For many texts at once: all keys in one read. `null` stands for the tenant's own. Sealing then waits for nothing. */
  async sealers(tx: Tx, subjects: readonly (string | null)[]): Promise<Map<string | null, Sealer>> {
    // In one order everywhere, so that two transactions that make the same keys wait for each other and never in a ring.
    const wanted = [...new Set(subjects)].sort();
    const people = wanted.filter((subject) => subject !== null);
    const known = new Map<string | null, KeyRow>();
    if (people.length > 0) {
      const rows = await tx.query<KeyRow & { subject_id: string }>(ACTIVE_KEYS, [tx.tenantId, people]);
      for (const row of rows) known.set(row.subject_id, row);
    }
    const sealers = new Map<string | null, Sealer>();
    for (const subject of wanted) {
      const row = known.get(subject);
      const key = row
        ? { id: row.id, key: await this.unwrapped(tx.tenantId, row) }
        : await this.activeKey(tx, subject, 'seal');
      sealers.set(subject, (plain, place) => sealedWith(key, tx.tenantId, plain, place));
    }
    return sealers;
  }

  /**
   * @throws KeyDestroyed; Refusal SERVICE_UNAVAILABLE when no key can be had; Error when the text is not sealed, or
   * belongs elsewhere
   */
  async open(tx: Tx, sealed: string, place: Place): Promise<Secret> {
    return new Secret((await this.openBytes(tx, sealed, place)).toString());
  }

  /** @throws like `open` */
  async openBytes(tx: Tx, sealed: string, place: Place): Promise<Buffer> {
    const read = (keyId: string) => tx.query<KeyRow>(KEY_BY_ID, [tx.tenantId, keyId]);
    return this.opened(tx.tenantId, sealed, place, read);
  }

  /** For workers that serve all tenants and have no transaction of one. */
  async openIn(tenantId: string, sealed: string, place: Place): Promise<Secret> {
    const read = (keyId: string): Promise<KeyRow[]> => this.system.query(FIND_KEY, [tenantId, keyId]);
    return new Secret((await this.opened(tenantId, sealed, place, read)).toString());
  }

  /** Like `openIn`: under the key of the tenant. One that was retired a moment ago may still be used. */
  async sealIn(tenantId: string, plain: string, place: Omit<Place, 'subject'>): Promise<string> {
    let active = this.active.get(tenantId);
    if (!active || active.until <= Date.now()) {
      const query: KeyStore['query'] = ({ text }, values) => this.system.query(text, values as unknown[]);
      const store = { tenantId, actorId: SYSTEM_TENANT_ID, now: new Date(), query };
      active = { ...(await this.activeKey(store, null, 'seal')), until: Date.now() + ACTIVE_MS };
      if (this.active.size >= 10_000) this.active.clear();
      this.active.set(tenantId, active);
    }
    return sealedWith(active, tenantId, plain, place);
  }

  /**
   * A hash to find sealed text by: the same text in the same field of the same tenant gives the same one, and nobody
   * without the tenant's key can try texts out. Normalise what is looked up before.
   *
   * @param field names what is hashed, so that equal values in different columns cannot be linked
   */
  async blindIndex(tx: Tx, text: string, field: string): Promise<string> {
    const { key } = await this.activeKey(tx, null, 'index');
    return createHmac('sha256', key).update(`${field}|${text}`).digest('base64url');
  }

  /** Whether keys can be wrapped and unwrapped now. */
  async keysAvailable(): Promise<boolean> {
    const { kekId, wrapped } = await this.provider.wrap(randomBytes(KEY_BYTES), 'health');
    return (await this.provider.unwrap(kekId, wrapped, 'health')).length === KEY_BYTES;
  }

  /** Makes everything unreadable that was sealed for this person (or, without one, for the tenant): for good. */
  async destroy(tx: Tx, subject: string | null): Promise<void> {
    const gone = await tx.query<{ id: string }>(DESTROY_KEYS, [tx.tenantId, subject, tx.now, tx.actorId]);
    tx.afterCommit(() => {
      for (const { id } of gone) this.cache.delete(`${tx.tenantId}/${id}`);
      if (subject === null) this.active.delete(tx.tenantId);
    });
  }

  private async activeKey(
    store: KeyStore,
    subject: string | null,
    purpose: Purpose,
  ): Promise<{ id: string; key: Buffer }> {
    const { tenantId, now, actorId } = store;
    const [known] = await store.query<KeyRow>(ACTIVE_KEY, [tenantId, subject, purpose]);
    if (known) return { id: known.id, key: await this.unwrapped(tenantId, known) };
    const id = uuidv7();
    const { kekId, wrapped } = await available(this.provider.wrap(randomBytes(KEY_BYTES), keyBinding(tenantId, id)));
    await store.query(INSERT_KEY, [tenantId, id, subject, purpose, kekId, wrapped, now, actorId]);
    // Ours, or that of a transaction that came first and has committed meanwhile.
    const [active] = await store.query<KeyRow>(ACTIVE_KEY, [tenantId, subject, purpose]);
    if (!active) throw new Error('a data key was made and is not there');
    return { id: active.id, key: await this.unwrapped(tenantId, active) };
  }

  private async opened(
    tenantId: string,
    sealed: string,
    place: Place,
    read: (keyId: string) => Promise<KeyRow[]>,
  ): Promise<Buffer> {
    const [, keyId, content] = SEALED.exec(sealed) ?? [];
    if (!keyId || !content) throw new Error('the text is not sealed');
    const cached = this.cache.get(`${tenantId}/${keyId}`);
    let key = cached && cached.until > Date.now() ? cached.key : null;
    if (!key) {
      const [row] = await read(keyId);
      if (!row?.wrapped) throw new KeyDestroyed('the key of this text is gone');
      key = await this.unwrapped(tenantId, row);
    }
    return unseal(key, Buffer.from(content, 'base64url'), boundTo(tenantId, place));
  }

  private async unwrapped(tenantId: string, { id, kek_id: kekId, wrapped }: KeyRow): Promise<Buffer> {
    const name = `${tenantId}/${id}`;
    const cached = this.cache.get(name);
    if (cached && cached.until > Date.now()) return cached.key;
    if (!wrapped) throw new KeyDestroyed('the key of this text is gone');
    const key = await available(this.provider.unwrap(kekId, wrapped, keyBinding(tenantId, id)));
    if (this.cache.size >= 10_000) this.cache.clear();
    this.cache.set(name, { key, until: Date.now() + CACHED_MS });
    return key;
  }
}

/** Told by its form alone. Trying to open it would call "plain" whatever lies under a key that is not at hand. */
export const isSealed = (text: string): boolean => SEALED.test(text);

/** What a wrapped key is bound to. */
export const keyBinding = (tenantId: string, keyId: string): string => `${tenantId}|data_keys|wrapped|${keyId}`;
const boundTo = (tenantId: string, { table, column, row }: Place): string => `${tenantId}|${table}|${column}|${row}`;

function sealedWith(
  { id, key }: { id: string; key: Buffer },
  tenantId: string,
  plain: string | Buffer,
  place: Place,
): string {
  if (isSealed(plain.toString())) throw new Error(`what goes into ${place.table}.${place.column} is sealed already`);
  const bytes = typeof plain === 'string' ? Buffer.from(plain) : plain;
  return `v1.${id}.${seal(key, bytes, boundTo(tenantId, place)).toString('base64url')}`;
}

/** Without its key nothing is sealed and nothing opened: the caller may come again. */
async function available<T>(keys: Promise<T>): Promise<T> {
  try {
    return await keys;
  } catch (error) {
    if (!(error instanceof KeyProviderAway)) throw error;
    throw new Refusal(SERVICE_UNAVAILABLE, { retryAfter: 30 });
  }
}
