import type { InvoiceKind, InvoiceStatus } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import type { Billable } from './domain/billing.js';

/** $1 tenant · $2 bookings. In the order of their ids, as everybody locks them. */
export const LOCK_BOOKINGS_TO_BILL = statement(
  'lock-bookings-to-bill',
  `SELECT b.id FROM digilist.bookings b WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])
   ORDER BY b.id FOR NO KEY UPDATE`,
);

/** A booking as an invoice needs it. */
export interface BookingToBill extends Billable, Record<string, unknown> {
  ancestorIds: string[];
  buyerOrgId: string | null;
  /** Null where an organization buys. */
  buyerUserId: string | null;
  buyer: { name: string; organizationNumber: string | null; email: string | null };
  locale: Locale;
  name: { nb: string };
  zoneName: { nb: string } | null;
  startsAt: string;
  endsAt: string;
  timezone: string;
  quantity: number;
  /** YYYY-MM-DD in the tenant. */
  today: string;
}

/** $1 tenant · $2 bookings that were locked before · $3 now. What was booked is named as it was called then. */
export const READ_BOOKINGS_TO_BILL = statement(
  'read-bookings-to-bill',
  `SELECT b.id, b.org_id AS "orgId", owner.ancestor_ids AS "ancestorIds", b.status, b.payment_policy AS "paymentPolicy",
     b.total::float8 AS total, b.currency, coalesce(k.kept, 0)::float8 AS kept, b.price_lines AS "priceLines",
     EXISTS (SELECT FROM digilist.billed_bookings d WHERE d.tenant_id = $1 AND d.booking_id = b.id) AS billed,
     b.on_behalf_of_org_id AS "buyerOrgId", CASE WHEN b.on_behalf_of_org_id IS NULL THEN b.user_id END AS "buyerUserId",
     CASE WHEN buyer.id IS NULL
       THEN jsonb_build_object('name', u.name, 'organizationNumber', NULL, 'email', nullif(u.email, ''))
       ELSE jsonb_build_object('name', buyer.name, 'organizationNumber', buyer.organization_number, 'email', NULL) END AS buyer,
     CASE WHEN b.on_behalf_of_org_id IS NULL AND u.locale IN ('nb', 'nn', 'en') THEN u.locale
       WHEN t.locale IN ('nb', 'nn', 'en') THEN t.locale ELSE 'nb' END AS locale,
     coalesce(item.snapshot -> 'listing', l.name) AS name,
     CASE WHEN z.implicit THEN NULL ELSE coalesce(item.snapshot -> 'zone', z.name) END AS "zoneName",
     b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.timezone, b.quantity,
     to_char($3::timestamptz AT TIME ZONE t.timezone, 'YYYY-MM-DD') AS today
   FROM digilist.bookings b
   JOIN digilist.platform_tenants t ON t.id = $1
   JOIN digilist.platform_organizations owner ON owner.tenant_id = $1 AND owner.id = b.org_id
   JOIN digilist.platform_users u ON u.tenant_id = $1 AND u.id = b.user_id
   LEFT JOIN digilist.platform_organizations buyer ON buyer.tenant_id = $1 AND buyer.id = b.on_behalf_of_org_id
   JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = b.listing_id
   JOIN digilist.zones z ON z.tenant_id = $1 AND z.id = b.zone_id
   LEFT JOIN digilist.booking_settlements k ON k.tenant_id = $1 AND k.booking_id = b.id
   LEFT JOIN LATERAL (
     SELECT i.snapshot FROM digilist.booking_items i WHERE i.tenant_id = $1 AND i.booking_id = b.id ORDER BY i.id DESC LIMIT 1
   ) item ON true
   WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])
   ORDER BY b.starts_at, b.id`,
);

/** $1 tenant · $2 bookings · $3 invoice · $4 actor. Answers those that were on none before. */
export const CLAIM_BOOKINGS = statement(
  'claim-bookings-for-invoice',
  `INSERT INTO digilist.billed_bookings (tenant_id, booking_id, invoice_id, created_by)
   SELECT $1, id, $3, $4 FROM unnest($2::uuid[]) id
   ON CONFLICT (tenant_id, booking_id) DO NOTHING RETURNING booking_id AS id`,
);

/** $1 tenant · $2 bookings */
export const RELEASE_BOOKINGS = statement(
  'release-billed-bookings',
  'DELETE FROM digilist.billed_bookings WHERE tenant_id = $1 AND booking_id = ANY ($2::uuid[])',
);

/**
 * $1 tenant · $2 series · $3 how many · $4 actor. Answers the first of as many numbers, which nobody else gets: whoever
 * wants the next ones waits for the commit, and a rollback gives them back.
 */
export const TAKE_NUMBERS = statement(
  'take-invoice-numbers',
  `INSERT INTO digilist.invoice_counters AS c (tenant_id, series, next, created_by, updated_by)
   VALUES ($1, $2, 1 + $3, $4, $4)
   ON CONFLICT (tenant_id, series) DO UPDATE
     SET next = c.next + $3, version = c.version + 1, updated_at = now(), updated_by = $4
   RETURNING c.next - $3 AS first`,
);

/** An invoice as it is written; minor units, dates as YYYY-MM-DD. */
export interface InvoiceValues {
  id: string;
  orgId: string | null;
  sellerId: string;
  kind: InvoiceKind;
  number: number;
  buyerOrgId: string | null;
  buyerUserId: string | null;
  seller: object;
  buyer: object;
  buyerReference: string | null;
  locale: string;
  issueDate: string;
  dueDate: string | null;
  currency: string;
  net: number;
  vat: number;
  total: number;
  payable: number;
  kid: string | null;
  creditsInvoiceId: string | null;
  reason: string | null;
  billingRunId: string | null;
  status: InvoiceStatus;
}

export interface LineValues {
  id: string;
  invoiceId: string;
  position: number;
  bookingId: string;
  description: object;
  startsAt: string;
  endsAt: string;
  timezone: string;
  cancelled: boolean;
  quantity: number;
  net: number;
  vatCategory: string;
  vatBasisPoints: number;
  vat: number;
  total: number;
  creditsLineId: string | null;
}

/** Invoices with all their lines; both are JSON lists. */
export const INSERT_INVOICES = named<{ tenantId: string; actorId: string; invoices: string; lines: string }>(
  'insert-invoices',
  `WITH issued AS (
     INSERT INTO digilist.invoices (tenant_id, id, org_id, seller_id, kind, number, buyer_org_id, buyer_user_id, seller, buyer,
       buyer_reference, locale, issue_date, due_date, currency, net, vat, total, payable, kid, credits_invoice_id, reason,
       billing_run_id, status, created_by, updated_by)
     SELECT @tenantId, i.id, i."orgId", i."sellerId", i.kind, i.number, i."buyerOrgId", i."buyerUserId", i.seller, i.buyer,
       i."buyerReference", i.locale, i."issueDate", i."dueDate", i.currency, i.net, i.vat, i.total, i.payable, i.kid,
       i."creditsInvoiceId", i.reason, i."billingRunId", i.status, @actorId, @actorId
     FROM json_to_recordset(@invoices::json) AS i (id uuid, "orgId" uuid, "sellerId" uuid, kind text, number integer,
       "buyerOrgId" uuid, "buyerUserId" uuid, seller jsonb, buyer jsonb, "buyerReference" text, locale text, "issueDate" date,
       "dueDate" date, currency text, net bigint, vat bigint, total bigint, payable bigint, kid text,
       "creditsInvoiceId" uuid, reason text, "billingRunId" uuid, status text)
   )
   INSERT INTO digilist.invoice_lines (tenant_id, id, invoice_id, position, booking_id, description, starts_at, ends_at, timezone,
     cancelled, quantity, net, vat_category, vat_basis_points, vat, total, credits_line_id, created_by)
   SELECT @tenantId, l.id, l."invoiceId", l.position, l."bookingId", l.description, l."startsAt", l."endsAt", l.timezone,
     l.cancelled, l.quantity, l.net, l."vatCategory", l."vatBasisPoints", l.vat, l.total, l."creditsLineId", @actorId
   FROM json_to_recordset(@lines::json) AS l (id uuid, "invoiceId" uuid, position integer, "bookingId" uuid, description jsonb,
     "startsAt" timestamptz, "endsAt" timestamptz, timezone text, cancelled boolean, quantity integer, net bigint,
     "vatCategory" text, "vatBasisPoints" integer, vat bigint, total bigint, "creditsLineId" uuid)`,
);
