import {
  type GetMediaContent,
  type ListMedia,
  MAX_MEDIA_PER_LISTING,
  type Media,
  type MediaList,
  type MediaType,
} from '@digilist/contracts';
import { type Chunk, NOT_FOUND, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { PUBLIC_STATUSES, requireListing, requireVisible } from '../listings/index.js';
import { type ContentRow, LIST_MEDIA, type MediaAnswer, READ_CONTENT } from './media.sql.js';
import { fileKey } from './media-sweep.worker.js';
import { FileMissing, MediaStorage } from './storage/media-storage.js';

/** Of a download, before base64: what a message takes. */
const CHUNK_BYTES = 393_216;

const EXTENSIONS: Readonly<Record<MediaType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
};

@Injectable()
export class MediaQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly storage: MediaStorage,
  ) {}

  list(ctx: RequestContext, { id }: ListMedia): Promise<MediaList> {
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await requireListing(tx, id);
      const manages = (await tx.reachOf('digilist.media.update')).covers(orgId);
      const rows = await tx.query<MediaAnswer>(LIST_MEDIA, [tx.tenantId, orgId, id, manages, MAX_MEDIA_PER_LISTING]);
      return { data: rows.map(({ media }): Media => media) };
    });
  }

  async content(ctx: RequestContext, { id, cursor = '0' }: GetMediaContent): Promise<Chunk> {
    const from = offsetOf(cursor);
    const { key, row } = await this.work.run(ctx, async (tx) => {
      const found = await tx.one<ContentRow>(READ_CONTENT, [tx.tenantId, id]);
      await requireVisible(tx, found);
      return { key: fileKey(tx.tenantId, found.fileId), row: found };
    });
    const { contentType, size, sha256, status } = row;
    if (from >= size) throw new Refusal(NOT_FOUND);
    const bytes = await this.read(key, from, Math.min(CHUNK_BYTES, size - from));
    const next = from + bytes.length;
    return {
      content: bytes.toString('base64'),
      encoding: 'base64',
      contentType,
      fileName: `${id}.${EXTENSIONS[contentType]}`,
      next: next < size ? String(next) : null,
      // A document runs in the viewer of whoever opens it, not in a page of ours.
      inline: contentType !== 'application/pdf',
      etag: `"${sha256}"`,
      shared: PUBLIC_STATUSES.includes(status),
    };
  }

  /** Deleted between the row and the file. */
  private async read(key: string, from: number, length: number): Promise<Buffer> {
    try {
      const bytes = await this.storage.read(key, from, length);
      if (bytes.length !== length) throw new Error(`the file ${key} is shorter than it was written`);
      return bytes;
    } catch (error) {
      throw error instanceof FileMissing ? new Refusal(NOT_FOUND) : error;
    }
  }
}

function offsetOf(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  const errors = [{ path: 'cursor', code: 'CURSOR', message: 'cursor is none that was answered' }];
  throw new Refusal(VALIDATION_FAILED, { errors });
}
