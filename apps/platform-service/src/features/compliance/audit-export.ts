import { type Chunk, cursorOf, FORBIDDEN, keysOf, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { ExportAuditLogs } from '@platform/contracts';
import { AuditKeys } from './audit-keys.js';
import { ChainReader } from './chain-reader.js';
import { toAnchor, toChained } from './compliance.mapper.js';
import { type AuditLogRow, CHAIN_PAGE, type CheckpointRow, LAST_CHECKPOINT, RANGE } from './compliance.sql.js';
import { signed } from './domain/checkpoint.js';
import { EXPORT_FORMATS, type ExportFormat, fitting } from './domain/export-format.js';
import { PersonalData } from './personal-data.js';

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const ROWS = 200;
/** Characters of a piece; what a record has beyond it comes with the next. */
const PIECE = 400_000;

/** How far an export has come: places of its first and last record, the one it is at, and how much of that is sent. */
interface Position {
  readonly first: number;
  readonly last: number;
  readonly seq: number;
  readonly offset: number;
}

/** The log as a download: any length in pieces, with a proof that needs no secret at the end. */
@Injectable()
export class AuditExport {
  constructor(
    private readonly work: UnitOfWork,
    private readonly personalData: PersonalData,
    private readonly chain: ChainReader,
    private readonly keys: AuditKeys,
  ) {}

  chunk(ctx: RequestContext, request: ExportAuditLogs): Promise<Chunk> {
    const format = EXPORT_FORMATS[request.format ?? 'jsonl'];
    return this.work.run(ctx, async (tx) => {
      // A proof is of the whole chain, so a reach over some organizations is not enough.
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      const position = request.cursor === undefined ? await this.begin(tx, request) : positionOf(request.cursor);
      const { content, next } = await this.piece(tx, format, position);
      tx.audit({
        action: 'platform.audit-log.export',
        entity: { type: 'audit_log', id: null },
        changes: { format: request.format ?? 'jsonl', ...position },
      });
      return {
        content: request.cursor === undefined ? format.header + content : content,
        encoding: 'utf8',
        contentType: format.contentType,
        fileName: `audit-log-${position.first}-${position.last}.${format.extension}`,
        next: next && cursorOf(next.first, next.last, next.seq, next.offset),
      };
    });
  }

  /** The end is set at the beginning: what is chained meanwhile, this very export for one, is in the next. */
  private async begin(tx: Tx, { from, to }: ExportAuditLogs): Promise<Position> {
    const values = [tx.tenantId, from ?? '-infinity', to ?? 'infinity'];
    const range = await tx.one<{ first: string | null; last: string | null }>(RANGE, values);
    const first = Number(range.first ?? 0);
    return { first, last: Number(range.last ?? 0), seq: first, offset: 0 };
  }

  private async piece(
    tx: Tx,
    format: ExportFormat,
    position: Position,
  ): Promise<{ content: string; next: Position | null }> {
    const { first, last } = position;
    let { seq, offset } = position;
    let content = '';
    while (first > 0 && seq <= last) {
      const rows = await tx.query<AuditLogRow>(CHAIN_PAGE, [tx.tenantId, seq - 1, LAST_ID, last, ROWS]);
      if (rows.length === 0) break;
      for (const row of rows) {
        const line = format.line(toChained(row), await this.personalData.opened(tx, row)).slice(offset);
        const part = fitting(line, PIECE - content.length);
        content += part;
        if (part.length < line.length) {
          return { content, next: { ...position, seq: Number(row.seq), offset: offset + part.length } };
        }
        offset = 0;
        seq = Number(row.seq) + 1;
      }
    }
    const proof = format.proof(await this.proof(tx, first, last));
    // The proof is one piece with what is before it, or a piece of its own.
    if (content.length > 0 && content.length + proof.length > PIECE) {
      return { content, next: { ...position, seq: last + 1, offset: 0 } };
    }
    return { content: content + proof, next: null };
  }

  /** What the public chain was before the first record and after the last, signed, beside the last anchor between. */
  private async proof(tx: Tx, first: number, last: number): Promise<object> {
    const before = await this.headBefore(tx, first);
    const after = first === 0 ? before : await this.chain.headBefore(tx, last + 1);
    const [row] = await tx.query<CheckpointRow>(LAST_CHECKPOINT, [tx.tenantId, 'anchor', last]);
    const anchor = row && Number(row.seq) >= first ? toAnchor(row) : null;
    const statement = {
      tenant: tx.tenantId,
      first,
      last,
      count: first === 0 ? 0 : last - first + 1,
      before: before.publicHash.toString('hex'),
      after: after.publicHash.toString('hex'),
      time: tx.now.toISOString(),
    };
    const { signer } = this.keys;
    const key = (await this.keys.all()).find(({ kid }) => kid === signer.kid);
    return { ...signed(signer, statement), anchor, key };
  }

  private async headBefore(tx: Tx, first: number) {
    const beginning = await this.chain.beginning(tx);
    return first <= beginning.seq + 1 ? beginning : this.chain.headBefore(tx, first);
  }
}

/** @throws Refusal VALIDATION_FAILED when it is none of ours */
function positionOf(cursor: string): Position {
  const keys = keysOf(cursor, 4);
  if (!keys?.every((key) => Number.isSafeInteger(key) && Number(key) >= 0)) {
    const errors = [{ path: 'cursor', code: 'CURSOR', message: 'cursor must be that of the piece before' }];
    throw new Refusal(VALIDATION_FAILED, { errors });
  }
  const [first, last, seq, offset] = keys.map(Number) as [number, number, number, number];
  return { first, last, seq, offset };
}
