import { type AuditRecord, FORBIDDEN } from '@kit/contracts';
import type { RequestContext } from '../context/request-context.js';
import { originIn } from '../database/origin.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Logger } from '../logging/logger.js';

/** Denials that wait to be written down. What is done in another's name is never left out. */
const CAPACITY = 200;
/** The same is written down once in this time: whoever tries again and again fills no log. */
const QUIET_MS = 60_000;
const REMEMBERED = 10_000;

type Entry = Pick<AuditRecord, 'action' | 'entity' | 'outcome'> & Partial<AuditRecord>;

/** Audits requests that leave no record of their own, after they have been answered. */
export class AnsweredRequests {
  private readonly waiting: { ctx: RequestContext; entry: Entry }[] = [];
  private readonly seen = new Map<string, number>();
  private running: Promise<void> | null = null;

  constructor(
    private readonly work: UnitOfWork,
    private readonly log: Logger,
  ) {}

  /** @param code what it was refused with, or OK */
  observe(ctx: RequestContext, code: string): void {
    const { principal, operation } = ctx;
    if (principal.kind !== 'user') return;
    const denied = operation.access.kind === 'permission' && code === FORBIDDEN.code;
    if (denied) {
      if (this.waiting.length < CAPACITY) this.note(ctx, principal.userId, denialOf(ctx));
    } else if (principal.impersonatorId && (operation.readOnly || code !== 'OK')) {
      this.note(ctx, `${principal.sessionId} ${code}`, impersonatedOf(ctx, code));
    }
  }

  /** What was answered before the stop is written down. */
  async close(): Promise<void> {
    await this.running;
  }

  private note(ctx: RequestContext, whose: string, entry: Entry): void {
    const key = `${whose} ${ctx.operation.id}`;
    const now = Date.now();
    if ((this.seen.get(key) ?? 0) > now - QUIET_MS) return;
    if (this.seen.size >= REMEMBERED) this.seen.clear();
    this.seen.set(key, now);
    this.waiting.push({ ctx, entry });
    this.running ??= this.writeDown().finally(() => {
      this.running = null;
    });
  }

  private async writeDown(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const { ctx, entry } = next;
      await this.audit(ctx, entry).catch((error) => {
        this.log.error({ err: error, action: entry.action }, 'a request could not be audited after its answer');
      });
    }
  }

  private async audit(ctx: RequestContext, entry: Entry): Promise<void> {
    if (ctx.principal.kind !== 'user') return;
    await this.work.runAs(originIn(ctx.principal.tenantId, ctx), async (tx) => tx.audit(entry));
  }
}

const entityOf = ({ operation }: RequestContext) => ({ type: 'operation', id: operation.id });

function denialOf(ctx: RequestContext): Entry {
  const { access } = ctx.operation;
  return {
    action: 'security.permission.denied',
    entity: entityOf(ctx),
    outcome: 'refused',
    reason: FORBIDDEN.code,
    ...(access.kind === 'permission' && { changes: { permission: access.permission } }),
  };
}

/** A change that was made has a record of its own; reads have none, and neither has what was refused. */
const impersonatedOf = (ctx: RequestContext, code: string): Entry => ({
  action: ctx.operation.readOnly ? 'security.impersonation.read' : 'security.impersonation.attempt',
  entity: entityOf(ctx),
  ...(code === 'OK' ? { outcome: 'done' } : { outcome: 'refused', reason: code }),
});
