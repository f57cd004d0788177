import type { NotificationEvent } from '@digilist/contracts';
import { money } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { membersWhoCan } from '../../platform/index.js';
import { dayTextOf, moneyText, type Notice } from '../notifications/index.js';
import type { InvoiceValues } from './issuing.sql.js';

export interface ToTell {
  readonly event: Extract<NotificationEvent, 'invoice.issued' | 'invoice.credited'>;
  readonly eventId: string;
  readonly invoice: InvoiceValues;
  /** Number of the invoice that is credited. */
  readonly credits?: number;
}

/** For the person who bought, or for those of the organization that bought who may read its invoices. */
export async function noticesOf(tx: Tx, toTell: readonly ToTell[]): Promise<Notice[]> {
  const orgIds = [...new Set(toTell.flatMap(({ invoice }) => invoice.buyerOrgId ?? []))];
  const members = await membersWhoCan(tx, 'digilist.invoice.read', orgIds);
  return toTell.flatMap(({ event, eventId, invoice, credits }) => {
    const { buyerOrgId, buyerUserId } = invoice;
    const recipients =
      buyerUserId !== null
        ? [buyerUserId]
        : members.filter(({ orgId }) => orgId === buyerOrgId).map(({ userId }) => userId);
    const details = detailsOf(invoice, credits);
    return recipients.map((recipientId) => ({ event, eventId, recipientId, details, reason: invoice.reason }));
  });
}

function detailsOf(invoice: InvoiceValues, credits: number | undefined): NonNullable<Notice['details']> {
  const { accountNumber } = invoice.seller as { accountNumber: string };
  return {
    number: String(invoice.number),
    amount: moneyText(money(invoice.total, invoice.currency)),
    organization: (invoice.buyer as { name: string }).name,
    account: accountText(accountNumber),
    ...(invoice.dueDate !== null && { due: dayTextOf(new Date(`${invoice.dueDate}T12:00:00Z`), 'UTC') }),
    ...(invoice.kid !== null && { kid: invoice.kid }),
    ...(credits !== undefined && { invoice: String(credits) }),
    ...(invoice.reason !== null && { reason: invoice.reason }),
  };
}

/** As Norwegian banks write it: 8601.11.17947 */
export const accountText = (digits: string): string => digits.replace(/^(\d{4})(\d{2})(\d{5})$/, '$1.$2.$3');
