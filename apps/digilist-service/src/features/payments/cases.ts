import { type CaseKind, paymentCaseOpened, paymentCaseResolved } from '@digilist/contracts';
import { money } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { whoCan } from '../../platform/index.js';
import { moneyText, type Notice, NotificationsService } from '../notifications/index.js';
import { OPEN_CASE, RESOLVE_BY_ITSELF } from './cases.sql.js';
import { type AboutBooking, PayableBookings } from './payable-bookings.js';
import { type PaymentRow, SHARES, type ShareRow } from './payments.sql.js';

export interface Finding {
  readonly kind: CaseKind;
  readonly finding: string;
  readonly refundId?: string;
}

/** What a person has to look at: nothing that went wrong with money is only in a log. */
@Injectable()
export class Cases {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly bookings: PayableBookings,
  ) {}

  /** Once for as long as it is open. Who may reconcile is told. */
  async open(tx: Tx, payment: PaymentRow, { kind, finding, refundId }: Finding): Promise<void> {
    const { id: paymentId, orgId } = payment;
    const detail = JSON.stringify({ finding: finding.slice(0, 1000) });
    const values = [tx.tenantId, orgId, paymentId, refundId ?? null, kind, detail, tx.actorId];
    const [opened] = await tx.query<{ id: string }>(OPEN_CASE, values);
    if (!opened) return;
    const { id } = opened;
    const data = { caseId: id, paymentId, orgId, kind, status: 'open' as const };
    const eventId = tx.emit(paymentCaseOpened, { id, version: 1, data });
    tx.audit({ action: 'digilist.payment-case.open', entity: { type: 'payment_case', id }, orgId, changes: { kind } });
    const [recipients, about] = await Promise.all([
      whoCan(tx, 'digilist.payment.reconcile', orgId),
      this.about(tx, payment),
    ]);
    const details = { amount: moneyText(money(payment.amount, payment.currency)) };
    await this.notifications.notifyAll(
      tx,
      recipients.map(
        (recipientId): Notice => ({
          event: 'payment.reconciliation',
          eventId,
          recipientId,
          details,
          ...about,
        }),
      ),
    );
  }

  /** What was found has become as it should be. */
  async resolveByItself(tx: Tx, paymentId: string, kind: CaseKind, refundId: string | null = null): Promise<void> {
    const values = [tx.tenantId, paymentId, refundId, kind, tx.actorId];
    const [resolved] = await tx.query<{ id: string; version: number; orgId: string }>(RESOLVE_BY_ITSELF, values);
    if (!resolved) return;
    const { id, version, orgId } = resolved;
    tx.emit(paymentCaseResolved, { id, version, data: { caseId: id, paymentId, orgId, kind, status: 'resolved' } });
    tx.audit({
      action: 'digilist.payment-case.resolve',
      entity: { type: 'payment_case', id },
      orgId,
      changes: { kind, resolution: 'itself' },
    });
  }

  /** Of several bookings, the first. */
  private async about(tx: Tx, { id }: PaymentRow): Promise<AboutBooking> {
    const shares = await tx.query<ShareRow>(SHARES, [tx.tenantId, id]);
    const [booking] = await this.bookings.lockMany(
      tx,
      shares.slice(0, 1).map(({ bookingId }) => bookingId),
    );
    if (!booking) throw new Error('a payment is for no booking');
    return this.bookings.notice(booking);
  }
}
