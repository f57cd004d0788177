import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audited, oneOf, secured } from '../ddl.js';

export class CreatePaymentProviders1764300000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Accounts at payment providers. Their settings and secrets are PLATFORM's: an integration holds them.
CREATE TABLE digilist.payment_providers (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('provider', ['vipps', 'stripe', 'development'])},
  integration_id uuid NOT NULL,
  ${oneOf('currency', ['NOK', 'EUR', 'SEK', 'DKK'])},
  ${oneOf('status', ['active', 'disabled'], 'active')},
  position smallint NOT NULL DEFAULT 0 CHECK (position BETWEEN 0 AND 1000),
  -- By which the development provider signs; it is its own integration.
  development_secret text CHECK ((provider = 'development') = (development_secret IS NOT NULL)),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, integration_id),
  CHECK (provider <> 'development' OR integration_id = id)
);
CREATE UNIQUE INDEX payment_providers_development ON digilist.payment_providers (tenant_id) WHERE provider = 'development';
CREATE INDEX payment_providers_integration ON digilist.payment_providers (integration_id);
${secured('payment_providers', 'SELECT', 'INSERT', 'UPDATE')}
-- A webhook names the integration before anybody knows the tenant.
GRANT SELECT (tenant_id, id, provider, integration_id) ON digilist.payment_providers TO digilist_lookup;
CREATE POLICY lookup ON digilist.payment_providers FOR SELECT TO digilist_lookup USING (true);
ALTER TABLE digilist.payments ADD CONSTRAINT payments_provider_fkey
  FOREIGN KEY (tenant_id, provider_id) REFERENCES digilist.payment_providers (tenant_id, id);

-- What the development provider knows: it stands for the outside world and moves no money.
CREATE TABLE digilist.development_payments (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  provider_id uuid NOT NULL,
  reference text NOT NULL CHECK (reference ~ '^[A-Za-z0-9-]{8,50}$'),
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  description text NOT NULL,
  return_url text NOT NULL,
  ${oneOf('locale', ['nb', 'nn', 'en'])},
  expires_at timestamptz NOT NULL,
  ${oneOf('status', ['open', 'authorized', 'cancelled'], 'open')},
  captured bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0,
  -- What was asked under which key: the same is done once, and another thing not at all.
  calls jsonb NOT NULL DEFAULT '{}',
  -- When the webhook tells next what is so now; null: it has been told.
  tell_at timestamptz,
  attempts smallint NOT NULL DEFAULT 0,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, reference),
  FOREIGN KEY (tenant_id, provider_id) REFERENCES digilist.payment_providers (tenant_id, id),
  CHECK (0 <= refunded AND refunded <= captured AND captured <= amount),
  CHECK (captured = 0 OR status = 'authorized')
);
CREATE INDEX development_payments_provider ON digilist.development_payments (tenant_id, provider_id);
CREATE INDEX development_payments_untold ON digilist.development_payments (tenant_id, tell_at) WHERE tell_at IS NOT NULL;
${secured('development_payments', 'SELECT', 'INSERT', 'UPDATE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE digilist.payments DROP CONSTRAINT payments_provider_fkey');
    await runner.query('DROP TABLE digilist.development_payments, digilist.payment_providers');
  }
}
