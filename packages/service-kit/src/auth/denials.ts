import { FORBIDDEN } from '@kit/contracts';
import type { RequestContext } from '../context/request-context.js';
import { originIn } from '../database/origin.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Logger } from '../logging/logger.js';

/** Denials that wait to be written down. */
const CAPACITY = 200;
/** The same user at the same operation is written down once in this time: whoever tries again and again fills no log. */
const QUIET_MS = 60_000;
const REMEMBERED = 10_000;

/** Audits who was refused for want of a permission, after they have been answered. */
export class Denials {
  private readonly waiting: RequestContext[] = [];
  private readonly seen = new Map<string, number>();
  private running: Promise<void> | null = null;

  constructor(
    private readonly work: UnitOfWork,
    private readonly log: Logger,
  ) {}

  observe(ctx: RequestContext): void {
    const { principal, operation } = ctx;
    if (principal.kind !== 'user' || this.waiting.length >= CAPACITY) return;
    const key = `${principal.userId} ${operation.id}`;
    const now = Date.now();
    if ((this.seen.get(key) ?? 0) > now - QUIET_MS) return;
    if (this.seen.size >= REMEMBERED) this.seen.clear();
    this.seen.set(key, now);
    this.waiting.push(ctx);
    this.running ??= this.writeDown().finally(() => {
      this.running = null;
    });
  }

  /** What was refused before the stop is written down. */
  async close(): Promise<void> {
    await this.running;
  }

  private async writeDown(): Promise<void> {
    for (let ctx = this.waiting.shift(); ctx; ctx = this.waiting.shift()) {
      await this.audit(ctx).catch((error) => this.log.error({ err: error }, 'a denial could not be audited'));
    }
  }

  private async audit(ctx: RequestContext): Promise<void> {
    const { principal, operation } = ctx;
    if (principal.kind !== 'user') return;
    const { access } = operation;
    await this.work.runAs(originIn(principal.tenantId, ctx), async (tx) => {
      tx.audit({
        action: 'security.permission.denied',
        entity: { type: 'operation', id: operation.id },
        outcome: 'refused',
        reason: FORBIDDEN.code,
        ...(access.kind === 'permission' && { changes: { permission: access.permission } }),
      });
    });
  }
}
