import type { Receipt } from '@digilist/contracts';
import { statement } from '@kit/service';
import { iso } from '../../database/shapes.js';

/**
 * $1 tenant · $2 payment. Lines as they were agreed when it was paid: of the item that was the booking's then, whatever it
 * became later. The seller is the organization with a number nearest above what was booked.
 */
export const RECEIPT = statement(
  'payment-receipt',
  `SELECT p.id AS "paymentId", p.provider, p.currency, ${iso('p.captured_at')} AS "paidAt",
     jsonb_build_object('amount', p.amount, 'currency', p.currency) AS total,
     jsonb_build_object('amount', p.refunded, 'currency', p.currency) AS refunded,
     (SELECT jsonb_build_object('name', seller.name, 'organizationNumber', seller.organization_number)
       FROM digilist.platform_organizations own
       JOIN digilist.platform_organizations seller ON seller.tenant_id = own.tenant_id
         AND (seller.id = own.id OR seller.id = ANY (own.ancestor_ids))
       WHERE own.tenant_id = $1 AND own.id = p.org_id
       ORDER BY seller.organization_number IS NULL, seller.id <> own.id, cardinality(seller.ancestor_ids) DESC LIMIT 1) AS seller,
     (SELECT jsonb_agg(jsonb_build_object('bookingId', b.id, 'listingName', item.snapshot -> 'listing',
         'startsAt', ${iso('b.starts_at')}, 'endsAt', ${iso('b.ends_at')}, 'lines', item.snapshot -> 'lines',
         'total', jsonb_build_object('amount', pb.amount, 'currency', p.currency)) ORDER BY b.starts_at, b.id)
       FROM digilist.payment_bookings pb
       JOIN digilist.bookings b ON b.tenant_id = pb.tenant_id AND b.id = pb.booking_id
       CROSS JOIN LATERAL (SELECT i.snapshot FROM digilist.booking_items i
         WHERE i.tenant_id = $1 AND i.booking_id = b.id AND i.created_at <= p.created_at ORDER BY i.id DESC LIMIT 1) item
       WHERE pb.tenant_id = $1 AND pb.payment_id = p.id) AS bookings
   FROM digilist.payments p WHERE p.tenant_id = $1 AND p.id = $2`,
);
export interface ReceiptRow extends Omit<Receipt, 'vat' | 'paidAt'>, Record<string, unknown> {
  currency: string;
  paidAt: string | null;
}
