import type { InvoiceSeller } from '@digilist/contracts';
import { statement } from '@kit/service';
import { named } from '../../database/named-statement.js';
import { iso } from '../../database/shapes.js';
import type { Seller } from './domain/seller.js';

const SELLER = `
  s.id, s.org_id AS "orgId", s.name, s.organization_number AS "organizationNumber", s.vat_registered AS "vatRegistered",
  s.zero_rate AS "zeroRate", s.street, s.postal_code AS "postalCode", s.city, s.email, s.account_number AS "accountNumber",
  s.kid_length AS "kidLength", s.kid_algorithm AS "kidAlgorithm", s.payment_days AS "paymentDays", s.terms,
  s.bills_monthly AS "billsMonthly", s.version, ${iso('s.updated_at')} AS "updatedAt"`;

export type SellerRow = InvoiceSeller & Record<string, unknown>;

/** $1 tenant · $2 all of the tenant, or only of $3 organizations */
export const LIST_SELLERS = statement(
  'list-invoice-sellers',
  `SELECT ${SELLER} FROM digilist.invoice_sellers s
   WHERE s.tenant_id = $1 AND ($2::boolean OR s.org_id = ANY ($3::uuid[])) ORDER BY s.id`,
);

/** $1 tenant · $2 id */
export const GET_SELLER = statement(
  'get-invoice-seller',
  `SELECT ${SELLER} FROM digilist.invoice_sellers s WHERE s.tenant_id = $1 AND s.id = $2`,
);

/** A seller with all that an invoice copies of it. */
export interface WholeSeller extends Seller, Record<string, unknown> {
  name: string;
  organizationNumber: string;
  street: string;
  postalCode: string;
  city: string;
  email: string | null;
  accountNumber: string;
  paymentDays: number;
  terms: string | null;
}

/** $1 tenant. All of them: there are as many as there are books to keep. */
export const ALL_SELLERS = statement(
  'all-invoice-sellers',
  `SELECT ${SELLER}, coalesce(cardinality(o.ancestor_ids), -1) AS depth
   FROM digilist.invoice_sellers s
   LEFT JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = s.org_id
   WHERE s.tenant_id = $1`,
);

export interface SellerValues {
  tenantId: string;
  actorId: string;
  orgId: string | null;
  name: string;
  organizationNumber: string;
  vatRegistered: boolean;
  zeroRate: string;
  street: string;
  postalCode: string;
  city: string;
  email: string | null;
  accountNumber: string;
  kidLength: number;
  kidAlgorithm: string;
  paymentDays: number;
  terms: string | null;
  billsMonthly: boolean;
}

/** Nothing when there is one for the organization already. */
export const INSERT_SELLER = named<SellerValues>(
  'insert-invoice-seller',
  `INSERT INTO digilist.invoice_sellers AS s (tenant_id, org_id, name, organization_number, vat_registered, zero_rate, street,
     postal_code, city, email, account_number, kid_length, kid_algorithm, payment_days, terms, bills_monthly, created_by, updated_by)
   VALUES (@tenantId, @orgId, @name, @organizationNumber, @vatRegistered, @zeroRate, @street, @postalCode, @city, @email,
     @accountNumber, @kidLength, @kidAlgorithm, @paymentDays, @terms, @billsMonthly, @actorId, @actorId)
   ON CONFLICT (tenant_id, org_id) DO NOTHING
   RETURNING ${SELLER}`,
);

export const UPDATE_SELLER = named<Omit<SellerValues, 'orgId'> & { id: string; version: number }>(
  'update-invoice-seller',
  `UPDATE digilist.invoice_sellers s
   SET name = @name, organization_number = @organizationNumber, vat_registered = @vatRegistered, zero_rate = @zeroRate,
     street = @street, postal_code = @postalCode, city = @city, email = @email, account_number = @accountNumber,
     kid_length = @kidLength, kid_algorithm = @kidAlgorithm, payment_days = @paymentDays, terms = @terms,
     bills_monthly = @billsMonthly, version = s.version + 1, updated_at = now(), updated_by = @actorId
   WHERE s.tenant_id = @tenantId AND s.id = @id AND s.version = @version
   RETURNING ${SELLER}`,
);

/** $1 tenant · $2 organization */
export const ORGANIZATION_EXISTS = statement(
  'organization-exists',
  `SELECT o.id FROM digilist.platform_organizations o
   WHERE o.tenant_id = $1 AND o.id = $2 AND NOT o.deleted`,
);
