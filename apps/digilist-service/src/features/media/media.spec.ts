import { createHash, randomBytes } from 'node:crypto';
import {
  createMedia,
  deleteMedia,
  getMediaContent,
  listMedia,
  MAX_MEDIA_PER_LISTING,
  type Media,
  updateMedia,
  uploadMediaContent,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { CANARIES, pdf, photograph, plainJpeg, png } from '../../testing/images.js';
import { arrive } from '../../testing/lister.js';
import { ALT, MediaWorld } from '../../testing/media-world.js';
import { MediaSweep } from './media-sweep.worker.js';

let world: MediaWorld;
let hall: string;

beforeAll(async () => {
  world = await MediaWorld.open();
  hall = await world.manager.hall();
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const listed = async (id: string, userId: string | null = null): Promise<Media[]> => {
  const reply = await world.digilist.call(listMedia, world.town, userId, { id }, { 'x-tenant': world.town.slug });
  expect(reply.code).toBeUndefined();
  return (reply.body as { data: Media[] }).data;
};
const change = (media: Media, request: object, by = world.manager) =>
  by.call(updateMedia, { id: media.id, ...request }, { 'if-match': `"${media.version}"` });
const current = async (listingId: string, id: string) =>
  (await listed(listingId, world.manager.userId)).find((media) => media.id === id) as Media;

describe('an image', () => {
  it('is nobody’s to see before its content has come, and everybody’s without its metadata afterwards', async () => {
    const { id } = await world.entry(hall);
    expect(await listed(hall)).toEqual([]);
    expect((await listed(hall, world.manager.userId)).map((media) => media.status)).toEqual(['awaiting_content']);
    expect((await world.download(id)).first.code).toBe('NOT_FOUND');

    const { body } = await world.upload(id, photograph());
    expect(body).toMatchObject({ status: 'ready', contentType: 'image/jpeg', width: 30, height: 40, primary: true });
    const { first, bytes } = await world.download(id);
    expect(CANARIES.filter((canary) => bytes.includes(canary))).toEqual([]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(body.sha256);
    expect(first.body).toMatchObject({
      inline: true,
      shared: true,
      etag: `"${body.sha256}"`,
      contentType: 'image/jpeg',
    });
    expect((await listed(hall))[0]).toMatchObject({
      id,
      alt: ALT,
      size: bytes.length,
      path: `/api/v1/media/${id}/content`,
    });
  });

  it('of several pieces that went to different processes is whole, and leaves no piece behind', async () => {
    const image = Buffer.concat([plainJpeg(900, 700)]);
    expect(image.length).toBeGreaterThan(700_000);
    const media = await world.uploaded(hall, image);
    expect((await world.download(media.id)).bytes.equals(image)).toBe(true);
    expect(await world.rows('SELECT 1 FROM digilist.media_pieces WHERE media_id = $1', [media.id])).toEqual([]);
  });

  it('needs an alternative text in all three languages, also when it is changed', async () => {
    for (const alt of [undefined, { ...ALT, en: ' ' }]) {
      const reply = await world.manager.call(createMedia, { id: hall, kind: 'image', ...(alt && { alt }) });
      expect(reply.code).toBe('MEDIA_ALT_REQUIRED');
    }
    const media = await world.uploaded(hall, png());
    expect((await change(media, { alt: { ...ALT, nn: '' } })).code).toBe('MEDIA_ALT_REQUIRED');
  });

  it('that arrives too large, of another type or damaged is refused, and its entry still waits', async () => {
    const { id } = await world.entry(hall);
    const tooLarge = await world.upload(id, Buffer.concat([plainJpeg(), Buffer.alloc(10 * 1024 * 1024)]));
    expect(tooLarge.code).toBe('MEDIA_TOO_LARGE');
    expect((await world.upload(id, pdf())).code).toBe('MEDIA_TYPE_NOT_ALLOWED');
    expect((await world.upload(id, plainJpeg().subarray(0, 500))).code).toBe('MEDIA_DAMAGED');
    expect((await world.upload(id, plainJpeg())).ok).toBe(true);
  });

  it('is uploaded once: what was uploaded never changes', async () => {
    const media = await world.uploaded(hall, plainJpeg());
    expect((await world.upload(media.id, png())).code).toBe('MEDIA_HAS_CONTENT');
    expect((await world.download(media.id)).bytes.equals(plainJpeg())).toBe(true);
  });

  it('of which a piece is missing, came twice or came without the first is incomplete', async () => {
    const { id } = await world.entry(hall);
    const image = plainJpeg(900, 700);
    expect((await world.upload(id, image, { from: 524_288 })).code).toBe('MEDIA_UPLOAD_INCOMPLETE');
    expect((await world.upload(id, Buffer.alloc(0))).code).toBe('MEDIA_UPLOAD_INCOMPLETE');
    const uploadId = uuidv7();
    expect((await world.upload(id, image, { uploadId })).ok).toBe(true);
    expect((await world.upload(id, image, { uploadId })).code).toBe('MEDIA_HAS_CONTENT');
  });

  it('uploaded twice at once is one of the two, never a mixture', async () => {
    const { id } = await world.entry(hall);
    const images = [plainJpeg(900, 700), plainJpeg(700, 900)];
    const replies = await Promise.all(images.map((image) => world.upload(id, image)));
    const again = replies.some(({ ok }) => ok) ? replies : [await world.upload(id, images[0] as Buffer)];
    expect(again.filter(({ ok }) => ok).length).toBe(1);
    const { bytes } = await world.download(id);
    expect(images.filter((image) => image.equals(bytes)).length).toBe(1);
  });
});

describe('other media', () => {
  it('are documents and floor plans as PDF, offered to be saved', async () => {
    const plan = await world.uploaded(hall, pdf(600_000), { kind: 'floor_plan' });
    const house = await world.uploaded(hall, pdf(), { kind: 'document', alt: undefined, caption: { nb: 'Husregler' } });
    const { first, bytes } = await world.download(plan.id);
    expect(bytes.equals(pdf(600_000))).toBe(true);
    expect(first.body).toMatchObject({ inline: false, contentType: 'application/pdf', fileName: `${plan.id}.pdf` });
    expect(house).toMatchObject({ kind: 'document', caption: { nb: 'Husregler' }, width: null, primary: false });
  });

  it('may be 25 MB as a PDF and no more', async () => {
    const whole = 25 * 1024 * 1024;
    const { id } = await world.entry(hall, { kind: 'document' });
    expect((await world.upload(id, pdf(whole + 1))).code).toBe('MEDIA_TOO_LARGE');
    expect(await world.uploaded(hall, pdf(whole), { kind: 'document' })).toMatchObject({ size: whole });
  }, 60_000);

  it('are videos by a link that is safe to follow, which need no upload', async () => {
    const link = 'https://video.example.no/hallen';
    const media = await world.entry(hall, { kind: 'video', alt: undefined, link });
    expect(media).toMatchObject({ status: 'ready', link, path: null });
    expect((await world.upload(media.id, png())).code).toBe('MEDIA_HAS_CONTENT');
    for (const wrong of [undefined, 'http://video.example.no', 'javascript:alert(1)', 'video']) {
      const reply = await world.manager.call(createMedia, { id: hall, kind: 'video', ...(wrong && { link: wrong }) });
      expect(reply.code).toBe('MEDIA_LINK_INVALID');
    }
    expect((await world.manager.call(createMedia, { id: hall, kind: 'image', alt: ALT, link })).code).toBe(
      'MEDIA_LINK_INVALID',
    );
  });

  it('are at most two hundred per listing', async () => {
    const { id } = await world.manager.listing();
    const [{ org_id: orgId } = { org_id: '' }] = await world.rows<{ org_id: string }>(
      'SELECT org_id FROM digilist.listings WHERE id = $1',
      [id],
    );
    await world.rows(
      `INSERT INTO digilist.media (tenant_id, org_id, listing_id, kind, status, link, created_by, updated_by)
       SELECT $1, $2, $3, 'video', 'ready', 'https://x', $4, $4 FROM generate_series(1, ${MAX_MEDIA_PER_LISTING})`,
      [world.town.tenantId, orgId, id, world.manager.userId],
    );
    expect((await world.manager.call(createMedia, { id, kind: 'image', alt: ALT })).code).toBe('MEDIA_TOO_MANY');
  });
});

describe('the order and the primary image', () => {
  it('are as they were uploaded until somebody changes them', async () => {
    const { id } = await world.manager.listing();
    const first = await world.uploaded(id, png());
    const second = await world.uploaded(id, plainJpeg());
    const view = async () => (await listed(id, world.manager.userId)).map((media) => [media.id, media.primary]);
    expect(await view()).toEqual([
      [first.id, true],
      [second.id, false],
    ]);
    const moved = await change(second, { primary: true, position: 0, caption: { nb: 'Inngangen' } });
    expect(moved.body).toMatchObject({ primary: true, caption: { nb: 'Inngangen' }, version: second.version + 1 });
    const again = await current(id, first.id);
    await change(again, { position: 7 });
    expect(await view()).toEqual([
      [second.id, true],
      [first.id, false],
    ]);

    expect((await world.manager.call(deleteMedia, { id: second.id })).ok).toBe(true);
    expect(await view()).toEqual([[first.id, true]]);
  });

  it('refuses what is no image, or none yet, as the primary one, and a version that is behind', async () => {
    const { id } = await world.manager.listing();
    const waiting = await world.entry(id);
    expect((await change(waiting, { primary: true })).code).toBe('MEDIA_NOT_AN_IMAGE');
    expect((await change({ ...waiting, version: 9 }, { position: 1 })).code).toBe('STALE_VERSION');
  });

  it('raises the version of the listing, tells that its media changed, and is audited', async () => {
    const { id } = await world.manager.listing();
    const media = await world.uploaded(id, png());
    await world.manager.call(deleteMedia, { id: media.id });
    const sent = await world.rows<{ subject: string; payload: string }>(
      'SELECT subject, payload FROM digilist.outbox WHERE payload LIKE $1 ORDER BY pos',
      [`%${id}%`],
    );
    expect(sent.filter(({ subject }) => subject.endsWith('.changed.v1')).length).toBe(3);
    const actions = (
      await world.rows<{ payload: string }>('SELECT payload FROM digilist.outbox WHERE payload LIKE $1', [
        `%"${media.id}"%`,
      ])
    ).map(({ payload }) => JSON.parse(payload).action);
    expect(actions).toEqual(expect.arrayContaining(['digilist.media.upload', 'digilist.media.delete']));
  });
});

describe('who may', () => {
  it('nobody from another organization changes, uploads or deletes', async () => {
    const stranger = await world.newManager(world.town, world.town.otherOrgId);
    const media = await world.uploaded(hall, png());
    const waiting = await world.entry(hall);
    expect((await stranger.call(createMedia, { id: hall, kind: 'image', alt: ALT })).code).toBe('FORBIDDEN');
    expect((await world.upload(waiting.id, png(), { by: stranger })).code).toBe('FORBIDDEN');
    expect((await change(media, { position: 1 }, stranger)).code).toBe('FORBIDDEN');
    expect((await stranger.call(deleteMedia, { id: media.id })).code).toBe('FORBIDDEN');
  });

  it('in another town there is nothing by that id', async () => {
    const other = await world.newTown();
    const stranger = await world.newManager(other);
    const media = await world.uploaded(hall, png());
    expect((await stranger.call(updateMedia, { id: media.id, position: 1 }, { 'if-match': '"1"' })).code).toBe(
      'NOT_FOUND',
    );
    expect((await stranger.call(deleteMedia, { id: media.id })).code).toBe('NOT_FOUND');
    expect((await world.download(media.id, stranger.userId, other)).first.code).toBe('NOT_FOUND');
  });

  it('content is as visible as its listing: of a draft only to who manages it, and then nobody else keeps it', async () => {
    const { id } = await world.manager.listing();
    const media = await world.uploaded(id, png());
    const resident = await arrive(world.digilist, world.town, { role: 'resident', scope: 'user' });
    for (const userId of [null, resident])
      expect((await world.download(media.id, userId)).first.code).toBe('NOT_FOUND');
    expect((await world.download(media.id, world.manager.userId)).first.body).toMatchObject({ shared: false });
  });

  it('an archived listing takes no more media', async () => {
    const { id } = await world.manager.listing();
    const waiting = await world.entry(id);
    await world.rows(`UPDATE digilist.listings SET status = 'archived' WHERE id = $1`, [id]);
    expect((await world.upload(waiting.id, png())).code).toBe('LISTING_INVALID_STATE');
    expect((await world.manager.call(createMedia, { id, kind: 'image', alt: ALT })).code).toBe('LISTING_INVALID_STATE');
  });

  it('a cursor that was never answered is refused', async () => {
    const media = await world.uploaded(hall, png());
    const ask = (cursor: string) =>
      world.digilist.call(getMediaContent, world.town, null, { id: media.id, cursor }, { 'x-tenant': world.town.slug });
    expect((await ask('x')).code).toBe('VALIDATION_FAILED');
    expect((await ask('999999')).code).toBe('NOT_FOUND');
  });
});

describe('what a crash leaves behind', () => {
  it('a deleted image is gone with its file', async () => {
    const media = await world.uploaded(hall, png());
    const before = await world.files();
    await world.manager.call(deleteMedia, { id: media.id });
    expect((await world.download(media.id)).first.code).toBe('NOT_FOUND');
    await eventually(async () => expect(await world.files()).toHaveLength(before.length - 1));
  });

  it('files and pieces that nobody goes on with are swept away after an hour, and others stay', async () => {
    const { id } = await world.entry(hall);
    const image = plainJpeg(900, 700);
    const sweep = world.services[0]?.app.get(MediaSweep, { strict: false });
    // A refused file: its place was kept, its bytes never came. And an upload that stopped after its first piece.
    await world.upload(id, randomBytes(1000));
    const content = image.subarray(0, 524_288).toString('base64');
    const begin = { id, uploadId: uuidv7(), offset: 0, content, last: false };
    expect((await world.manager.call(uploadMediaContent, begin)).ok).toBe(true);
    const left = () =>
      world.rows<{ files: number; pieces: number }>(`SELECT
        (SELECT count(*)::int FROM digilist.media_files WHERE status <> 'kept') AS files,
        (SELECT count(*)::int FROM digilist.media_pieces WHERE media_id = '${id}') AS pieces`);
    sweep?.wake();
    expect((await left())[0]).toMatchObject({ pieces: 1 });
    expect((await left())[0]?.files).toBeGreaterThan(0);
    await world.rows(`UPDATE digilist.media_files SET updated_at = now() - interval '61 minutes'`);
    await world.rows(`UPDATE digilist.media_pieces SET created_at = now() - interval '61 minutes'`);
    await eventually(async () => {
      sweep?.wake();
      expect(await left()).toEqual([{ files: 0, pieces: 0 }]);
    });
    const kept = await world.rows<{ id: string }>(
      'SELECT id FROM digilist.media_files WHERE tenant_id = $1 ORDER BY id',
      [world.town.tenantId],
    );
    expect((await world.files()).sort()).toEqual(kept.map((row) => row.id));
  });
});
