import {
  CASE_RESOLVED,
  type CaseKind,
  type CaseResolution,
  type PaymentCase,
  paymentCaseResolved,
  RESOLUTION_NOT_POSSIBLE,
  type ResolvePaymentCase,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type CaseAnswer, type CaseRow, GET_CASE, LOCK_CASE, RESOLVE_CASE } from './cases.sql.js';
import { PaymentQueue } from './queue.js';
import { Returns } from './returns.js';
import { CALL_REFUND_AGAIN } from './returns.sql.js';
import { isOpen, type LockedPayment, Takings } from './takings.js';
import { CHECK_NOW, HURRY_CALLS } from './work.sql.js';

/** In which ways each kind can be settled; whatever can, settles itself before anybody has to. */
const POSSIBLE: Readonly<Record<CaseKind, readonly CaseResolution[]>> = {
  paid_but_impossible: ['refund', 'retry', 'accept'],
  unknown_outcome: ['retry'],
  amount_mismatch: ['refund', 'retry', 'accept'],
  late_payment: ['accept'],
  refund_failed: ['refund', 'retry', 'accept'],
  capture_failed: ['retry', 'accept'],
};

/** People settle what did not settle itself. */
@Injectable()
export class CasesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly takings: Takings,
    private readonly returns: Returns,
    private readonly queue: PaymentQueue,
  ) {}

  resolve(ctx: RequestContext, { id, resolution, note }: ResolvePaymentCase): Promise<PaymentCase> {
    return this.work.run(ctx, async (tx) => {
      const { paymentId } = await tx.one<CaseAnswer>(GET_CASE, [tx.tenantId, id]);
      const locked = await this.takings.lock(tx, paymentId);
      const found = await tx.one<CaseRow>(LOCK_CASE, [tx.tenantId, id]);
      if (!tx.reach.covers(found.orgId)) throw new Refusal(NOT_FOUND);
      if (found.status === 'resolved') throw new Refusal(CASE_RESOLVED);
      if (ctx.ifMatch !== null && ctx.ifMatch !== found.version) throw new Refusal(STALE_VERSION);
      const possible = POSSIBLE[found.kind];
      if (!possible.includes(resolution)) throw new Refusal(RESOLUTION_NOT_POSSIBLE, { details: { possible } });
      await tx.query(RESOLVE_CASE, [tx.tenantId, id, resolution, note, tx.actorId]);
      await this.carryOut(tx, found, resolution, locked);
      const { orgId, kind, version } = found;
      const data = { caseId: id, paymentId, orgId, kind, status: 'resolved' as const };
      tx.emit(paymentCaseResolved, { id, version: version + 1, data });
      tx.audit({
        action: 'digilist.payment-case.resolve',
        entity: { type: 'payment_case', id },
        orgId,
        changes: { kind, resolution },
        reason: note,
      });
      tx.afterCommit(() => this.queue.wake());
      return tx.one<CaseAnswer>(GET_CASE, [tx.tenantId, id]);
    });
  }

  private async carryOut(
    tx: Tx,
    { kind, refundId }: CaseRow,
    resolution: CaseResolution,
    locked: LockedPayment,
  ): Promise<void> {
    const { payment } = locked;
    if (kind === 'refund_failed' && refundId !== null) {
      if (resolution === 'accept') await this.returns.settle(tx, payment, refundId);
      else await tx.query(CALL_REFUND_AGAIN, [tx.tenantId, refundId, tx.actorId]);
    } else if (kind === 'capture_failed' && resolution === 'retry')
      await this.takings.plan(tx, payment.id, 'capture', payment.amount);
    else if (kind === 'paid_but_impossible' && resolution !== 'accept')
      await this.takings.plan(tx, payment.id, 'cancel', 0);
    else if (kind === 'amount_mismatch' && resolution === 'refund')
      await this.takings.plan(tx, payment.id, 'cancel', 0);
    else if (kind === 'amount_mismatch' && resolution === 'accept') {
      if (isOpen(payment)) await this.takings.end(tx, locked, 'failed', 'settled elsewhere');
    } else if (resolution === 'retry') {
      await tx.query(HURRY_CALLS, [tx.tenantId, payment.id, null]);
      await tx.query(CHECK_NOW, [tx.tenantId, payment.id]);
    }
  }
}
