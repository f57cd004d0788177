import { NOT_FOUND, Refusal, STALE_VERSION, SYSTEM_TENANT_ID } from '@kit/contracts';
import {
  expectedVersion,
  originIn,
  Relay,
  type RequestContext,
  SYSTEM_DATABASE,
  type Tx,
  UnitOfWork,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type CreateFlag,
  type FeatureFlag,
  FLAG_CHANGE_NEEDS_APPROVAL,
  FLAG_INVALID,
  FLAG_KEY_TAKEN,
  type FlagDefinition,
  type FlagSegment,
  flagChanged,
  type PutFlagSegment,
  type RevertFlag,
  type UpdateFlag,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { inSystemTransaction } from '../../../database/system-transaction.js';
import { SystemConfigs } from '../configs/index.js';
import { conditionProblems, flagProblems } from './domain/flag-problems.js';
import { FlagStore } from './flag-store.js';
import { aggregateId, toFlag, toSegment } from './flags.mapper.js';
import {
  FIND_FLAG,
  FIND_VERSION,
  type FlagRow,
  INSERT_FLAG,
  INSERT_VERSION,
  KNOWN_DEFINITIONS,
  KNOWN_SEGMENTS,
  LOCK_FLAGS,
  PUT_SEGMENT,
  type SegmentRow,
  UPDATE_FLAG,
  type VersionRow,
} from './flags.sql.js';

const KEY = /^[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)+$/;

/** Changing feature flags. They belong to no tenant: the system role writes them, in the name of the caller. */
@Injectable()
export class FlagsService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly relay: Relay,
    private readonly store: FlagStore,
    private readonly configs: SystemConfigs,
  ) {}

  create(ctx: RequestContext, { key, definition, ...flag }: CreateFlag): Promise<FeatureFlag> {
    return this.change(ctx, async (tx) => {
      if (!KEY.test(key))
        throw new Refusal(FLAG_INVALID, {
          errors: [{ path: 'key', code: 'format', message: `${key} must read <product>.<flag>` }],
        });
      await requireSound(tx, key, definition);
      const { description, purpose, owner, expectedEnd = null, clientExposed = false } = flag;
      const values = [
        key,
        description,
        purpose,
        owner,
        expectedEnd,
        clientExposed,
        json(definition),
        tx.now,
        tx.actorId,
      ];
      const [made] = await tx.query(INSERT_FLAG, values);
      if (!made) throw new Refusal(FLAG_KEY_TAKEN);
      return this.written(tx, key, { created: true });
    });
  }

  async update(ctx: RequestContext, { key, ...changes }: UpdateFlag): Promise<FeatureFlag> {
    return this.change(ctx, async (tx) => {
      const before = await tx.one<FlagRow>(FIND_FLAG, [key]);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      if (changes.definition) await this.requireNoApproval();
      return this.put(tx, before, changes);
    });
  }

  async revert(ctx: RequestContext, { key, toVersion }: RevertFlag): Promise<FeatureFlag> {
    return this.change(ctx, async (tx) => {
      await this.requireNoApproval();
      const before = await tx.one<FlagRow>(FIND_FLAG, [key]);
      const { definition } = await tx.one<VersionRow>(FIND_VERSION, [key, toVersion]);
      return this.put(tx, before, { definition });
    });
  }

  putSegment(ctx: RequestContext, { key, description, when }: PutFlagSegment): Promise<FlagSegment> {
    return this.change(ctx, async (tx) => {
      const errors = conditionProblems(when, 'when');
      if (!KEY.test(key)) errors.push({ path: 'key', code: 'format', message: `${key} must read <product>.<segment>` });
      if (errors.length > 0) throw new Refusal(FLAG_INVALID, { errors });
      const row = await tx.one<SegmentRow>(PUT_SEGMENT, [key, description, json(when), tx.now, tx.actorId]);
      tx.audit({ action: 'platform.flag-segment.put', entity: { type: 'flag_segment', id: key }, changes: { when } });
      return toSegment(row);
    });
  }

  /** Writes what changes; everything else of the flag stays. The caller holds the lock. */
  async put(tx: Tx, before: FlagRow, changes: Omit<UpdateFlag, 'key'>): Promise<FeatureFlag> {
    const { description, owner, expectedEnd, clientExposed, status, definition } = {
      description: before.description,
      owner: before.owner,
      expectedEnd: before.expected_end,
      clientExposed: before.client_exposed,
      status: before.status,
      definition: before.definition,
      ...changes,
    };
    await requireSound(tx, before.key, definition);
    const values = [
      before.key,
      before.version,
      description,
      owner,
      expectedEnd,
      clientExposed,
      status,
      json(definition),
      tx.now,
      tx.actorId,
    ];
    const [row] = await tx.query(UPDATE_FLAG, values);
    if (!row) throw new Refusal(STALE_VERSION);
    return this.written(tx, before.key, { from: before.definition, to: definition, status });
  }

  /** Runs a change as the system role, for a caller whose permission holds for the whole system. */
  change<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, async (asked) => {
      if (asked.tenantId !== SYSTEM_TENANT_ID) throw new Refusal(NOT_FOUND);
      const result = await this.locked((tx) => work(tx), originIn(SYSTEM_TENANT_ID, ctx));
      this.announce();
      return result;
    });
  }

  async locked<T>(work: (tx: Tx) => Promise<T>, origin: Parameters<typeof inSystemTransaction>[1]): Promise<T> {
    return inSystemTransaction(this.system, origin, async (tx) => {
      await tx.query(LOCK_FLAGS);
      return work(tx);
    });
  }

  announce(): void {
    this.relay.wakeAfterCommit();
    this.store.announceChange();
  }

  private async written(tx: Tx, key: string, changes: Record<string, unknown>): Promise<FeatureFlag> {
    const row = await tx.one<FlagRow>(FIND_FLAG, [key]);
    await tx.query(INSERT_VERSION, [key, row.version, json(row.definition), tx.now, tx.actorId]);
    tx.emit(flagChanged, { id: aggregateId(key), version: row.version, data: { key, flagVersion: row.version } });
    tx.audit({ action: 'platform.feature-flag.put', entity: { type: 'feature_flag', id: key }, changes });
    return toFlag(row, tx.now);
  }

  private async requireNoApproval(): Promise<void> {
    const approvals = await this.configs.value<number>('platform.flag-approvals');
    if (approvals > 0) throw new Refusal(FLAG_CHANGE_NEEDS_APPROVAL);
  }
}

/** @throws Refusal FLAG_INVALID */
export async function requireSound(tx: Tx, key: string, definition: FlagDefinition): Promise<void> {
  const flags = await tx.query<{ key: string; definition: FlagDefinition }>(KNOWN_DEFINITIONS);
  const segments = await tx.query<{ key: string }>(KNOWN_SEGMENTS);
  const errors = flagProblems(key, definition, {
    flags: new Map(flags.map((flag) => [flag.key, flag.definition])),
    segments: new Set(segments.map((segment) => segment.key)),
  });
  // Others may rely on a variant that would go.
  for (const other of flags) {
    for (const { flag, variants } of other.definition.prerequisites ?? []) {
      const gone = flag === key ? variants.filter((variant) => !Object.hasOwn(definition.variants, variant)) : [];
      for (const variant of gone)
        errors.push({
          path: 'definition.variants',
          code: 'needed',
          message: `${other.key} relies on the variant ${variant}`,
        });
    }
  }
  if (errors.length > 0) throw new Refusal(FLAG_INVALID, { errors });
}

const json = (value: unknown): string => JSON.stringify(value);
