import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditAnchor } from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../config.js';

/**
 * Anchors outside the database: a file of lines per tenant, in a directory that is meant to lie on storage which takes
 * additions only. Where none is configured, they leave by the event alone.
 */
@Injectable()
export class AnchorFiles {
  readonly directory: string;

  constructor(@Inject(CONFIG) config: PlatformConfig) {
    this.directory = config.auditAnchorDir;
  }

  async read(tenantId: string): Promise<AuditAnchor[]> {
    if (this.directory === '') return [];
    const text = await readFile(this.fileOf(tenantId), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const lines = text.split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as AuditAnchor);
  }

  async append(tenantId: string, anchors: readonly AuditAnchor[]): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await appendFile(this.fileOf(tenantId), anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''));
  }

  private fileOf(tenantId: string): string {
    return path.join(this.directory, `${tenantId}.jsonl`);
  }
}
