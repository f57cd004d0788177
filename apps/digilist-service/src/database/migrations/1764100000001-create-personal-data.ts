import { tenantTable } from '@kit/service';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, copied, secured } from '../ddl.js';

/** Copies of consents and of requests of data subjects, how far DIGILIST is with each, and what the law keeps. */
export class CreatePersonalData1764100000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.platform_consents (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid,
  purpose_key text NOT NULL DEFAULT '',
  purpose_version integer NOT NULL DEFAULT 0,
  status text NOT NULL DEFAULT 'deleted',
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX platform_consents_user ON digilist.platform_consents (tenant_id, user_id, purpose_key);
${secured('platform_consents', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.platform_data_subject_requests (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid,
  kind text NOT NULL DEFAULT '',
  status text NOT NULL DEFAULT 'deleted',
  awaiting text[] NOT NULL DEFAULT '{}',
  restricts boolean NOT NULL DEFAULT false,
  ${copied},
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX platform_data_subject_requests_restricting ON digilist.platform_data_subject_requests (tenant_id, user_id)
  WHERE restricts;
CREATE INDEX platform_data_subject_requests_open ON digilist.platform_data_subject_requests (tenant_id, id)
  WHERE status = 'in_progress' OR kind = 'erasure';
${secured('platform_data_subject_requests', 'SELECT', 'INSERT', 'UPDATE')}

-- Written by the system role, which does the work. answered_version: of the request that was last answered.
CREATE TABLE digilist.personal_data_answers (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  answered_version bigint NOT NULL DEFAULT 0,
  erased_at timestamptz,
  claimed_until timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 1 CHECK (attempts > 0),
  PRIMARY KEY (tenant_id, id)
);
${tenantTable('digilist', 'personal_data_answers', { grants: ['SELECT'] }).join(';\n')};

-- Rows that outlive an erasure because a law asks for them, and until when.
CREATE TABLE digilist.retention_register (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  request_id uuid NOT NULL,
  user_id uuid NOT NULL,
  table_name text NOT NULL,
  row_id uuid NOT NULL,
  category text NOT NULL,
  legal_ground text NOT NULL,
  retain_until timestamptz NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, table_name, row_id)
);
CREATE INDEX retention_register_until ON digilist.retention_register (tenant_id, retain_until);
${tenantTable('digilist', 'retention_register', { grants: ['SELECT'] }).join(';\n')};
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE digilist.retention_register, digilist.personal_data_answers,
      digilist.platform_data_subject_requests, digilist.platform_consents`);
  }
}
