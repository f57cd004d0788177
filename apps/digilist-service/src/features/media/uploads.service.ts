import { createHash } from 'node:crypto';
import {
  LISTING_INVALID_STATE,
  MEDIA_HAS_CONTENT,
  MEDIA_UPLOAD_INCOMPLETE,
  type Media,
  type MediaKind,
  type UploadMediaContent,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { type RequestContext, requireOrg, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { maxBytesOf, tooLarge, type UploadedFile, uploadedFile } from './domain/uploaded-file.js';
import { lockMedia } from './media.service.js';
import {
  BEGIN_FILE,
  KEEP_FILE,
  type MediaRow,
  PUT_PIECE,
  READ_MEDIA,
  READ_PIECES,
  READ_UPLOAD,
  SET_CONTENT,
  SET_FIRST_PRIMARY,
} from './media.sql.js';
import { fileKey } from './media-sweep.worker.js';
import { MediaStorage } from './storage/media-storage.js';

/** All pieces of an upload, and the place in the file store that is kept for them. */
interface Whole {
  readonly kind: MediaKind;
  readonly bytes: Buffer;
  readonly fileId: string;
}

/** Takes files piece by piece. Nobody sees any of it before all of it is stored. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly storage: MediaStorage,
  ) {}

  async upload(ctx: RequestContext, piece: UploadMediaContent): Promise<Media> {
    const content = Buffer.from(piece.content, 'base64');
    const received = await this.work.run(ctx, async (tx) => {
      const media = await this.expectPiece(tx, piece, content.length);
      if (piece.last) return this.gather(tx, media.kind, piece, content);
      await tx.query(PUT_PIECE, [tx.tenantId, piece.id, piece.uploadId, piece.offset, content, tx.actorId]);
      return media.media;
    });
    return 'bytes' in received ? this.store(ctx, piece.id, received) : received;
  }

  /** @throws Refusal when the piece is none that this entry waits for */
  private async expectPiece(tx: Tx, { id, uploadId, offset }: UploadMediaContent, length: number): Promise<MediaRow> {
    const media = await tx.one<MediaRow>(READ_MEDIA, [tx.tenantId, id]);
    requireOrg(tx.reach, media.orgId);
    const { listingStatus: status } = media;
    if (status === 'archived') throw new Refusal(LISTING_INVALID_STATE, { details: { status } });
    if (media.status !== 'awaiting_content') throw new Refusal(MEDIA_HAS_CONTENT);
    const maxBytes = maxBytesOf(media.kind);
    if (offset + length > maxBytes) throw tooLarge(maxBytes);
    const { received } = await tx.one<{ received: number }>(READ_UPLOAD, [tx.tenantId, id, uploadId]);
    if (received !== offset || offset + length === 0) throw new Refusal(MEDIA_UPLOAD_INCOMPLETE);
    return media;
  }

  private async gather(tx: Tx, kind: MediaKind, piece: UploadMediaContent, last: Buffer): Promise<Whole> {
    const fileId = uuidv7();
    const pieces =
      piece.offset === 0
        ? []
        : await tx.query<{ content: Buffer }>(READ_PIECES, [tx.tenantId, piece.id, piece.uploadId]);
    await tx.query(BEGIN_FILE, [tx.tenantId, fileId, tx.actorId]);
    return { kind, fileId, bytes: Buffer.concat([...pieces.map(({ content }) => content), last]) };
  }

  /** Between the transactions: the file store may be slow, and a row must not wait for it. */
  private async store(ctx: RequestContext, id: string, { kind, bytes, fileId }: Whole): Promise<Media> {
    const file = uploadedFile(kind, bytes);
    await this.storage.put(fileKey(userOf(ctx).tenantId, fileId), file.bytes);
    return this.work.run(ctx, (tx) => this.attach(tx, id, fileId, file));
  }

  private async attach(tx: Tx, id: string, fileId: string, file: UploadedFile): Promise<Media> {
    const media = await lockMedia(tx, id, 'digilist.media.upload');
    if (media.status !== 'awaiting_content') throw new Refusal(MEDIA_HAS_CONTENT);
    const kept = await tx.query(KEEP_FILE, [tx.tenantId, fileId, tx.actorId]);
    if (kept.length === 0) throw new Refusal(MEDIA_UPLOAD_INCOMPLETE);
    const { type, bytes, width, height } = file;
    const sum = createHash('sha256').update(bytes).digest('hex');
    await tx.query(SET_CONTENT, [tx.tenantId, id, tx.actorId, fileId, type, bytes.length, sum, width, height]);
    await tx.query(SET_FIRST_PRIMARY, [tx.tenantId, media.orgId, media.listingId, tx.actorId]);
    return (await tx.one<MediaRow>(READ_MEDIA, [tx.tenantId, id])).media;
  }
}
