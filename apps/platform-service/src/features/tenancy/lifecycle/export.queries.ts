import { type Chunk, cursorOf, keysOf, NOT_FOUND, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, SYSTEM_DATABASE, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { ExportTenant } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { requireSystem } from '../tenants.service.js';
import { type CarriedTable, carriedTables } from './tenant-rows.js';

const ROWS = 500;
/** What a message carries at most, with room for what surrounds it. */
const CHUNK_BYTES = 500_000;
const EXPORT_VERSION = 1;

interface Position {
  readonly table: number;
  readonly key: readonly string[] | null;
}

interface ExportedRow {
  readonly key: string[];
  readonly row: string;
}

/** All rows of a tenant as JSON lines: what it is, the plans it names, then table by table, each row with its ids. */
@Injectable()
export class ExportQueries {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
  ) {}

  async chunk(ctx: RequestContext, { id, cursor }: ExportTenant): Promise<Chunk> {
    const from = positionOf(cursor);
    await this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      const entity = { type: 'tenant', id };
      if (cursor === undefined) tx.audit({ action: 'platform.tenant.export', entity });
    });
    const [tenant]: { slug: string }[] = await this.system.query('SELECT slug FROM platform.tenants WHERE id = $1', [
      id,
    ]);
    if (!tenant) throw new Refusal(NOT_FOUND);
    const tables = await carriedTables(this.system);
    const lines = cursor === undefined ? [await this.head(id, tables)] : [];
    const next = await this.fill(id, tables, from, lines);
    return {
      content: lines.map((line) => `${line}\n`).join(''),
      encoding: 'utf8',
      contentType: 'application/jsonl',
      fileName: `${tenant.slug}.jsonl`,
      next: next && cursorOf(next.table, JSON.stringify(next.key)),
    };
  }

  private async head(tenantId: string, tables: readonly CarriedTable[]): Promise<string> {
    const naming = tables.flatMap(({ name, plans }) =>
      plans.map((column) => `SELECT ${column} AS id FROM platform.${name} WHERE tenant_id = $1`),
    );
    const plans: object[] = await this.system.query(
      `SELECT id, product, key, plan_version FROM platform.plans WHERE id IN (${naming.join(' UNION ')}) ORDER BY id`,
      [tenantId],
    );
    return JSON.stringify({ format: 'tenant-export', version: EXPORT_VERSION, tenantId, plans });
  }

  /** Adds lines until the chunk is full; answers where the next one begins, or null at the end. */
  private async fill(
    tenantId: string,
    tables: readonly CarriedTable[],
    from: Position,
    lines: string[],
  ): Promise<Position | null> {
    let bytes = 0;
    let { key } = from;
    for (let at = from.table; at < tables.length; at++, key = null) {
      const table = tables[at] as CarriedTable;
      for (;;) {
        const rows = await this.rows(tenantId, table, key);
        for (const { row, key: own } of rows) {
          const line = `{"table":${JSON.stringify(table.name)},"row":${row}}`;
          if (bytes > 0 && bytes + line.length > CHUNK_BYTES) return { table: at, key };
          lines.push(line);
          bytes += Buffer.byteLength(line);
          key = own;
        }
        if (rows.length < ROWS) break;
      }
    }
    return null;
  }

  private rows(tenantId: string, table: CarriedTable, after: readonly string[] | null): Promise<ExportedRow[]> {
    const names = table.key.map(({ name }) => name);
    const condition =
      after === null || names.length === 0
        ? ''
        : `AND (${names.join(', ')}) > (${table.key.map(({ type }, at) => `$${at + 2}::${type}`).join(', ')})`;
    const order = names.length > 0 ? `ORDER BY ${names.join(', ')}` : '';
    const dropped = table.columns.includes('tenant_id') ? '' : " - 'tenant_id'";
    return this.system.query(
      `SELECT ARRAY[${names.map((name) => `${name}::text`).join(', ')}]::text[] AS key, (to_jsonb(t)${dropped})::text AS row
       FROM platform.${table.name} t WHERE tenant_id = $1 ${condition} ${order} LIMIT ${ROWS}`,
      [tenantId, ...(condition ? (after ?? []) : [])],
    );
  }
}

function positionOf(cursor: string | undefined): Position {
  if (cursor === undefined) return { table: 0, key: null };
  const [table, key] = keysOf(cursor, 2) ?? [];
  try {
    if (typeof table !== 'number' || typeof key !== 'string') throw new Error('not one of ours');
    return { table, key: JSON.parse(key) as string[] | null };
  } catch {
    const errors = [{ path: 'cursor', code: 'CURSOR', message: 'the cursor is not one of ours' }];
    throw new Refusal(VALIDATION_FAILED, { errors });
  }
}
