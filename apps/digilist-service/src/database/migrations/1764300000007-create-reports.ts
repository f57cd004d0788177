import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, audited, oneOf, secured } from '../ddl.js';

const GROUND = 'Bokføringsloven § 13: regnskapsmateriale, fem år etter regnskapsårets slutt';

/** What somebody wanted and did not get, without who it was; and how long what the law keeps is kept. */
export class CreateReports1764300000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.refused_demand (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  code text NOT NULL,
  -- How many asked within the moment that the row stands for.
  asks integer NOT NULL CHECK (asks > 0),
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, listing_id, zone_id) REFERENCES digilist.zones (tenant_id, listing_id, id),
  CHECK (starts_at < ends_at)
);
CREATE INDEX refused_demand_zone ON digilist.refused_demand (tenant_id, listing_id, zone_id, starts_at);
${secured('refused_demand', 'SELECT', 'INSERT')}

CREATE TABLE digilist.retention_rules (
  tenant_id uuid NOT NULL REFERENCES digilist.platform_tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  ${oneOf('subject', ['bookings', 'payments', 'invoices'])},
  -- Whole years after the end of the year in which it happened.
  years integer NOT NULL DEFAULT 5 CHECK (years BETWEEN 5 AND 30),
  legal_ground text NOT NULL DEFAULT '${GROUND}',
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, subject)
);
${secured('retention_rules', 'SELECT', 'INSERT', 'UPDATE')}

-- Each tenant has the law's from its first moment, however it arrives.
CREATE FUNCTION digilist.create_retention_rules() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO digilist.retention_rules (tenant_id, subject, created_by, updated_by)
  SELECT NEW.id, subject, coalesce(NEW.service_user_id, NEW.id), coalesce(NEW.service_user_id, NEW.id)
  FROM unnest(ARRAY['bookings', 'payments', 'invoices']) AS subject
  ON CONFLICT (tenant_id, subject) DO NOTHING;
  RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION digilist.create_retention_rules FROM PUBLIC;
CREATE TRIGGER tenant_retention AFTER INSERT ON digilist.platform_tenants
  FOR EACH ROW EXECUTE FUNCTION digilist.create_retention_rules();

-- For those that are there. Forced, row-level security would hide them from the owner, too.
ALTER TABLE digilist.retention_rules NO FORCE ROW LEVEL SECURITY;
ALTER TABLE digilist.platform_tenants NO FORCE ROW LEVEL SECURITY;
INSERT INTO digilist.retention_rules (tenant_id, subject, created_by, updated_by)
SELECT t.id, subject, coalesce(t.service_user_id, t.id), coalesce(t.service_user_id, t.id)
FROM digilist.platform_tenants t, unnest(ARRAY['bookings', 'payments', 'invoices']) AS subject;
ALTER TABLE digilist.retention_rules FORCE ROW LEVEL SECURITY;
ALTER TABLE digilist.platform_tenants FORCE ROW LEVEL SECURITY;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER tenant_retention ON digilist.platform_tenants;
DROP FUNCTION digilist.create_retention_rules;
DROP TABLE digilist.retention_rules, digilist.refused_demand;
`);
  }
}
