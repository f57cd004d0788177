import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

/** Money: what was asked for, what a provider took and gave back, what it means in the books, and what nobody knows yet. */
export class CreatePayments1764300000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The whole tenant's terms (listing_id null), and those of listings that have their own.
CREATE TABLE digilist.refund_terms (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  org_id uuid,
  listing_id uuid,
  steps jsonb NOT NULL,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE NULLS NOT DISTINCT (tenant_id, listing_id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id),
  CHECK ((org_id IS NULL) = (listing_id IS NULL))
);
CREATE INDEX refund_terms_listing ON digilist.refund_terms (tenant_id, org_id, listing_id);
${secured('refund_terms', 'SELECT', 'INSERT', 'UPDATE')}

-- What a provider is asked to collect, and what came of it. The id is the reference under which the provider knows it.
-- promised: what is or will be given back; refunded: what the provider has given back.
-- check_at: when the provider is asked next; null: nothing more is expected.
CREATE TABLE digilist.payments (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  user_id uuid NOT NULL,
  provider_id uuid NOT NULL,
  provider text NOT NULL,
  provider_reference text,
  -- The licence under which it was taken.
  subscription_id uuid,
  ${oneOf('status', ['created', 'open', 'authorized', 'captured', 'refunded', 'failed', 'cancelled', 'expired'], 'created')},
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  authorized bigint NOT NULL DEFAULT 0 CHECK (authorized >= 0),
  captured bigint NOT NULL DEFAULT 0,
  promised bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  ${oneOf('locale', ['nb', 'nn', 'en'])},
  description text NOT NULL,
  return_url text NOT NULL,
  redirect_url text,
  failure text,
  expires_at timestamptz NOT NULL,
  captured_at timestamptz,
  check_at timestamptz,
  checks integer NOT NULL DEFAULT 0 CHECK (checks >= 0),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES digilist.platform_organizations (tenant_id, id),
  FOREIGN KEY (tenant_id, subscription_id) REFERENCES digilist.platform_subscriptions (tenant_id, id),
  CHECK (captured <= amount),
  CHECK (refunded <= captured),
  CHECK (refunded <= promised AND promised <= amount)
);
CREATE INDEX payments_user ON digilist.payments (tenant_id, user_id, id);
CREATE INDEX payments_org ON digilist.payments (tenant_id, org_id, id);
CREATE INDEX payments_subscription ON digilist.payments (tenant_id, subscription_id) WHERE subscription_id IS NOT NULL;
CREATE UNIQUE INDEX payments_provider ON digilist.payments (tenant_id, provider_id, provider_reference);
CREATE INDEX payments_to_check ON digilist.payments (tenant_id, check_at) WHERE check_at IS NOT NULL;
${secured('payments', 'SELECT', 'INSERT', 'UPDATE')}

-- What each booking has of a payment. parts: net and VAT by rate, as they were agreed when it was asked for.
CREATE TABLE digilist.payment_bookings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  payment_id uuid NOT NULL,
  booking_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  parts jsonb NOT NULL,
  paid bigint NOT NULL DEFAULT 0,
  promised bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, payment_id, booking_id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES digilist.payments (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  CHECK (paid IN (0, amount)),
  CHECK (refunded <= promised AND promised <= paid)
);
CREATE INDEX payment_bookings_booking ON digilist.payment_bookings (tenant_id, booking_id);
${secured('payment_bookings', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.refunds (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  payment_id uuid NOT NULL,
  booking_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  ${oneOf('cause', ['cancelled', 'called_off', 'rejected', 'expired', 'late_payment', 'price_lowered', 'manual'])},
  reason text,
  -- settled: given back in another way than through the provider.
  ${oneOf('status', ['pending', 'confirmed', 'failed', 'settled'], 'pending')},
  confirmed_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id, booking_id) REFERENCES digilist.payment_bookings (tenant_id, payment_id, booking_id)
);
CREATE INDEX refunds_payment ON digilist.refunds (tenant_id, payment_id, booking_id);
CREATE INDEX refunds_booking ON digilist.refunds (tenant_id, booking_id);
${secured('refunds', 'SELECT', 'INSERT', 'UPDATE')}

-- Each call to a provider that changes something there. Its id is the key under which the provider does it once.
-- due_at: when it is (or may be) tried again; null: it is over.
CREATE TABLE digilist.payment_calls (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  payment_id uuid NOT NULL,
  refund_id uuid,
  ${oneOf('kind', ['checkout', 'capture', 'cancel', 'refund'])},
  amount bigint NOT NULL CHECK (amount >= 0),
  ${oneOf('status', ['pending', 'sent', 'confirmed', 'refused', 'unknown'], 'pending')},
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  due_at timestamptz DEFAULT now(),
  detail text,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES digilist.payments (tenant_id, id),
  FOREIGN KEY (tenant_id, refund_id) REFERENCES digilist.refunds (tenant_id, id),
  CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
  CHECK ((due_at IS NULL) = (status IN ('confirmed', 'refused')))
);
CREATE INDEX payment_calls_payment ON digilist.payment_calls (tenant_id, payment_id, id);
CREATE INDEX payment_calls_refund ON digilist.payment_calls (tenant_id, refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX payment_calls_due ON digilist.payment_calls (tenant_id, due_at) WHERE due_at IS NOT NULL;
${secured('payment_calls', 'SELECT', 'INSERT', 'UPDATE')}

-- Verified webhooks, each once however often it comes. waiting: of a payment that we do not know by that name yet.
CREATE TABLE digilist.payment_deliveries (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  provider_id uuid NOT NULL,
  event_id text NOT NULL,
  event_type text NOT NULL,
  payment_id uuid,
  provider_reference text,
  ${oneOf('status', ['taken', 'waiting', 'ignored'])},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, provider_id, event_id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES digilist.payments (tenant_id, id)
);
CREATE INDEX payment_deliveries_payment ON digilist.payment_deliveries (tenant_id, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX payment_deliveries_waiting ON digilist.payment_deliveries (tenant_id, provider_id, provider_reference) WHERE status = 'waiting';
${secured('payment_deliveries', 'SELECT', 'INSERT', 'UPDATE')}

-- What a person has to look at.
CREATE TABLE digilist.payment_cases (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  payment_id uuid NOT NULL,
  refund_id uuid,
  ${oneOf('kind', ['paid_but_impossible', 'unknown_outcome', 'amount_mismatch', 'late_payment', 'refund_failed', 'capture_failed'])},
  ${oneOf('status', ['open', 'resolved'], 'open')},
  detail jsonb NOT NULL DEFAULT '{}',
  resolution text CHECK (resolution IN ('refund', 'accept', 'retry', 'itself')),
  note text,
  resolved_at timestamptz,
  resolved_by uuid,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES digilist.payments (tenant_id, id),
  FOREIGN KEY (tenant_id, refund_id) REFERENCES digilist.refunds (tenant_id, id),
  CHECK ((status = 'resolved') = (resolution IS NOT NULL AND resolved_at IS NOT NULL))
);
CREATE UNIQUE INDEX payment_cases_once ON digilist.payment_cases (tenant_id, payment_id, kind, refund_id) NULLS NOT DISTINCT WHERE status = 'open';
CREATE INDEX payment_cases_payment ON digilist.payment_cases (tenant_id, payment_id);
CREATE INDEX payment_cases_refund ON digilist.payment_cases (tenant_id, refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX payment_cases_queue ON digilist.payment_cases (tenant_id, status, id);
${secured('payment_cases', 'SELECT', 'INSERT', 'UPDATE')}

-- How a booking that ended was settled. kept: what its booker owes or does not get back, VAT included; a booking that is
-- invoiced is billed this much of it.
CREATE TABLE digilist.booking_settlements (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  ${oneOf('cause', ['cancelled', 'called_off', 'rejected', 'expired'])},
  total bigint NOT NULL CHECK (total >= 0),
  paid bigint NOT NULL CHECK (paid >= 0),
  refund bigint NOT NULL CHECK (refund >= 0),
  kept bigint NOT NULL CHECK (kept >= 0),
  currency text NOT NULL,
  percent integer NOT NULL CHECK (percent BETWEEN 0 AND 100),
  fee bigint NOT NULL CHECK (fee >= 0),
  waived_reason text,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, booking_id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id)
);
${secured('booking_settlements', 'SELECT', 'INSERT', 'UPDATE')}

-- Double entry: debits are positive, credits negative. source names the row that made it, once for each kind.
CREATE TABLE digilist.ledger_entries (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('kind', [
    'payment_captured',
    'refund_promised',
    'refund_paid',
    'refund_settled',
    'fee_kept',
    'fee_waived',
    'invoice_issued',
    'invoice_credited',
    'invoice_paid',
  ])},
  source_id uuid NOT NULL,
  currency text NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, kind, source_id)
);
CREATE INDEX ledger_entries_org ON digilist.ledger_entries (tenant_id, org_id, id);
${secured('ledger_entries', 'SELECT', 'INSERT')}

CREATE TABLE digilist.ledger_lines (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  entry_id uuid NOT NULL,
  ${oneOf('account', ['receivable', 'provider_clearing', 'bank', 'revenue', 'vat_payable', 'refunds_payable', 'fees_kept'])},
  vat_basis_points integer CHECK (vat_basis_points BETWEEN 0 AND 10000),
  amount bigint NOT NULL CHECK (amount <> 0),
  booking_id uuid,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, entry_id) REFERENCES digilist.ledger_entries (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  -- What is sold, and its VAT, is kept apart by rate.
  CHECK ((account IN ('revenue', 'vat_payable', 'fees_kept')) = (vat_basis_points IS NOT NULL))
);
CREATE INDEX ledger_lines_entry ON digilist.ledger_lines (tenant_id, entry_id);
CREATE INDEX ledger_lines_booking ON digilist.ledger_lines (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
${secured('ledger_lines', 'SELECT', 'INSERT')}

-- At the commit, so that the lines of an entry may be written in any order.
CREATE FUNCTION digilist.check_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF (SELECT sum(l.amount) FROM digilist.ledger_lines l WHERE l.tenant_id = NEW.tenant_id AND l.entry_id = NEW.entry_id) <> 0 THEN
    RAISE EXCEPTION 'the lines of ledger entry % do not add up to nothing', NEW.entry_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION digilist.check_ledger_entry FROM PUBLIC;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON digilist.ledger_lines
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION digilist.check_ledger_entry();

-- What a listing is referred to by says, too, how its bookings are paid back.
ALTER FUNCTION digilist.listing_reference RENAME TO listing_facts;
CREATE FUNCTION digilist.listing_reference(p_tenant uuid, p_listing uuid)
RETURNS json LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $body$
BEGIN
  RETURN (digilist.listing_facts(p_tenant, p_listing)::jsonb || jsonb_build_object('refundLadder', (
    SELECT r.steps FROM digilist.refund_terms r
    WHERE r.tenant_id = p_tenant AND r.status = 'active' AND (r.listing_id = p_listing OR r.listing_id IS NULL)
    ORDER BY r.listing_id NULLS LAST LIMIT 1)))::json;
END $body$;
REVOKE ALL ON FUNCTION digilist.listing_reference FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digilist.listing_reference TO digilist_app;
${['payments', 'payment_cases', 'refunds']
  .map(
    (table) => `
GRANT SELECT (tenant_id, id) ON digilist.${table} TO digilist_lookup;
CREATE POLICY lookup ON digilist.${table} FOR SELECT TO digilist_lookup USING (true);`,
  )
  .join('\n')}
`);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back: money would be forgotten');
  }
}
