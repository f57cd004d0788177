import type { Invoice, InvoiceKind, InvoiceStatus, InvoiceSummary } from '@digilist/contracts';
import { type Statement, statement } from '@kit/service';
import { iso } from '../../database/shapes.js';
import type { OpenLine } from './domain/credit.js';
import type { Account } from './domain/standing.js';

const amount = (value: string) => `jsonb_build_object('amount', ${value}, 'currency', i.currency)`;
const day = (column: string) => `to_char(${column}, 'YYYY-MM-DD')`;
const LEFT = 'greatest(0, i.payable - i.settled - i.credited)';

/** Columns of an invoice `i` in the shape of the contract. */
const SUMMARY = `
  i.id, i.kind, i.number, i.status, i.org_id AS "orgId", i.seller ->> 'name' AS "sellerName", i.buyer_org_id AS "buyerOrgId",
  i.buyer_user_id AS "buyerUserId", i.buyer ->> 'name' AS "buyerName", ${day('i.issue_date')} AS "issueDate",
  ${day('i.due_date')} AS "dueDate", ${amount('i.net')} AS net, ${amount('i.vat')} AS vat, ${amount('i.total')} AS total,
  ${amount(LEFT)} AS left, i.kid, i.credits_invoice_id AS "creditsInvoiceId", i.billing_run_id AS "billingRunId",
  ${iso('i.created_at')} AS "createdAt", i.version`;

const CREDITED = `(SELECT coalesce(sum(c.total), 0) FROM digilist.invoice_lines c
  WHERE c.tenant_id = l.tenant_id AND c.credits_line_id = l.id)`;

/** $1 tenant · $2 id */
export const GET_INVOICE = statement(
  'get-invoice',
  `SELECT ${SUMMARY}, i.seller, i.buyer, i.buyer_reference AS "buyerReference", i.reason, i.locale,
     ${amount('i.credited')} AS credited, ${amount('i.settled')} AS settled,
     (SELECT o.number FROM digilist.invoices o WHERE o.tenant_id = $1 AND o.id = i.credits_invoice_id) AS "creditsNumber",
     (SELECT ${day('o.issue_date')} FROM digilist.invoices o WHERE o.tenant_id = $1 AND o.id = i.credits_invoice_id) AS "creditsDate",
     (SELECT jsonb_agg(jsonb_build_object(
        'id', l.id, 'position', l.position, 'bookingId', l.booking_id, 'name', l.description -> 'name',
        'zoneName', l.description -> 'zoneName', 'startsAt', ${iso('l.starts_at')}, 'endsAt', ${iso('l.ends_at')},
        'timezone', l.timezone, 'cancelled', l.cancelled, 'quantity', l.quantity, 'net', ${amount('l.net')},
        'vatCategory', l.vat_category, 'vatBasisPoints', l.vat_basis_points, 'vat', ${amount('l.vat')},
        'total', ${amount('l.total')}, 'credited', ${amount(CREDITED)}, 'creditsLineId', l.credits_line_id) ORDER BY l.position)
      FROM digilist.invoice_lines l WHERE l.tenant_id = $1 AND l.invoice_id = i.id) AS lines,
     coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'amount', ${amount('s.amount')}, 'paidAt', ${day('s.paid_at')},
        'reference', s.reference) ORDER BY s.id)
      FROM digilist.invoice_settlements s WHERE s.tenant_id = $1 AND s.invoice_id = i.id), '[]') AS settlements
   FROM digilist.invoices i WHERE i.tenant_id = $1 AND i.id = $2`,
);
/** All but what is summed up from the lines. */
export interface InvoiceRow extends Omit<Invoice, 'vatByRate'>, Record<string, unknown> {
  locale: 'nb' | 'nn' | 'en';
  creditsNumber: number | null;
  creditsDate: string | null;
}

/** Which invoices a list shows. Each combination is a statement of its own, so that each uses its index. */
export interface InvoiceFilter {
  tenantId: string;
  callerId: string;
  /** Only what the caller bought as a person. */
  onlyOwn: boolean;
  everywhere: boolean;
  orgIds: readonly string[];
  status: readonly InvoiceStatus[] | undefined;
  kind: InvoiceKind | undefined;
  buyerOrgId: string | undefined;
  buyerUserId: string | undefined;
  billingRunId: string | undefined;
  from: string | undefined;
  to: string | undefined;
}

export function listInvoicesStatement(
  filter: InvoiceFilter,
  beforeId: string | null,
  limit: number,
): { statement: Statement; values: unknown[] } {
  const values: unknown[] = [filter.tenantId];
  const conditions = ['i.tenant_id = $1'];
  const used: string[] = [];
  const add = (value: unknown): string => `$${values.push(value)}`;
  const where = (name: string, value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined || value === null) return;
    used.push(name);
    conditions.push(condition(add(value)));
  };
  if (filter.onlyOwn) where('own', filter.callerId, (p) => `i.buyer_user_id = ${p}`);
  else if (!filter.everywhere) {
    const caller = add(filter.callerId);
    where(
      'reach',
      filter.orgIds,
      (p) => `(i.org_id = ANY (${p}::uuid[]) OR i.buyer_org_id = ANY (${p}::uuid[]) OR i.buyer_user_id = ${caller})`,
    );
  }
  where('status', filter.status, (p) => `i.status = ANY (${p}::text[])`);
  where('kind', filter.kind, (p) => `i.kind = ${p}`);
  where('buyer-org', filter.buyerOrgId, (p) => `i.buyer_org_id = ${p}`);
  where('buyer-user', filter.buyerUserId, (p) => `i.buyer_user_id = ${p}`);
  where('run', filter.billingRunId, (p) => `i.billing_run_id = ${p}`);
  where('from', filter.from, (p) => `i.issue_date >= ${p}::date`);
  where('to', filter.to, (p) => `i.issue_date < ${p}::date`);
  where('after', beforeId, (p) => `i.id < ${p}::uuid`);
  return {
    statement: statement(
      `list-invoices ${used.join('+')}`.trim(),
      `SELECT ${SUMMARY} FROM digilist.invoices i WHERE ${conditions.join(' AND ')} ORDER BY i.id DESC LIMIT ${add(limit)}`,
    ),
    values,
  };
}
export type InvoiceSummaryRow = InvoiceSummary & Record<string, unknown>;

/** An invoice as whoever credits or settles it needs it. */
export interface LockedInvoice extends Account, Record<string, unknown> {
  id: string;
  version: number;
  status: InvoiceStatus;
  number: number;
  orgId: string | null;
  sellerId: string;
  buyerOrgId: string | null;
  buyerUserId: string | null;
  seller: object;
  buyer: object;
  buyerReference: string | null;
  locale: string;
  currency: string;
  creditsInvoiceId: string | null;
  /** YYYY-MM-DD in the tenant. */
  today: string;
}

const LOCKED = `
  i.id, i.version, i.status, i.kind, i.number, i.org_id AS "orgId", i.seller_id AS "sellerId", i.buyer_org_id AS "buyerOrgId",
  i.buyer_user_id AS "buyerUserId", i.seller, i.buyer, i.buyer_reference AS "buyerReference", i.locale, i.currency,
  i.total::float8 AS total, i.payable::float8 AS payable, i.settled::float8 AS settled, i.credited::float8 AS credited,
  ${day('i.due_date')} AS "dueDate", i.credits_invoice_id AS "creditsInvoiceId",
  (SELECT to_char($3::timestamptz AT TIME ZONE t.timezone, 'YYYY-MM-DD') FROM digilist.platform_tenants t WHERE t.id = $1) AS today`;

/** $1 tenant · $2 invoices · $3 now. In the order of their ids; nobody else credits or settles them until the commit. */
export const LOCK_INVOICES = statement(
  'lock-invoices',
  `SELECT ${LOCKED} FROM digilist.invoices i WHERE i.tenant_id = $1 AND i.id = ANY ($2::uuid[])
   ORDER BY i.id FOR NO KEY UPDATE OF i`,
);

/** $1 tenant · $2 bookings · $3 now. The invoices that these are on. */
export const LOCK_INVOICES_OF_BOOKINGS = statement(
  'lock-invoices-of-bookings',
  `SELECT ${LOCKED} FROM digilist.invoices i
   WHERE i.tenant_id = $1 AND i.id IN (
     SELECT d.invoice_id FROM digilist.billed_bookings d WHERE d.tenant_id = $1 AND d.booking_id = ANY ($2::uuid[]))
   ORDER BY i.id FOR NO KEY UPDATE OF i`,
);

/** A line of an invoice with what a credit note takes over of it. */
export interface OpenLineRow extends OpenLine, Record<string, unknown> {
  invoiceId: string;
  position: number;
  description: object;
  startsAt: string;
  endsAt: string;
  timezone: string;
  cancelled: boolean;
  quantity: number;
  vatCategory: string;
  /** Organization that lent out. */
  lenderId: string;
}

/** $1 tenant · $2 invoices, which were locked before */
export const OPEN_LINES = statement(
  'open-invoice-lines',
  `SELECT l.id, l.invoice_id AS "invoiceId", l.position, l.booking_id AS "bookingId", l.description, l.starts_at AS "startsAt",
     l.ends_at AS "endsAt", l.timezone, l.cancelled, l.quantity, l.vat_category AS "vatCategory",
     l.vat_basis_points AS "vatBasisPoints", b.org_id AS "lenderId",
     (l.net - coalesce(c.net, 0))::float8 AS "netLeft", (l.vat - coalesce(c.vat, 0))::float8 AS "vatLeft"
   FROM digilist.invoice_lines l
   JOIN digilist.bookings b ON b.tenant_id = $1 AND b.id = l.booking_id
   LEFT JOIN LATERAL (
     SELECT sum(x.net) AS net, sum(x.vat) AS vat FROM digilist.invoice_lines x
     WHERE x.tenant_id = $1 AND x.credits_line_id = l.id
   ) c ON true
   WHERE l.tenant_id = $1 AND l.invoice_id = ANY ($2::uuid[])
   ORDER BY l.invoice_id, l.position`,
);

/** $1 tenant · one entry per invoice, locked before: $2 ids · $3 statuses · $4 settled · $5 credited · $6 actor */
export const UPDATE_INVOICES = statement(
  'update-invoices',
  `UPDATE digilist.invoices i
   SET status = n.status, settled = n.settled, credited = n.credited, version = i.version + 1, updated_at = now(), updated_by = $6
   FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) n (id, status, settled, credited)
   WHERE i.tenant_id = $1 AND i.id = n.id`,
);

/** $1 tenant · $2 invoice · $3 amount · $4 day · $5 reference · $6 actor. With the organization whose books it concerns. */
export const INSERT_SETTLEMENT = statement(
  'insert-invoice-settlement',
  `INSERT INTO digilist.invoice_settlements (tenant_id, invoice_id, amount, paid_at, reference, created_by)
   VALUES ($1, $2, $3, $4, $5, $6)
   RETURNING id, (SELECT b.org_id FROM digilist.invoice_lines l
     JOIN digilist.bookings b ON b.tenant_id = $1 AND b.id = l.booking_id
     WHERE l.tenant_id = $1 AND l.invoice_id = $2 ORDER BY l.position LIMIT 1) AS "lenderId"`,
);

/** Tenants with invoices whose due date has passed, and the user who acts there by himself. $1 now. For the system's pool. */
export const TENANTS_WITH_OVERDUE_INVOICES = `
  SELECT DISTINCT i.tenant_id AS "tenantId", t.service_user_id AS "actorId"
  FROM digilist.invoices i
  JOIN digilist.platform_tenants t ON t.id = i.tenant_id
  WHERE i.status = 'issued' AND i.due_date < ($1::timestamptz AT TIME ZONE t.timezone)::date`;

/** $1 tenant · $2 how many · $3 now. Those that somebody else has at hand are left to them. */
export const LOCK_OVERDUE_INVOICES = statement(
  'lock-overdue-invoices',
  `SELECT ${LOCKED} FROM digilist.invoices i
   WHERE i.tenant_id = $1 AND i.status = 'issued'
     AND i.due_date < (SELECT ($3::timestamptz AT TIME ZONE t.timezone)::date FROM digilist.platform_tenants t WHERE t.id = $1)
   ORDER BY i.id LIMIT $2 FOR NO KEY UPDATE OF i SKIP LOCKED`,
);
