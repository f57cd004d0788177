import { createHmac } from 'node:crypto';
import { Refusal, STALE_VERSION, SYSTEM_TENANT_ID } from '@kit/contracts';
import {
  expectedVersion,
  originIn,
  type Queryable,
  Relay,
  type RequestContext,
  SYSTEM_DATABASE,
  type Tx,
  UnitOfWork,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  CONFIG_KEY_UNKNOWN,
  CONFIG_VALUE_INVALID,
  type ConfigPlace,
  type ConfigVersions,
  type ListSystemConfigs,
  type PutSystemConfig,
  type ReadConfigs,
  type ReadSystemConfigs,
  type RollBackSystemConfig,
  type SystemConfig,
  type SystemConfigPage,
  systemConfigChanged,
} from '@platform/contracts';
import { DataSource } from 'typeorm';
import { NIL, v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { inSystemTransaction } from '../../../database/system-transaction.js';
import { derivedKey, masterKeyOf } from '../../../sealing.js';
import { Vault } from '../../../secrets/index.js';
import { type Definition, PLATFORM, PLATFORM_CONFIGS, type PlatformConfigs, ready } from './config-definitions.js';
import {
  ACTIVE_CONFIGS,
  type ConfigRow,
  type DefinitionsRow,
  END_ACTIVE,
  GLOBAL_CONFIG,
  INSERT_CONFIG,
  LAYER_VERSIONS,
  LOCK_CONFIGS,
  PRODUCT_CONFIGS,
} from './configs.sql.js';
import { decide, type Said } from './domain/layers.js';

const FRESH_MS = 1_000;

/** Configuration of the system: typed, in layers, with every value it ever had. Secrets go in and never come out to people. */
@Injectable()
export class SystemConfigs {
  private readonly cache = new Map<string, { value: unknown; until: number }>();
  private readonly fingerprintKey: Buffer;

  constructor(
    private readonly work: UnitOfWork,
    private readonly dataSource: DataSource,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly relay: Relay,
    private readonly vault: Vault,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {
    for (const definition of ready(PLATFORM, PLATFORM_CONFIGS)) {
      const given = config.systemConfigs[definition.key];
      const [problem] = given === undefined ? [] : definition.problems(given);
      if (problem) throw new Error(`PLATFORM_SYSTEM_CONFIGS: ${definition.key} ${problem.message}`);
    }
    this.fingerprintKey = derivedKey(masterKeyOf(config), 'config-fingerprint/v1');
  }

  /** What holds for PLATFORM itself; at most a second old. */
  async value<T>(key: keyof PlatformConfigs): Promise<T> {
    const known = this.cache.get(key);
    if (known && known.until > Date.now()) return known.value as T;
    const definition = PLATFORM_CONFIGS.find((one) => one.key === key);
    const [row] = (await this.dataSource.query(GLOBAL_CONFIG, [key])) as { value: unknown }[];
    const value = row?.value ?? this.config.systemConfigs[key] ?? definition?.default.value;
    this.cache.set(key, { value, until: Date.now() + FRESH_MS });
    return value as T;
  }

  list(ctx: RequestContext, { owner, limit = 50, cursor }: ListSystemConfigs): Promise<SystemConfigPage> {
    return this.work.run(ctx, async (tx) => {
      const all = (await this.definitions(tx)).filter(({ key }) => owner === undefined || key.startsWith(`${owner}.`));
      const from = cursor === undefined ? 0 : all.findIndex(({ key }) => key > cursor);
      const page = from < 0 ? [] : all.slice(from, from + limit);
      const data = await Promise.all(page.map((definition) => this.shown(tx, definition, { key: definition.key })));
      return { data, nextCursor: from >= 0 && from + limit < all.length ? (page.at(-1)?.key ?? null) : null };
    });
  }

  get(ctx: RequestContext, place: ConfigPlace): Promise<SystemConfig> {
    return this.work.run(ctx, async (tx) => this.shown(tx, await this.definition(tx, place.key), place));
  }

  versions(ctx: RequestContext, place: ConfigPlace): Promise<ConfigVersions> {
    return this.work.run(ctx, async (tx) => {
      await this.definition(tx, place.key);
      const rows = await tx.query<ConfigRow>(LAYER_VERSIONS, layerOf(place));
      const data = rows.map((row) => ({
        version: row.layer_version,
        ...(row.value !== null && { value: row.value }),
        status: row.status,
        changedBy: row.updated_by,
        changedAt: row.updated_at.toISOString(),
      }));
      return { data };
    });
  }

  put(ctx: RequestContext, { value, dryRun = false, ...place }: PutSystemConfig): Promise<SystemConfig> {
    return this.change(ctx, async (tx) => {
      const definition = await this.definition(tx, place.key);
      const [latest] = await tx.query<ConfigRow>(LAYER_VERSIONS, layerOf(place));
      const version = latest?.status === 'active' ? latest.layer_version : 0;
      if (version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const errors = definition.problems(value);
      if (errors.length > 0) throw new Refusal(CONFIG_VALUE_INVALID, { errors });
      if (dryRun) return this.shown(tx, definition, place, { layer: layerName(place), value });
      await this.write(tx, definition, place, value);
      return this.shown(tx, definition, place);
    });
  }

  remove(ctx: RequestContext, place: ConfigPlace): Promise<void> {
    return this.change(ctx, async (tx) => {
      await this.definition(tx, place.key);
      await tx.query(END_ACTIVE, [...layerOf(place), tx.now]);
      await tx.query(INSERT_CONFIG, [...layerOf(place), uuidv7(), null, null, 'removed', tx.now, tx.actorId]);
      this.told(tx, place, 'remove');
    });
  }

  rollBack(ctx: RequestContext, { toVersion, ...place }: RollBackSystemConfig): Promise<SystemConfig> {
    return this.change(ctx, async (tx) => {
      const definition = await this.definition(tx, place.key);
      const rows = await tx.query<ConfigRow>(LAYER_VERSIONS, layerOf(place));
      const row = rows.find(({ layer_version, status }) => layer_version === toVersion && status !== 'removed');
      if (!row) throw new Refusal(CONFIG_KEY_UNKNOWN);
      const value = await this.plain(tx, row);
      const errors = definition.problems(value);
      if (errors.length > 0) throw new Refusal(CONFIG_VALUE_INVALID, { errors });
      await this.write(tx, definition, place, value);
      return this.shown(tx, definition, place);
    });
  }

  /** For the service of a product: its own values, secrets in clear. */
  async read(ctx: RequestContext, { keys, tenantId }: ReadSystemConfigs): Promise<ReadConfigs> {
    const product = ctx.principal.kind === 'product' ? ctx.principal.key : '';
    return inSystemTransaction(this.system, originIn(SYSTEM_TENANT_ID, ctx), async (tx) => {
      const known = (await this.definitions(tx)).filter(({ key }) => key.startsWith(`${product}.`));
      const rows = await tx.query<ConfigRow>(ACTIVE_CONFIGS, [keys, product, tenantId ?? null]);
      const values = [];
      for (const key of keys) {
        const definition = known.find((one) => one.key === key);
        if (!definition) throw new Refusal(CONFIG_KEY_UNKNOWN, { details: { key } });
        const winner = decide(this.said(definition, rows)).at(-1);
        const value = winner?.row ? await this.plain(tx, winner.row) : winner?.value;
        values.push({ key, value });
      }
      return { values };
    });
  }

  private async write(tx: Tx, definition: Definition, place: ConfigPlace, value: unknown): Promise<void> {
    const id = uuidv7();
    const sealed = definition.secret ? await this.vault.seal(tx, JSON.stringify(value), sealedAt(id)) : null;
    await tx.query(END_ACTIVE, [...layerOf(place), tx.now]);
    const plain = definition.secret ? null : JSON.stringify(value);
    await tx.query(INSERT_CONFIG, [...layerOf(place), id, plain, sealed, 'active', tx.now, tx.actorId]);
    this.told(tx, place, 'put', definition.secret ? undefined : value);
  }

  private told(tx: Tx, place: ConfigPlace, what: 'put' | 'remove', value?: unknown): void {
    const { key } = place;
    tx.emit(systemConfigChanged, { id: uuidv5(key, NIL), version: 1, data: { key, layer: layerName(place) } });
    tx.audit({
      action: `platform.system-config.${what}`,
      entity: { type: 'system_config', id: key },
      changes: {
        layer: layerName(place),
        product: place.product ?? null,
        tenant: place.tenantId ?? null,
        ...(value !== undefined && { value }),
      },
    });
  }

  /** Runs a change as the system role, for a caller whose permission holds for the whole system. */
  private change<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, async (asked) => {
      if (asked.tenantId !== SYSTEM_TENANT_ID) throw new Refusal(CONFIG_KEY_UNKNOWN);
      const result = await inSystemTransaction(this.system, originIn(SYSTEM_TENANT_ID, ctx), async (tx) => {
        await tx.query(LOCK_CONFIGS);
        return work(tx);
      });
      this.cache.clear();
      this.relay.wakeAfterCommit();
      return result;
    });
  }

  private async definitions(queryable: Queryable): Promise<Definition[]> {
    const products = await queryable.query<DefinitionsRow>(PRODUCT_CONFIGS);
    const all = [...ready(PLATFORM, PLATFORM_CONFIGS), ...products.flatMap(({ key, configs }) => ready(key, configs))];
    return all.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** @throws Refusal CONFIG_KEY_UNKNOWN */
  private async definition(queryable: Queryable, key: string): Promise<Definition> {
    const found = (await this.definitions(queryable)).find((definition) => definition.key === key);
    if (!found) throw new Refusal(CONFIG_KEY_UNKNOWN);
    return found;
  }

  private said(definition: Definition, rows: readonly ConfigRow[]): Said<ConfigRow>[] {
    const environment = this.config.systemConfigs[definition.key];
    return [
      { layer: 'default', value: definition.default.value },
      ...(environment === undefined ? [] : [{ layer: 'environment' as const, value: environment }]),
      ...rows
        .filter(({ key }) => key === definition.key)
        .map((row) => ({
          layer: layerName({ product: row.product, tenantId: row.for_tenant }),
          value: row.value,
          row,
        })),
    ];
  }

  private async shown(
    tx: Tx,
    definition: Definition,
    place: ConfigPlace,
    instead?: Said<ConfigRow>,
  ): Promise<SystemConfig> {
    const { key, title, schema, secret = false } = definition;
    const rows = await tx.query<ConfigRow>(ACTIVE_CONFIGS, [[key], place.product ?? null, place.tenantId ?? null]);
    const said = this.said(definition, rows).filter(({ layer }) => layer !== instead?.layer);
    const decided = decide(instead ? [...said, instead] : said);
    const layers = await Promise.all(
      decided.map(async ({ layer, value, row, wins }) => ({
        layer,
        ...(secret ? await this.traceOf(tx, row) : { value }),
        wins,
      })),
    );
    const own = rows.find((row) => layerName({ product: row.product, tenantId: row.for_tenant }) === layerName(place));
    return { key, title, schema, secret, layers, version: own?.layer_version ?? 0 };
  }

  /** What may be known of a secret. The sealing key of the system tenant is not the caller's, so only what changes it opens it. */
  private async traceOf(tx: Tx, row: ConfigRow | undefined): Promise<{ last4?: string; fingerprint?: string }> {
    if (!row) return {};
    const value = String(await this.plain(tx, row));
    return {
      ...(value.length >= 12 && { last4: value.slice(-4) }),
      fingerprint: createHmac('sha256', this.fingerprintKey).update(value).digest('hex').slice(0, 16),
    };
  }

  private async plain(tx: Tx, row: ConfigRow): Promise<unknown> {
    if (row.value_sealed === null) return row.value;
    return JSON.parse((await this.vault.open(tx, row.value_sealed, sealedAt(row.id))).reveal());
  }
}

const sealedAt = (row: string) => ({ table: 'system_configs', column: 'value_sealed', row });
const layerOf = ({ key, product, tenantId }: ConfigPlace) => [key, product ?? null, tenantId ?? null];
const layerName = ({ product, tenantId }: { product?: string | null; tenantId?: string | null }) =>
  tenantId ? ('tenant' as const) : product ? ('product' as const) : ('global' as const);
