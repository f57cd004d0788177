import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createMedia, getMediaContent, type Media, uploadMediaContent } from '@digilist/contracts';
import { type Chunk, UPLOAD_PIECE_BYTES } from '@kit/contracts';
import type { RunningService } from '@kit/service';
import { v7 as uuidv7 } from 'uuid';
import { ListingsModule } from '../features/listings/index.js';
import { mediaModule } from '../features/media/index.js';
import { PricingModule } from '../features/pricing/index.js';
import { RulesModule } from '../features/rules/index.js';
import { foundTown, type Town } from '../platform/testing/platform-stand-in.js';
import { DigilistWorld, type Reply } from './digilist-world.js';
import { arrive, LISTING_ROLES, Lister } from './lister.js';

export const ALT = { nb: 'Hallen', nn: 'Hallen', en: 'The hall' };

const ROLES = { ...LISTING_ROLES, manager: [...LISTING_ROLES.manager, 'digilist.media.*'] };

/** A town whose manager uploads into a real folder, through two processes that know nothing of each other. */
export class MediaWorld {
  town!: Town;
  manager!: Lister;
  services: RunningService[] = [];

  private constructor(
    readonly digilist: DigilistWorld,
    readonly folder: string,
  ) {}

  static async open(): Promise<MediaWorld> {
    const folder = await mkdtemp(path.join(tmpdir(), 'media-'));
    const world = new MediaWorld(await DigilistWorld.open(), folder);
    for (let n = 0; n < 2; n++) {
      const features = [ListingsModule, RulesModule, PricingModule, mediaModule({ storage: 'folder', folder })];
      world.services.push(await world.digilist.start(features));
    }
    world.town = await world.newTown();
    world.manager = await world.newManager(world.town);
    return world;
  }

  newTown(): Promise<Town> {
    return foundTown(this.digilist.platform, { roles: ROLES });
  }

  async newManager(town: Town, orgId?: string): Promise<Lister> {
    const grant = { role: 'manager', ...(orgId ? { scope: 'org' as const, orgId } : { scope: 'tenant' as const }) };
    return new Lister(this.digilist, town, await arrive(this.digilist, town, grant));
  }

  entry(listingId: string, more: object = {}, by = this.manager): Promise<Media> {
    return by.must<Media>(createMedia, { id: listingId, kind: 'image', alt: ALT, ...more });
  }

  /** As the gateway does it. */
  async upload(
    mediaId: string,
    bytes: Buffer,
    { by = this.manager, uploadId = uuidv7(), from = 0 } = {},
  ): Promise<Reply> {
    for (let offset = from; ; offset += UPLOAD_PIECE_BYTES) {
      const content = bytes.subarray(offset, offset + UPLOAD_PIECE_BYTES).toString('base64');
      const last = offset + UPLOAD_PIECE_BYTES >= bytes.length;
      const reply = await by.call(uploadMediaContent, { id: mediaId, uploadId, offset, content, last });
      if (last || !reply.ok) return reply;
    }
  }

  async uploaded(listingId: string, bytes: Buffer, more: object = {}): Promise<Media> {
    const { id } = await this.entry(listingId, more);
    const reply = await this.upload(id, bytes);
    if (!reply.ok) throw new Error(JSON.stringify(reply.body));
    return reply.body as unknown as Media;
  }

  /** All pieces of a download, or the refusal. */
  async download(id: string, userId: string | null = null, town = this.town): Promise<{ first: Reply; bytes: Buffer }> {
    const parts: Buffer[] = [];
    let first: Reply | null = null;
    for (let cursor: string | null = '0'; cursor !== null; ) {
      const reply: Reply = await this.digilist.call(
        getMediaContent,
        town,
        userId,
        { id, cursor },
        { 'x-tenant': town.slug },
      );
      first ??= reply;
      if (!reply.ok) break;
      const chunk = reply.body as unknown as Chunk;
      parts.push(Buffer.from(chunk.content, 'base64'));
      cursor = chunk.next;
    }
    return { first: first as Reply, bytes: Buffer.concat(parts) };
  }

  async files(town = this.town): Promise<string[]> {
    return readdir(path.join(this.folder, town.tenantId)).catch(() => []);
  }

  rows<Row extends Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.digilist.rows<Row>(text, values);
  }

  async close(): Promise<void> {
    await this.digilist.close();
    await rm(this.folder, { recursive: true });
  }
}
