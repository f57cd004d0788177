import { createHash } from 'node:crypto';
import { IDEMPOTENCY_MISMATCH, Refusal, type RefusalBody } from '@kit/contracts';
import type { ClientBase } from 'pg';
import type { RequestContext } from '../context/request-context.js';
import { SECRETS } from '../logging/secrets.js';

/** Thrown to answer what an earlier request with the same key was answered. */
export class StoredRefusal extends Error {
  constructor(readonly body: RefusalBody) {
    super(body.code);
  }
}

export interface StoredAnswer {
  status: 'ok' | 'refused';
  response: string;
  etag: string | null;
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const object = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(object)
      .filter((key) => !SECRETS.includes(key))
      .sort()
      .map((key) => [key, canonical(object[key])]),
  );
};

/**
 * One short text per request or document. Secrets are left out: a fast hash that is kept would let somebody who reads it
 * try passwords by the million.
 */
export const fingerprintOf = (request: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(request)))
    .digest('base64url');

/**
 * An idempotency key inside the transaction of its effect. Parallel duplicates wait on the unique index until the first
 * one commits, and then replay its answer.
 */
export class IdempotencyClaim {
  private constructor(
    private readonly client: ClientBase,
    private readonly table: string,
    private readonly keys: readonly [tenantId: string, principal: string, operation: string, key: string],
  ) {}

  /** The claim, or the answer that is stored already. @throws Refusal IDEMPOTENCY_MISMATCH */
  static async make(
    client: ClientBase,
    context: string,
    ctx: RequestContext,
    tenantId: string,
    request: unknown,
  ): Promise<IdempotencyClaim | StoredAnswer> {
    const table = `${context}.idempotency_keys`;
    const principal = ctx.principal.kind === 'user' ? ctx.principal.userId : ctx.principal.kind;
    const keys = [tenantId, principal, ctx.operation.id, ctx.idempotencyKey as string] as const;
    const fingerprint = fingerprintOf(request);
    const inserted = await client.query({
      name: 'claim-idempotency-key',
      text: `INSERT INTO ${table} (tenant_id, principal, operation, key, fingerprint) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING`,
      values: [...keys, fingerprint],
    });
    if (inserted.rowCount === 1) return new IdempotencyClaim(client, table, keys);
    const { rows } = await client.query<StoredAnswer & { fingerprint: string }>({
      name: 'read-idempotency-key',
      text: `SELECT fingerprint, status, response, etag FROM ${table}
             WHERE tenant_id = $1 AND principal = $2 AND operation = $3 AND key = $4`,
      values: [...keys],
    });
    const stored = rows[0];
    if (!stored || stored.fingerprint !== fingerprint) throw new Refusal(IDEMPOTENCY_MISMATCH);
    return stored;
  }

  async store(status: 'ok' | 'refused', response: unknown, etag: string | null): Promise<void> {
    await this.client.query({
      name: 'store-idempotent-answer',
      text: `UPDATE ${this.table} SET status = $5, response = $6, etag = $7
             WHERE tenant_id = $1 AND principal = $2 AND operation = $3 AND key = $4`,
      values: [...this.keys, status, JSON.stringify(response ?? null), etag],
    });
  }
}
