import {
  type PaymentFact,
  type PaymentStatus,
  paymentAuthorized,
  paymentCaptured,
  paymentEnded,
  paymentRefunded,
  paymentStarted,
} from '@digilist/contracts';
import type { EventType } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { PaymentRow } from './payments.sql.js';

export type ToldPayment = Pick<PaymentRow, 'id' | 'orgId' | 'userId' | 'amount' | 'currency'>;

const EVENTS = {
  started: paymentStarted,
  authorized: paymentAuthorized,
  captured: paymentCaptured,
  ended: paymentEnded,
  refunded: paymentRefunded,
} satisfies Record<string, EventType<PaymentFact>>;

const ACTIONS: Record<keyof typeof EVENTS, string> = {
  started: 'digilist.payment.start',
  authorized: 'digilist.payment.authorize',
  captured: 'digilist.payment.capture',
  ended: 'digilist.payment.end',
  refunded: 'digilist.payment.refund',
};

/** A fact about a payment and its audit record. Answers the event's id. */
export function tellPayment(
  tx: Tx,
  fact: keyof typeof EVENTS,
  payment: ToldPayment,
  { status, version }: { status: PaymentStatus; version: number },
): string {
  const { id, orgId, userId, amount, currency } = payment;
  tx.audit({ action: ACTIONS[fact], entity: { type: 'payment', id }, orgId, changes: { status, amount, currency } });
  const data: PaymentFact = { paymentId: id, status, orgId, userId, amount, currency };
  return tx.emit(EVENTS[fact], { id, version, data });
}
