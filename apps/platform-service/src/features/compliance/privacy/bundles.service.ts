import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Chunk, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { BUNDLE_UNAVAILABLE, type DownloadBundle } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { requireFreshAuthentication } from '../../identity/factors/index.js';
import { type BundleFile, zipped } from './bundle.js';
import {
  type BundleRow,
  DELETE_CHUNKS,
  INSERT_BUNDLE,
  INSERT_CHUNK,
  LOCK_BUNDLE,
  MOVE_BUNDLE,
  READ_CHUNK,
} from './bundles.sql.js';
import { partPlace } from './own-data.js';
import { type PersonRow, requireThemselves } from './person.js';
import {
  DELETE_PARTS,
  LOCK_REQUEST,
  PARTS,
  type ParticipantRow,
  type PartRow,
  type RequestRow,
} from './requests.sql.js';

/** Of the zip; in base64 it stays well below what a message may hold. */
const CHUNK_BYTES = 360 * 1024;
const DAYS = 7;

const chunkPlace = (row: string, subject: string) => ({
  table: 'data_subject_bundle_chunks',
  column: 'content_sealed',
  row,
  subject,
});

/** The export: put together, kept sealed under the person's own key, handed out once. */
@Injectable()
export class BundlesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly vault: Vault,
  ) {}

  /** Makes one zip of everything that was handed over. Answers until when it can be downloaded. */
  async assemble(tx: Tx, row: RequestRow, person: PersonRow, participants: readonly ParticipantRow[]): Promise<Date> {
    const about = {
      requestId: row.id,
      userId: row.user_id,
      tenant: person.tenant_name,
      kind: row.kind,
      createdAt: tx.now,
      participants: participants.map(({ participant: key, status, reason }) => ({ key, status, reason })),
    };
    const zip = await zipped(about, await this.files(tx, row));
    const id = uuidv7();
    const expiresAt = new Date(tx.now.getTime() + DAYS * 86_400_000);
    const pieces = Math.max(1, Math.ceil(zip.length / CHUNK_BYTES));
    const digest = createHash('sha256').update(zip).digest('hex');
    const values = [tx.tenantId, id, row.id, pieces, zip.length, digest, expiresAt, tx.now, tx.actorId];
    await tx.query(INSERT_BUNDLE, values);
    for (let position = 1; position <= pieces; position += 1) {
      const chunkId = uuidv7();
      const piece = zip.subarray((position - 1) * CHUNK_BYTES, position * CHUNK_BYTES);
      const sealed = await this.vault.seal(tx, piece, chunkPlace(chunkId, row.user_id));
      await tx.query(INSERT_CHUNK, [tx.tenantId, chunkId, id, position, sealed, tx.now, tx.actorId]);
    }
    await tx.query(DELETE_PARTS, [tx.tenantId, row.id]);
    return expiresAt;
  }

  /** The first piece goes to whoever just proved to be the person; the rest to whoever got the first, and then it is gone. */
  download(ctx: RequestContext, { id, cursor }: DownloadBundle): Promise<Chunk> {
    requireThemselves(ctx);
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const request = await tx.one<RequestRow>(LOCK_REQUEST, [tx.tenantId, id]);
      if (request.user_id !== userId && !(await this.handsOver(tx, request))) throw new Refusal(NOT_FOUND);
      const [bundle] = await tx.query<BundleRow>(LOCK_BUNDLE, [tx.tenantId, id]);
      if (!bundle || bundle.expires_at <= tx.now) throw new Refusal(BUNDLE_UNAVAILABLE);
      const reader = cursor === undefined ? await this.begin(tx, ctx, request, bundle) : readerOf(bundle, cursor);
      return this.piece(tx, request, bundle, reader);
    });
  }

  /** What was asked for at the desk is handed over there. */
  private async handsOver(tx: Tx, request: RequestRow): Promise<boolean> {
    if (request.identity_method === null || request.identity_method === 'fresh_sign_in') return false;
    return (await tx.reachOf('platform.data-subject-request.manage')).tenant;
  }

  private async begin(tx: Tx, ctx: RequestContext, request: RequestRow, bundle: BundleRow): Promise<Reader> {
    if (bundle.status !== 'ready') throw new Refusal(BUNDLE_UNAVAILABLE);
    await requireFreshAuthentication(tx, ctx);
    const secret = randomBytes(32).toString('base64url');
    await tx.query(MOVE_BUNDLE, [tx.tenantId, bundle.id, 'downloading', hashOf(secret), tx.now, tx.actorId]);
    tx.audit({
      action: 'platform.data-subject-request.download',
      entity: { type: 'data_subject_request', id: request.id },
      changes: { chunks: bundle.chunks },
    });
    return { secret, position: 1 };
  }

  private async piece(tx: Tx, request: RequestRow, bundle: BundleRow, { secret, position }: Reader): Promise<Chunk> {
    const [row] = await tx.query<{ id: string; content_sealed: string }>(READ_CHUNK, [
      tx.tenantId,
      bundle.id,
      position,
    ]);
    if (!row) throw new Refusal(BUNDLE_UNAVAILABLE);
    const content = await this.vault.openBytes(tx, row.content_sealed, chunkPlace(row.id, request.user_id));
    const last = position >= bundle.chunks;
    if (last) {
      await tx.query(DELETE_CHUNKS, [tx.tenantId, bundle.id]);
      await tx.query(MOVE_BUNDLE, [tx.tenantId, bundle.id, 'downloaded', null, tx.now, tx.actorId]);
      tx.audit({
        action: 'platform.data-subject-request.hand-over',
        entity: { type: 'data_subject_request', id: request.id },
      });
    }
    return {
      content: content.toString('base64'),
      encoding: 'base64',
      contentType: 'application/zip',
      fileName: `personal-data-${request.id}.zip`,
      next: last ? null : `${secret}.${position + 1}`,
    };
  }

  private async files(tx: Tx, row: RequestRow): Promise<BundleFile[]> {
    const files = new Map<string, BundleFile>();
    for (const part of await tx.query<PartRow>(PARTS, [tx.tenantId, row.id])) {
      const { participant, category } = part;
      const text = await this.vault.open(tx, part.content_sealed, partPlace(part.id, row.user_id));
      const file = files.get(`${participant} ${category}`) ?? { participant, category, records: [] };
      file.records.push(...JSON.parse(text.reveal()));
      files.set(`${participant} ${category}`, file);
    }
    return [...files.values()];
  }
}

interface Reader {
  secret: string;
  position: number;
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** @throws Refusal BUNDLE_UNAVAILABLE when it is not the reader who began */
function readerOf(bundle: BundleRow, cursor: string): Reader {
  const [, secret = '', position = ''] = /^([\w-]{43})\.(\d{1,6})$/.exec(cursor) ?? [];
  const hash = Buffer.from(hashOf(secret));
  const known = bundle.reader_hash && Buffer.from(bundle.reader_hash);
  if (bundle.status !== 'downloading' || !known || !timingSafeEqual(hash, known)) throw new Refusal(BUNDLE_UNAVAILABLE);
  return { secret, position: Number(position) };
}
