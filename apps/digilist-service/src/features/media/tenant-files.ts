import { SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Belongings } from '../../platform/index.js';
import { FILES_OF_TENANT } from './media.sql.js';
import { fileKey } from './media-sweep.worker.js';
import { MediaStorage } from './storage/media-storage.js';

const BATCH = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** The files of a tenant that is purged go before the rows that know of them. */
@Injectable()
export class TenantFiles {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly storage: MediaStorage,
    belongings: Belongings,
  ) {
    belongings.of((tenantId) => this.remove(tenantId));
  }

  private async remove(tenantId: string): Promise<void> {
    for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
      const files: { id: string }[] = await this.system.query(FILES_OF_TENANT, [tenantId, after, BATCH]);
      for (const { id } of files) await this.storage.remove(fileKey(tenantId, id));
      after = files.length === BATCH ? files.at(-1)?.id : undefined;
    }
  }
}
