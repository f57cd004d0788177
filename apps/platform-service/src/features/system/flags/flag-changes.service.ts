import { Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { jobOrigin, type RequestContext, type Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type DecideFlagChange,
  FLAG_CHANGE_CLOSED,
  FLAG_CHANGE_CONFLICT,
  FLAG_CHANGE_OWN,
  type FlagChange,
  type FlagChangeStatus,
  type ProposeFlagChange,
} from '@platform/contracts';
import { SystemConfigs } from '../configs/index.js';
import { toChange } from './flags.mapper.js';
import { FlagsService, requireSound } from './flags.service.js';
import {
  type ChangeRow,
  DUE_CHANGES,
  FIND_FLAG,
  type FlagRow,
  INSERT_CHANGE,
  LOCK_CHANGE,
  UPDATE_CHANGE,
} from './flags.sql.js';

/** Changes that somebody else must look at first, and changes that wait for their hour. */
@Injectable()
export class FlagChangesService {
  constructor(
    private readonly flags: FlagsService,
    private readonly configs: SystemConfigs,
  ) {}

  propose(ctx: RequestContext, { key, definition, baseVersion, applyAt }: ProposeFlagChange): Promise<FlagChange> {
    return this.flags.change(ctx, async (tx) => {
      const flag = await tx.one<FlagRow>(FIND_FLAG, [key]);
      if (flag.version !== baseVersion) throw new Refusal(FLAG_CHANGE_CONFLICT);
      await requireSound(tx, key, definition);
      const values = [key, baseVersion, JSON.stringify(definition), applyAt ?? null, tx.now, tx.actorId];
      const row = await tx.one<ChangeRow>(INSERT_CHANGE, values);
      this.audit(tx, 'propose', row);
      return toChange(row);
    });
  }

  decide(ctx: RequestContext, { id, decision }: DecideFlagChange): Promise<FlagChange> {
    return this.flags.change(ctx, async (tx) => {
      const change = await tx.one<ChangeRow>(LOCK_CHANGE, [id]);
      if (change.status !== 'proposed') throw new Refusal(FLAG_CHANGE_CLOSED);
      if (decision === 'reject') return this.move(tx, change, 'rejected', change.approved_by);
      if (change.created_by === tx.actorId) throw new Refusal(FLAG_CHANGE_OWN);
      const approved = [...new Set([...change.approved_by, tx.actorId])];
      const needed = Math.max(1, await this.configs.value<number>('platform.flag-approvals'));
      if (approved.length < needed) return this.move(tx, change, 'proposed', approved);
      const flag = await tx.one<FlagRow>(FIND_FLAG, [change.key]);
      if (flag.version !== change.base_version) throw new Refusal(FLAG_CHANGE_CONFLICT);
      if (change.apply_at && change.apply_at > tx.now) return this.move(tx, change, 'approved', approved);
      await this.flags.put(tx, flag, { definition: change.definition });
      return this.move(tx, change, 'applied', approved);
    });
  }

  /** Applies what has become due. One whose flag has changed meanwhile is rejected: it was approved for another flag. */
  async applyDue(now: Date): Promise<void> {
    const applied = await this.flags.locked(
      async (tx) => {
        const due = await tx.query<ChangeRow>(DUE_CHANGES, [now]);
        for (const change of due) {
          const flag = await tx.one<FlagRow>(FIND_FLAG, [change.key]);
          const fits = flag.version === change.base_version;
          if (fits) await this.flags.put(tx, flag, { definition: change.definition });
          await this.move(tx, change, fits ? 'applied' : 'rejected', change.approved_by);
        }
        return due.length;
      },
      jobOrigin(SYSTEM_TENANT_ID, 'flag-changes', SYSTEM_TENANT_ID, now),
    );
    if (applied > 0) this.flags.announce();
  }

  private async move(tx: Tx, change: ChangeRow, status: FlagChangeStatus, approved: string[]): Promise<FlagChange> {
    const row = await tx.one<ChangeRow>(UPDATE_CHANGE, [change.id, status, approved, tx.now, tx.actorId]);
    this.audit(tx, status === 'proposed' ? 'approve' : status, row);
    return toChange(row);
  }

  private audit(tx: Tx, what: string, { id, key, definition }: ChangeRow): void {
    tx.audit({
      action: `platform.flag-change.${what}`,
      entity: { type: 'flag_change', id },
      changes: { key, definition },
    });
  }
}
