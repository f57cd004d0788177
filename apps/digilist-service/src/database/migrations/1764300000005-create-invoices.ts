import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

const CATEGORIES = ['S', 'Z', 'E', 'O'];

/** Invoices: issued once and never changed; corrected by credit notes only. */
export class CreateInvoices1764300000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- In whose name invoices are issued: for an organization and those below it, or for all others of the tenant.
CREATE TABLE digilist.invoice_sellers (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid,
  name text NOT NULL,
  organization_number text NOT NULL CHECK (organization_number ~ '^[0-9]{9}$'),
  vat_registered boolean NOT NULL,
  ${oneOf('zero_rate', ['exempt', 'zero_rated'], 'exempt')},
  street text NOT NULL,
  postal_code text NOT NULL,
  city text NOT NULL,
  email text,
  account_number text NOT NULL CHECK (account_number ~ '^[0-9]{11}$'),
  kid_length integer NOT NULL CHECK (kid_length BETWEEN 2 AND 25),
  ${oneOf('kid_algorithm', ['MOD10', 'MOD11'])},
  payment_days integer NOT NULL CHECK (payment_days BETWEEN 0 AND 90),
  terms text,
  bills_monthly boolean NOT NULL DEFAULT false,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE NULLS NOT DISTINCT (tenant_id, org_id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id)
);
${secured('invoice_sellers', 'SELECT', 'INSERT', 'UPDATE')}

-- The next number of each series. Its row is locked until the invoice is there or is not: a number is never left out.
CREATE TABLE digilist.invoice_counters (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('series', ['invoice', 'credit_note'])},
  next integer NOT NULL CHECK (next > 0),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, series)
);
${secured('invoice_counters', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.billing_runs (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  -- Organization of the seller; null: all of the tenant.
  org_id uuid,
  seller_id uuid,
  buyer_org_id uuid,
  first_date date NOT NULL,
  end_date date NOT NULL,
  ends_after timestamptz NOT NULL,
  ends_until timestamptz NOT NULL,
  ${oneOf('status', ['running', 'completed'], 'running')},
  invoices integer NOT NULL DEFAULT 0,
  bookings integer NOT NULL DEFAULT 0,
  total bigint NOT NULL DEFAULT 0,
  problems jsonb NOT NULL DEFAULT '[]',
  -- Whoever works on it has it until then; after that it is anybody's.
  claimed_until timestamptz NOT NULL DEFAULT '-infinity',
  completed_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, buyer_org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, seller_id) REFERENCES digilist.invoice_sellers (tenant_id, id),
  CHECK (first_date < end_date)
);
CREATE UNIQUE INDEX billing_runs_one_at_a_time ON digilist.billing_runs (tenant_id) WHERE status = 'running';
CREATE INDEX billing_runs_org ON digilist.billing_runs (tenant_id, org_id) WHERE org_id IS NOT NULL;
CREATE INDEX billing_runs_buyer ON digilist.billing_runs (tenant_id, buyer_org_id) WHERE buyer_org_id IS NOT NULL;
CREATE INDEX billing_runs_seller ON digilist.billing_runs (tenant_id, seller_id) WHERE seller_id IS NOT NULL;
${secured('billing_runs', 'SELECT', 'INSERT', 'UPDATE')}

-- Seller and buyer are written down as they were. Only what becomes of it afterwards may be updated.
CREATE TABLE digilist.invoices (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid,
  seller_id uuid NOT NULL,
  ${oneOf('kind', ['invoice', 'credit_note'])},
  number integer NOT NULL CHECK (number > 0),
  buyer_org_id uuid,
  buyer_user_id uuid,
  seller jsonb NOT NULL,
  buyer jsonb NOT NULL,
  buyer_reference text,
  locale text NOT NULL CHECK (locale IN ('nb', 'nn', 'en')),
  issue_date date NOT NULL,
  due_date date,
  currency text NOT NULL,
  net bigint NOT NULL CHECK (net >= 0),
  vat bigint NOT NULL CHECK (vat >= 0),
  total bigint NOT NULL CHECK (total > 0),
  -- To be paid: all of an invoice; of a credit note what its invoice's buyer had paid already.
  payable bigint NOT NULL,
  kid text,
  credits_invoice_id uuid,
  reason text,
  billing_run_id uuid,
  ${oneOf('status', ['issued', 'overdue', 'paid', 'credited'], 'issued')},
  settled bigint NOT NULL DEFAULT 0 CHECK (settled BETWEEN 0 AND payable),
  credited bigint NOT NULL DEFAULT 0 CHECK (credited BETWEEN 0 AND total),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, kind, number),
  UNIQUE (tenant_id, kid),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, seller_id) REFERENCES digilist.invoice_sellers (tenant_id, id),
  FOREIGN KEY (tenant_id, buyer_org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, buyer_user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, credits_invoice_id) REFERENCES digilist.invoices (tenant_id, id),
  FOREIGN KEY (tenant_id, billing_run_id) REFERENCES digilist.billing_runs (tenant_id, id),
  CHECK (net + vat = total),
  CHECK (payable BETWEEN 0 AND total AND (kind = 'credit_note' OR payable = total)),
  CHECK (num_nonnulls(buyer_org_id, buyer_user_id) = 1),
  CHECK ((kind = 'invoice') = (kid IS NOT NULL) AND (kind = 'invoice') = (due_date IS NOT NULL)),
  CHECK ((kind = 'credit_note') = (credits_invoice_id IS NOT NULL) AND (kind = 'credit_note') = (reason IS NOT NULL))
);
CREATE INDEX invoices_org ON digilist.invoices (tenant_id, org_id) WHERE org_id IS NOT NULL;
CREATE INDEX invoices_seller ON digilist.invoices (tenant_id, seller_id);
CREATE INDEX invoices_buyer_org ON digilist.invoices (tenant_id, buyer_org_id) WHERE buyer_org_id IS NOT NULL;
CREATE INDEX invoices_buyer_user ON digilist.invoices (tenant_id, buyer_user_id) WHERE buyer_user_id IS NOT NULL;
CREATE INDEX invoices_credits ON digilist.invoices (tenant_id, credits_invoice_id) WHERE credits_invoice_id IS NOT NULL;
CREATE INDEX invoices_run ON digilist.invoices (tenant_id, billing_run_id) WHERE billing_run_id IS NOT NULL;
CREATE INDEX invoices_due ON digilist.invoices (tenant_id, due_date) WHERE status = 'issued' AND due_date IS NOT NULL;
${secured('invoices', 'SELECT', 'INSERT')}
GRANT UPDATE (status, settled, credited, version, updated_at, updated_by) ON digilist.invoices TO digilist_app;

CREATE TABLE digilist.invoice_lines (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  invoice_id uuid NOT NULL,
  position integer NOT NULL CHECK (position > 0),
  booking_id uuid NOT NULL,
  -- What was booked, as it was called then.
  description jsonb NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  timezone text NOT NULL,
  cancelled boolean NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  net bigint NOT NULL CHECK (net >= 0),
  ${oneOf('vat_category', CATEGORIES)},
  vat_basis_points integer NOT NULL CHECK (vat_basis_points BETWEEN 0 AND 10000),
  vat bigint NOT NULL CHECK (vat >= 0),
  total bigint NOT NULL CHECK (total > 0),
  credits_line_id uuid,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, invoice_id, position),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES digilist.invoices (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  FOREIGN KEY (tenant_id, credits_line_id) REFERENCES digilist.invoice_lines (tenant_id, id),
  CHECK (net + vat = total),
  CHECK ((vat_category = 'S') = (vat_basis_points > 0))
);
CREATE INDEX invoice_lines_booking ON digilist.invoice_lines (tenant_id, booking_id);
CREATE INDEX invoice_lines_credits ON digilist.invoice_lines (tenant_id, credits_line_id) WHERE credits_line_id IS NOT NULL;
${secured('invoice_lines', 'SELECT', 'INSERT')}

-- Which invoice a booking is on. A booking is on one; gone when it was taken back so that it can be invoiced anew.
CREATE TABLE digilist.billed_bookings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  invoice_id uuid NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, booking_id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES digilist.invoices (tenant_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX billed_bookings_invoice ON digilist.billed_bookings (tenant_id, invoice_id);
${secured('billed_bookings', 'SELECT', 'INSERT', 'DELETE')}

CREATE TABLE digilist.invoice_settlements (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  invoice_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  paid_at date NOT NULL,
  reference text,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES digilist.invoices (tenant_id, id)
);
CREATE INDEX invoice_settlements_invoice ON digilist.invoice_settlements (tenant_id, invoice_id);
${secured('invoice_settlements', 'SELECT', 'INSERT')}

-- What a billing run and its reconciliation look through.
CREATE INDEX bookings_by_invoice ON digilist.bookings (tenant_id, ends_at) WHERE payment_policy = 'INVOICE' AND total > 0;

${['invoice_sellers', 'billing_runs', 'invoices', 'invoice_lines']
  .map(
    (table) => `
GRANT SELECT (tenant_id, id) ON digilist.${table} TO digilist_lookup;
CREATE POLICY lookup ON digilist.${table} FOR SELECT TO digilist_lookup USING (true);`,
  )
  .join('')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX digilist.bookings_by_invoice;
      DROP TABLE digilist.invoice_settlements, digilist.billed_bookings, digilist.invoice_lines, digilist.invoices,
        digilist.billing_runs, digilist.invoice_counters, digilist.invoice_sellers`);
  }
}
