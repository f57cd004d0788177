import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { KeyProvider } from './key-provider.js';
import type { SealedColumn } from './sealed-columns.js';
import {
  COUNT_KEYS,
  COUNT_UNDER_RETIRED,
  KEYS_TO_WRAP,
  RETIRE_KEYS,
  RETIRED_KEYS,
  REWRITABLE,
  replaceValue,
  valuesUnder,
  WRAP_KEY,
} from './secrets.sql.js';
import { keyBinding, Vault } from './vault.js';

const HOURLY_MS = 3_600_000;
const BATCH = 200;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Which keys are in use, and what still has to move to the current ones. */
export interface KeyStatus {
  /** Master key that wraps from now on. */
  readonly currentKekId: string;
  /** Data keys per master key. */
  readonly keks: readonly { readonly kekId: string; readonly keys: number }[];
  /** Data keys that lie under an earlier master key. */
  readonly keysToWrap: number;
  /** Values that lie under a data key which is no longer sealed with. */
  readonly valuesToSeal: number;
}

/**
 * Moves everything to the current keys, while everything goes on: data keys are wrapped anew when the master key has
 * changed, values are sealed anew when their data key was retired. It can be cut off anywhere and goes on where it was,
 * because what is left to do is read from the rows themselves.
 */
@Injectable()
export class KeyRotation extends PeriodicJob {
  constructor(
    private readonly provider: KeyProvider,
    private readonly vault: Vault,
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
  ) {
    super('secrets/key-rotation', HOURLY_MS, system, log);
  }

  protected override async run(): Promise<void> {
    const wrapped = await this.wrapAnew();
    const sealed = await this.sealAnew();
    if (wrapped + sealed > 0) this.log.info({ wrapped, sealed }, 'secrets were moved to the current keys');
  }

  async status(): Promise<KeyStatus> {
    const keks: { kekId: string; keys: number }[] = await this.system.query(COUNT_KEYS);
    const [{ values }] = (await this.system.query(COUNT_UNDER_RETIRED)) as [{ values: number }];
    const currentKekId = this.provider.current;
    const keysToWrap = keks.filter(({ kekId }) => kekId !== currentKekId).reduce((sum, { keys }) => sum + keys, 0);
    return { currentKekId, keks, keysToWrap, valuesToSeal: values };
  }

  /** Begins to seal with new keys, in one tenant or in all. Answers how many keys were retired. */
  async retire(tenantId: string | null): Promise<number> {
    const [rows] = (await this.system.query(RETIRE_KEYS, [tenantId])) as [unknown[], number];
    return rows.length;
  }

  /** Wraps data keys under the current master key; what they seal is not touched. Answers how many. */
  async wrapAnew(): Promise<number> {
    type Key = { tenantId: string; id: string; kekId: string; wrapped: Buffer };
    const { current } = this.provider;
    let after = [BEFORE_ALL, BEFORE_ALL];
    let done = 0;
    for (;;) {
      const keys: Key[] = await this.system.query(KEYS_TO_WRAP, [current, ...after, BATCH]);
      for (const { tenantId, id, kekId, wrapped } of keys) {
        const binding = keyBinding(tenantId, id);
        const fresh = await this.provider.wrap(await this.provider.unwrap(kekId, wrapped, binding), binding);
        const values = [tenantId, id, kekId, fresh.kekId, fresh.wrapped];
        const [, changed] = (await this.system.query(WRAP_KEY, values)) as [unknown[], number];
        done += changed;
        after = [tenantId, id];
      }
      if (keys.length < BATCH) return done;
    }
  }

  /** Seals anew what lies under retired keys. Answers how many values. */
  async sealAnew(): Promise<number> {
    type Key = { tenantId: string; id: string; subjectId: string | null };
    const retired: Key[] = await this.system.query(RETIRED_KEYS);
    let done = 0;
    for (const { tenantId, id, subjectId } of retired) {
      for (const column of REWRITABLE) {
        for (let moved = BATCH; moved === BATCH; done += moved) {
          moved = await this.sealBatch(column, tenantId, id, subjectId);
        }
      }
    }
    return done;
  }

  private async sealBatch(
    column: SealedColumn,
    tenantId: string,
    keyId: string,
    subject: string | null,
  ): Promise<number> {
    type Value = { row: string; sealed: string };
    const values: Value[] = await this.system.query(valuesUnder(column), [tenantId, keyId, BATCH]);
    if (values.length === 0) return 0;
    const fresh = await this.work.runAs(jobOrigin(tenantId, 'key-rotation'), async (tx) => {
      const sealed: string[] = [];
      for (const value of values) {
        const place = { table: column.table, column: column.column, row: value.row, ...(subject && { subject }) };
        sealed.push(await this.vault.seal(tx, await this.vault.openBytes(tx, value.sealed, place), place));
      }
      return sealed;
    });
    for (const [at, { row, sealed }] of values.entries()) {
      await this.system.query(replaceValue(column), [tenantId, row, sealed, fresh[at]]);
    }
    return values.length;
  }
}
