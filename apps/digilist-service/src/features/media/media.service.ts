import {
  type AlternativeText,
  type CreateMedia,
  MAX_MEDIA_PER_LISTING,
  MEDIA_ALT_REQUIRED,
  MEDIA_LINK_INVALID,
  MEDIA_NOT_AN_IMAGE,
  MEDIA_TOO_MANY,
  type Media,
  type MediaId,
  type MediaKind,
  type UpdateMedia,
} from '@digilist/contracts';
import { Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { changeListing } from '../listings/index.js';
import {
  COUNT_MEDIA,
  DELETE_MEDIA,
  INSERT_MEDIA,
  type MediaAnswer,
  type MediaRow,
  READ_MEDIA,
  SET_FIRST_PRIMARY,
  UNSET_PRIMARY,
  UPDATE_MEDIA,
} from './media.sql.js';
import { MediaSweep } from './media-sweep.worker.js';

@Injectable()
export class MediaService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sweep: MediaSweep,
  ) {}

  create(ctx: RequestContext, request: CreateMedia): Promise<Media> {
    const { id: listingId, kind, alt, caption, link } = request;
    requireLink(kind, link);
    requireAlt(kind, alt);
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await changeListing(tx, listingId, null, 'media', 'digilist.media.create');
      const { n, next } = await tx.one<{ n: number; next: number }>(COUNT_MEDIA, [tx.tenantId, orgId, listingId]);
      if (n >= MAX_MEDIA_PER_LISTING) throw new Refusal(MEDIA_TOO_MANY, { details: { max: MAX_MEDIA_PER_LISTING } });
      const { media } = await tx.one<MediaAnswer>(INSERT_MEDIA, [
        tx.tenantId,
        orgId,
        listingId,
        uuidv7(),
        kind,
        kind === 'video' ? 'ready' : 'awaiting_content',
        jsonOf(alt),
        jsonOf(caption),
        link ?? null,
        request.position ?? next,
        tx.actorId,
      ]);
      return media;
    });
  }

  update(ctx: RequestContext, request: UpdateMedia): Promise<Media> {
    const { id, alt, caption, position, primary } = request;
    return this.work.run(ctx, async (tx) => {
      const row = await lockMedia(tx, id, 'digilist.media.update');
      if (row.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION, { details: { version: row.version } });
      if (alt !== undefined) requireAlt(row.kind, alt);
      if (primary === true) {
        if (row.kind !== 'image' || row.status !== 'ready') throw new Refusal(MEDIA_NOT_AN_IMAGE);
        await tx.query(UNSET_PRIMARY, [tx.tenantId, row.listingId, tx.actorId]);
      }
      const { media } = await tx.one<MediaAnswer>(UPDATE_MEDIA, [
        tx.tenantId,
        id,
        tx.actorId,
        jsonOf(alt),
        caption !== undefined,
        jsonOf(caption),
        position ?? null,
        primary ?? null,
      ]);
      return media;
    });
  }

  /** The file goes after the row: who is cut off in between has it swept away later. */
  async delete(ctx: RequestContext, { id }: MediaId): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      const { listingId, orgId } = await lockMedia(tx, id, 'digilist.media.delete');
      await tx.query(DELETE_MEDIA, [tx.tenantId, id, tx.actorId]);
      await tx.query(SET_FIRST_PRIMARY, [tx.tenantId, orgId, listingId, tx.actorId]);
    });
    this.sweep.wake();
  }
}

/**
 * Media of a listing change one after the other, under the lock of the listing.
 *
 * @throws Refusal NOT_FOUND, FORBIDDEN, LISTING_INVALID_STATE
 */
export async function lockMedia(tx: Tx, id: string, action: string): Promise<MediaRow> {
  const { listingId } = await tx.one<MediaRow>(READ_MEDIA, [tx.tenantId, id]);
  const { orgId } = await changeListing(tx, listingId, null, 'media', action);
  tx.audit({ action, entity: { type: 'media', id }, orgId });
  return tx.one<MediaRow>(READ_MEDIA, [tx.tenantId, id]);
}

const jsonOf = (value: object | null | undefined): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);

function requireAlt(kind: MediaKind, alt: AlternativeText | undefined): void {
  if (kind !== 'image' && kind !== 'floor_plan') return;
  const missing = (['nb', 'nn', 'en'] as const).filter((language) => (alt?.[language] ?? '').trim() === '');
  if (missing.length > 0) throw new Refusal(MEDIA_ALT_REQUIRED, { details: { missing } });
}

function requireLink(kind: MediaKind, link: string | undefined): void {
  const given = link !== undefined && URL.canParse(link) && new URL(link).protocol === 'https:';
  if ((kind === 'video') !== given || (kind !== 'video' && link !== undefined)) throw new Refusal(MEDIA_LINK_INVALID);
}
