import { jobOrigin, LOGGER, type Logger, PeriodicJob, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AnchorFiles } from './anchor-files.js';
import { Anchors } from './anchors.js';
import { toAnchor } from './compliance.mapper.js';
import type { CheckpointRow } from './compliance.sql.js';
import { ANCHORS_AFTER, TENANTS_WITH_ANCHORS, UNANCHORED } from './system.sql.js';

const EVERY_MS = 60_000;

/** Signs chains that nobody appends to any more, and brings the files of anchors up to date. */
@Injectable()
export class AnchorsJob extends PeriodicJob {
  constructor(
    @Inject(SYSTEM_DATABASE) system: DataSource,
    @Inject(LOGGER) log: Logger,
    private readonly work: UnitOfWork,
    private readonly anchors: Anchors,
    private readonly files: AnchorFiles,
  ) {
    super('platform.audit-anchors', EVERY_MS, system, log);
  }

  protected async run(now: Date): Promise<void> {
    const due: { tenantId: string }[] = await this.system.query(UNANCHORED, [this.anchors.dueBefore(now)]);
    for (const { tenantId } of due) {
      await this.work.runAs(jobOrigin(tenantId, 'audit-anchors'), (tx) => this.anchors.now(tx, now));
    }
    if (this.files.directory !== '') await this.bringFilesUpToDate();
  }

  /** A turn that was cut off after a line was written goes on behind it. */
  private async bringFilesUpToDate(): Promise<void> {
    const tenants: { tenantId: string; seq: string }[] = await this.system.query(TENANTS_WITH_ANCHORS);
    for (const { tenantId, seq } of tenants) {
      let written = (await this.files.read(tenantId)).reduce((last, anchor) => Math.max(last, anchor.seq), 0);
      while (written < Number(seq)) {
        const rows: CheckpointRow[] = await this.system.query(ANCHORS_AFTER, [tenantId, written]);
        if (rows.length === 0) break;
        await this.files.append(tenantId, rows.map(toAnchor));
        written = Number(rows.at(-1)?.seq);
      }
    }
  }
}
