import { FORBIDDEN, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type PutOwnSetting,
  type PutSetting,
  SETTING_INVALID,
  SETTING_SCOPE_INVALID,
  SETTING_UNKNOWN,
  type Setting,
  type SettingKey,
  type SettingPlace,
  type SettingScope,
  settingChanged,
  settingState,
} from '@platform/contracts';
import { settingsNamed } from './catalog.js';
import type { Setting as Definition } from './domain/definitions.js';
import { toSetting, toSettingState } from './settings.mapper.js';
import { INSERT_SETTING, LOCK_SETTING, ORGANIZATION_EXISTS, type SettingRow, UPDATE_SETTING } from './settings.sql.js';

const NARROWNESS: Record<SettingScope, number> = { tenant: 0, org: 1, user: 2 };

interface Place {
  readonly layer: SettingScope;
  readonly orgId: string | null;
  readonly userId: string | null;
}

const TENANT: Place = { layer: 'tenant', orgId: null, userId: null };

@Injectable()
export class SettingsService {
  constructor(private readonly work: UnitOfWork) {}

  put(ctx: RequestContext, { key, orgId, value }: PutSetting): Promise<Setting> {
    return this.work.run(ctx, async (tx) => {
      const place = await administered(tx, orgId);
      return toSetting(await this.set(tx, key, place, value, expectedVersion(ctx)));
    });
  }

  clear(ctx: RequestContext, { key, orgId }: SettingPlace): Promise<void> {
    return this.work.run(ctx, async (tx) => this.unset(tx, key, await administered(tx, orgId), expectedVersion(ctx)));
  }

  putOwn(ctx: RequestContext, { key, value }: PutOwnSetting): Promise<Setting> {
    return this.work.run(ctx, async (tx) =>
      toSetting(await this.set(tx, key, ownPlace(ctx), value, expectedVersion(ctx))),
    );
  }

  clearOwn(ctx: RequestContext, { key }: SettingKey): Promise<void> {
    return this.work.run(ctx, (tx) => this.unset(tx, key, ownPlace(ctx), expectedVersion(ctx)));
  }

  /**
   * Makes a setting for the tenant of `tx`, as provisioning does.
   * @throws Refusal SETTING_UNKNOWN, SETTING_INVALID
   */
  async setForTenant(tx: Tx, key: string, value: unknown): Promise<void> {
    await this.set(tx, key, TENANT, value, 0);
  }

  private async set(tx: Tx, key: string, place: Place, value: unknown, expected: number): Promise<SettingRow> {
    const definition = await definitionOf(tx, key, place);
    const errors = definition.problems(value);
    if (errors.length > 0) throw new Refusal(SETTING_INVALID, { errors });
    const before = await this.lock(tx, key, place, expected);
    const json = JSON.stringify(value);
    const at = [tx.now, tx.actorId];
    const [row] = before
      ? await tx.query<SettingRow>(UPDATE_SETTING, [tx.tenantId, before.id, json, ...at])
      : await tx.query<SettingRow>(INSERT_SETTING, [tx.tenantId, key, place.orgId, place.userId, json, ...at]);
    // Somebody else was the first to set it.
    if (!row) throw new Refusal(STALE_VERSION);
    tx.state(settingState, { id: row.id, version: row.version, data: toSettingState(tx.tenantId, row) });
    this.changed(tx, 'platform.setting.put', place, row);
    return row;
  }

  private async unset(tx: Tx, key: string, place: Place, expected: number): Promise<void> {
    await definitionOf(tx, key, place);
    const before = await this.lock(tx, key, place, expected);
    if (before?.status !== 'set') throw new Refusal(NOT_FOUND);
    const row = await tx.one<SettingRow>(UPDATE_SETTING, [tx.tenantId, before.id, null, tx.now, tx.actorId]);
    tx.state(settingState, { id: row.id, version: row.version, data: null });
    this.changed(tx, 'platform.setting.clear', place, row);
  }

  private async lock(tx: Tx, key: string, place: Place, expected: number): Promise<SettingRow | null> {
    const [row] = await tx.query<SettingRow>(LOCK_SETTING, [tx.tenantId, key, place.orgId, place.userId]);
    if ((row?.version ?? 0) !== expected) throw new Refusal(STALE_VERSION);
    return row ?? null;
  }

  private changed(tx: Tx, action: string, { layer, orgId, userId }: Place, { id, key, value, version }: SettingRow) {
    tx.emit(settingChanged, { id, version, data: { key, layer, of: userId ?? orgId } });
    tx.audit({
      action,
      entity: { type: 'setting', id },
      // What a person prefers is theirs; what an administrator decides is what the log is for.
      changes: layer === 'user' ? { key, layer } : { key, layer, value },
      ...(orgId !== null && { orgId }),
    });
  }
}

async function definitionOf(tx: Tx, key: string, { layer }: Place): Promise<Definition> {
  const [definition] = await settingsNamed(tx, [key]);
  if (!definition) throw new Refusal(SETTING_UNKNOWN);
  if (NARROWNESS[layer] > NARROWNESS[definition.scope]) {
    throw new Refusal(SETTING_SCOPE_INVALID, { details: { narrowest: definition.scope } });
  }
  return definition;
}

const ownPlace = (ctx: RequestContext): Place => ({ layer: 'user', orgId: null, userId: userOf(ctx).userId });

async function administered(tx: Tx, orgId: string | undefined): Promise<Place> {
  if (orgId === undefined) {
    if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
    return TENANT;
  }
  if (!tx.reach.covers(orgId)) throw new Refusal(NOT_FOUND);
  await tx.one(ORGANIZATION_EXISTS, [tx.tenantId, orgId]);
  return { layer: 'org', orgId, userId: null };
}
