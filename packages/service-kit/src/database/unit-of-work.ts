import {
  AUTH_REQUIRED,
  DEADLINE_EXCEEDED,
  FORBIDDEN,
  MODULE_NOT_ENTITLED,
  Refusal,
  refusalBody,
  SUBSCRIPTION_EXPIRED,
  SUBSCRIPTION_SUSPENDED,
  SYSTEM_TENANT_ID,
  TENANT_REQUIRED,
  TENANT_SUSPENDED,
  TENANT_UNKNOWN,
  TOKEN_INVALID,
} from '@kit/contracts';
import type { ClientBase, PoolClient } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Ask, Authority, Standing } from '../auth/authority.js';
import { Reach } from '../auth/reach.js';
import { type RequestContext } from '../context/request-context.js';
import { IdempotencyClaim, StoredRefusal } from '../idempotency/idempotency.js';
import { etagOf } from '../rpc/etag.js';
import { partOfTrace, statementSpan } from '../telemetry/spans.js';
import type { AuditWatch } from './audit-watch.js';
import { LoopWatch } from './loop-watch.js';
import { originIn } from './origin.js';
import type { Queryable, Statement } from './statement.js';
import { together } from './together.js';
import { away, isRetryable, translated } from './trouble.js';
import { type Origin, Tx } from './tx.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_ATTEMPTS = 4;
const JOB_TIMEOUT_MS = 30_000;
const TENANT_CACHE_MS = 5_000;

/** Thrown inside a transaction when the authority does not know the caller yet; never leaves the unit of work. */
class UnknownCaller extends Error {}

/** Opens transactions. The only way to the database: there is no repository and no statement without a tenant. */
export class UnitOfWork {
  private readonly tenants = new Map<string, { id: string; status: 'active' | 'suspended'; until: number }>();

  constructor(
    private readonly context: string,
    private readonly dataSource: DataSource,
    private readonly authority: Authority,
    /** Called after a commit that left something to publish. */
    private readonly wakeRelay: () => void,
    /** In tests: who changes something in silence, or asks row by row. */
    private readonly watch: AuditWatch | null = null,
    /** Told for how many seconds a transaction waited for its connection. */
    private readonly waited: (seconds: number) => void = () => undefined,
  ) {}

  /**
   * The transaction of a use case: the caller is authorised in it, an idempotency key claimed in it, and its events
   * leave with it.
   *
   * @throws Refusal whatever the authority or `work` refuses
   */
  async run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const tenantId = await this.tenantOf(ctx);
    const origin = originIn(tenantId, ctx);
    const keyed = ctx.operation.idempotent && ctx.idempotencyKey !== null;
    const { readOnly } = ctx.operation;
    const attempt = () =>
      this.transaction(origin, { readOnly, timeoutMs: ctx.deadline - Date.now() }, async (client, begun) => {
        const queryable = queryableOf(client);
        const ask = (permission: string) => this.reachOf(queryable, ctx, tenantId, permission);
        const [reach] = await Promise.all([this.authorize(queryable, ctx, tenantId), begun]);
        const tx = new Tx(this.context, client, origin, reach, ask, this.watch ? new LoopWatch() : null);
        const before = readOnly ? undefined : await this.watch?.counts(client);
        const result = keyed ? await this.once(ctx, tx, client, work) : await work(tx);
        if (before) await this.watch?.note(client, tx, before);
        return { result, publish: await tx.flushOutbox(), tx };
      });
    try {
      return await this.retrying(attempt);
    } catch (error) {
      if (!(error instanceof UnknownCaller)) throw error;
      if (!(await this.authority.catchUp(ctx))) throw new Refusal(AUTH_REQUIRED);
      return await this.retrying(attempt).catch((again) => {
        throw again instanceof UnknownCaller ? new Refusal(AUTH_REQUIRED) : again;
      });
    }
  }

  /** The transaction of a job or a consumer, in one tenant. Nobody is asked: the caller is this service itself. */
  runAs<T>(origin: Origin, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.retrying(() =>
      this.transaction(origin, { readOnly: false, timeoutMs: JOB_TIMEOUT_MS }, async (client, begun) => {
        await begun;
        const tx = new Tx(this.context, client, origin, Reach.EVERYWHERE, async () => Reach.EVERYWHERE);
        const before = await this.watch?.counts(client);
        const result = await work(tx);
        if (before) await this.watch?.note(client, tx, before);
        return { result, publish: await tx.flushOutbox(), tx };
      }),
    );
  }

  /** The few reads before a tenant is known, as the lookup role. */
  lookup<T>(read: (queryable: Queryable) => Promise<T>): Promise<T> {
    return this.asRole('lookup', 'BEGIN READ ONLY', read);
  }

  /** Outbox and inbox across tenants, as the relay role. */
  relay<T>(work: (queryable: Queryable) => Promise<T>): Promise<T> {
    return this.asRole('relay', 'BEGIN', work);
  }

  private async asRole<T>(
    role: 'lookup' | 'relay',
    begin: string,
    work: (queryable: Queryable) => Promise<T>,
  ): Promise<T> {
    return this.connection(async (client) => {
      const begun = client.query(
        `${begin}; SET LOCAL ROLE ${this.context}_${role}; SET LOCAL statement_timeout = ${JOB_TIMEOUT_MS}`,
      );
      return committing(client, async () => {
        await begun;
        return work(queryableOf(client));
      });
    });
  }

  private async authorize(queryable: Queryable, ctx: RequestContext, tenantId: string): Promise<Reach> {
    const { access, module } = ctx.operation;
    const ask: Ask = { permission: access.kind === 'permission' ? access.permission : null, module };
    if (access.kind === 'anonymous' && ctx.principal.kind === 'anonymous' && module === null) {
      ctx.authorized = true;
      return new Reach(false);
    }
    const standing = await this.authority.standing(queryable, ctx, tenantId, ask);
    requireStanding(standing, ctx, ask);
    ctx.reach = standing.reach;
    ctx.authorized = true;
    return standing.reach;
  }

  private async reachOf(
    queryable: Queryable,
    ctx: RequestContext,
    tenantId: string,
    permission: string,
  ): Promise<Reach> {
    if (ctx.principal.kind !== 'user') return new Reach(false);
    const standing = await this.authority.standing(queryable, ctx, tenantId, { permission, module: null });
    return standing.reach;
  }

  /** Runs `work` under the request's idempotency key: its answer is stored with its effect. */
  private async once<T>(ctx: RequestContext, tx: Tx, client: ClientBase, work: (tx: Tx) => Promise<T>): Promise<T> {
    const claim = await IdempotencyClaim.make(client, this.context, ctx, tx.tenantId, ctx.request);
    if (!(claim instanceof IdempotencyClaim)) {
      ctx.replayed = true;
      ctx.etag = claim.etag;
      if (claim.status === 'refused') throw new StoredRefusal(JSON.parse(claim.response));
      return JSON.parse(claim.response) as T;
    }
    await client.query('SAVEPOINT effect');
    try {
      const result = await work(tx);
      await claim.store('ok', result, ctx.etag ?? etagOf(result));
      return result;
    } catch (error) {
      if (!(error instanceof Refusal) || (error.kind !== 'conflict' && error.kind !== 'rule')) throw error;
      await client.query('ROLLBACK TO SAVEPOINT effect');
      tx.dropOutbox();
      await claim.store('refused', refusalBody(error), null);
      throw new CommitAndThrow(error);
    }
  }

  private async tenantOf(ctx: RequestContext): Promise<string> {
    const { principal, tenantHint } = ctx;
    if (principal.kind === 'user') return principal.tenantId;
    if (tenantHint === null) {
      if (ctx.operation.access.kind === 'anonymous' && !ctx.operation.access.tenant) return SYSTEM_TENANT_ID;
      throw new Refusal(TENANT_REQUIRED);
    }
    const tenant = await this.tenantBySlug(tenantHint);
    if (tenant.status !== 'active') throw new Refusal(TENANT_SUSPENDED);
    return tenant.id;
  }

  /** @throws Refusal TENANT_UNKNOWN */
  async tenantBySlug(slug: string): Promise<{ id: string; status: 'active' | 'suspended' }> {
    const known = this.tenants.get(slug);
    if (known && known.until > Date.now()) return known;
    const found = await this.lookup((queryable) => this.authority.tenantBySlug(queryable, slug));
    if (!found) throw new Refusal(TENANT_UNKNOWN);
    this.tenants.set(slug, { ...found, until: Date.now() + TENANT_CACHE_MS });
    return found;
  }

  private async transaction<T>(
    { tenantId, traceparent }: Origin,
    { readOnly, timeoutMs }: { readOnly: boolean; timeoutMs: number },
    /** What `work` asks first may travel together with the beginning; it has to wait for `begun` before it writes. */
    work: (client: ClientBase, begun: Promise<unknown>) => Promise<{ result: T; publish: boolean; tx: Tx }>,
  ): Promise<T> {
    if (!UUID.test(tenantId)) throw new Error(`"${tenantId}" is no tenant id`);
    if (timeoutMs <= 0) throw new Refusal(DEADLINE_EXCEEDED, { retryAfter: 1 });
    const { result, publish, tx } = await this.connection(async (client) => {
      together(client);
      const begun = Promise.all([
        client.query(readOnly ? 'BEGIN READ ONLY' : 'BEGIN'),
        client.query({ ...ENTER, values: [tenantId, String(Math.ceil(timeoutMs)), traceparent] }),
      ]);
      return committing(client, () => work(client, begun));
    });
    if (publish) this.wakeRelay();
    tx.committed();
    return result;
  }

  private connection<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    return partOfTrace('transaction', 'INTERNAL', {}, async () => {
      const runner = this.dataSource.createQueryRunner();
      try {
        return await use(await this.connected(runner));
      } finally {
        await runner.release();
      }
    });
  }

  private async connected(runner: QueryRunner): Promise<PoolClient> {
    const asked = performance.now();
    try {
      return await runner.connect();
    } catch (error) {
      throw away(error);
    } finally {
      this.waited((performance.now() - asked) / 1_000);
    }
  }

  private async retrying<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (!isRetryable(error) || tries >= MAX_ATTEMPTS) throw translated(error);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** tries));
      }
    }
  }
}

/** A refusal whose transaction commits all the same, because its idempotency key remembers it. */
class CommitAndThrow extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

async function committing<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (error instanceof CommitAndThrow) {
      await client.query('COMMIT');
      throw error.refusal;
    }
    await client.query('ROLLBACK').catch(() => undefined); // the connection is gone: the pool drops it on release
    throw error;
  }
  await statementSpan('COMMIT', () => client.query('COMMIT'));
  return result;
}

/** What the transaction publishes carries its trace context: the outbox takes it from here (`traceOutbox`). */
const ENTER = {
  name: 'enter-transaction',
  text: `SELECT set_config('app.tenant_id', $1, true), set_config('statement_timeout', $2, true),
                set_config('app.traceparent', $3, true)`,
};

const queryableOf = (client: ClientBase): Queryable => ({
  query: async ({ name, text }: Statement, values: readonly unknown[] = []) =>
    (await statementSpan(name, () => client.query({ name, text, values: values as unknown[] }))).rows,
});

function requireStanding(standing: Standing, ctx: RequestContext, ask: Ask): void {
  const signedIn = ctx.principal.kind === 'user';
  if (signedIn && (standing.user === 'unknown' || standing.tenant === 'unknown')) throw new UnknownCaller();
  if (signedIn && standing.user === 'inactive')
    throw new Refusal(AUTH_REQUIRED, { detail: 'The account is not active.' });
  if (signedIn && standing.user === 'signed_out') throw new Refusal(TOKEN_INVALID);
  if (standing.tenant === 'suspended') throw new Refusal(TENANT_SUSPENDED);
  if (ask.permission !== null && standing.reach.empty) {
    throw new Refusal(FORBIDDEN, { details: { permission: ask.permission } });
  }
  if (ask.module === null) return;
  const details = { module: ask.module };
  if (standing.licence === 'expired') throw new Refusal(SUBSCRIPTION_EXPIRED, { details });
  if (standing.licence === 'suspended') throw new Refusal(SUBSCRIPTION_SUSPENDED, { details });
  if (standing.licence !== 'entitled') throw new Refusal(MODULE_NOT_ENTITLED, { details });
}
