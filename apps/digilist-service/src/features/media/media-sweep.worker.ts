import { LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { CLAIM_DOOMED_FILES, DROP_ABANDONED_PIECES, FORGET_FILE } from './media.sql.js';
import { MediaStorage } from './storage/media-storage.js';

const BATCH = 20;
const CLAIM_SECONDS = 60;
const POLL_MS = 30_000;

interface DoomedFile {
  readonly tenantId: string;
  readonly id: string;
}

/** Where a file lies in the store: apart by tenant, so that one of them can be handed over or looked into. */
export const fileKey = (tenantId: string, fileId: string): string => `${tenantId}/${fileId}`;

/**
 * Deletes files whose media are gone, and what uploads left behind that went wrong. The row goes last: whatever crashes,
 * the next turn finds it again.
 */
@Injectable()
export class MediaSweep extends QueueWorker<DoomedFile> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly storage: MediaStorage,
    @Inject(LOGGER) log: Logger,
  ) {
    super('doomed media files', log, POLL_MS);
  }

  protected override async claim(): Promise<DoomedFile[]> {
    await this.system.query(DROP_ABANDONED_PIECES);
    // TypeORM answers [rows, count] for an UPDATE.
    const [rows] = (await this.system.query(CLAIM_DOOMED_FILES, [BATCH, CLAIM_SECONDS])) as [DoomedFile[], number];
    return rows;
  }

  protected override async work({ tenantId, id }: DoomedFile): Promise<void> {
    await this.storage.remove(fileKey(tenantId, id));
    await this.system.query(FORGET_FILE, [tenantId, id]);
  }
}
