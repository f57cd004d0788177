import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND_ONLY, CHANGES, GLOBAL_CHANGES, global, run, TENANT_ROW, tenantScoped } from './ddl.js';

const APPENDED = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL`;

/** Consents as a ledger, requests of data subjects with who takes part in them, and what erasing leaves behind. */
export class CompletePrivacy1763900000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await run(runner, [
      // One row per version of a notice, as the product's manifest brought it. Nothing of it ever changes.
      `CREATE TABLE platform.consent_purposes (
         key text NOT NULL CHECK (key ~ '^[a-z]+\\.[a-z][a-z0-9-]*$'),
         purpose_version integer NOT NULL CHECK (purpose_version > 0),
         product text NOT NULL REFERENCES platform.products (key),
         title jsonb NOT NULL,
         notice jsonb NOT NULL,
         notice_hash jsonb NOT NULL,
         renews boolean NOT NULL DEFAULT false,
         ${GLOBAL_CHANGES},
         PRIMARY KEY (key, purpose_version)
       )`,
      ...global('consent_purposes'),
      'CREATE INDEX consent_purposes_product ON platform.consent_purposes (product)',
      `CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
       BEGIN
         RAISE EXCEPTION '% keeps its rows as they are', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
       END $$`,
      `CREATE TRIGGER consent_purposes_immutable BEFORE UPDATE OR DELETE ON platform.consent_purposes
         FOR EACH ROW EXECUTE FUNCTION platform.refuse_change()`,

      ...consentLedger(),
      ...requests(),
      ...bundles(),
      ...erasures(),

      // Two columns, so that an id of another tenant's row is noticed.
      ...['data_subject_requests', 'legal_holds'].flatMap((table) => [
        `GRANT SELECT (tenant_id, id) ON platform.${table} TO platform_lookup`,
        `CREATE POLICY lookup ON platform.${table} FOR SELECT TO platform_lookup USING (true)`,
      ]),
    ]);
  }

  async down(): Promise<void> {
    throw new Error('a ledger of consents does not become a list of states again; restore a backup instead');
  }
}

/** From one row per consent to one row per act; the last act says what holds. */
const consentLedger = (): string[] => [
  // The owner is under the policy too, and here it has to see the rows of all tenants.
  'ALTER TABLE platform.gdpr_consents NO FORCE ROW LEVEL SECURITY',
  'DROP INDEX platform.gdpr_consents_user',
  `ALTER TABLE platform.gdpr_consents
     DROP CONSTRAINT gdpr_consents_status_check,
     DROP CONSTRAINT gdpr_consents_check,
     ADD CONSTRAINT gdpr_consents_status_check CHECK (status IN ('given', 'refused', 'withdrawn', 'expired')),
     ADD COLUMN act integer,
     ADD COLUMN occurred_at timestamptz,
     ADD COLUMN language text CHECK (language IN ('nb', 'nn', 'en')),
     ADD COLUMN notice_hash text,
     ADD COLUMN legal_basis text NOT NULL DEFAULT 'consent' CHECK (legal_basis IN ('consent')),
     ADD COLUMN channel text NOT NULL DEFAULT 'unknown' CHECK (channel ~ '^[a-z][a-z0-9_-]*$'),
     ADD COLUMN evidence_sealed text`,
  `INSERT INTO platform.gdpr_consents (tenant_id, user_id, purpose, purpose_version, status, given_at, withdrawn_at,
     occurred_at, created_at, created_by, updated_by)
   SELECT tenant_id, user_id, purpose, purpose_version, 'withdrawn', given_at, withdrawn_at, withdrawn_at, updated_at,
     updated_by, updated_by
   FROM platform.gdpr_consents WHERE status = 'withdrawn'`,
  `UPDATE platform.gdpr_consents SET status = 'given', occurred_at = given_at WHERE occurred_at IS NULL`,
  `UPDATE platform.gdpr_consents c SET act = numbered.act
   FROM (SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id, user_id, purpose ORDER BY occurred_at, id) AS act
         FROM platform.gdpr_consents) numbered
   WHERE c.tenant_id = numbered.tenant_id AND c.id = numbered.id`,
  `ALTER TABLE platform.gdpr_consents
     DROP COLUMN given_at, DROP COLUMN withdrawn_at, DROP COLUMN updated_at, DROP COLUMN updated_by, DROP COLUMN version,
     ALTER COLUMN act SET NOT NULL,
     ALTER COLUMN occurred_at SET NOT NULL,
     ADD CHECK (act > 0),
     ADD UNIQUE (tenant_id, user_id, purpose, act)`,
  'CREATE INDEX gdpr_consents_purpose ON platform.gdpr_consents (tenant_id, purpose, user_id, act)',
  'REVOKE UPDATE ON platform.gdpr_consents FROM platform_app',
  'ALTER TABLE platform.gdpr_consents FORCE ROW LEVEL SECURITY',
];

const requests = (): string[] => [
  // What people write about themselves and others about them is sealed under the key of the person: erasing them makes
  // it unreadable, and the request itself still proves that it was answered.
  `ALTER TABLE platform.data_subject_requests
     DROP CONSTRAINT data_subject_requests_kind_check,
     DROP CONSTRAINT data_subject_requests_status_check,
     ADD CONSTRAINT data_subject_requests_kind_check
       CHECK (kind IN ('access', 'portability', 'rectification', 'erasure', 'restriction', 'objection')),
     ADD CONSTRAINT data_subject_requests_status_check
       CHECK (status IN ('received', 'identity_check', 'in_progress', 'completed', 'refused', 'cancelled')),
     ADD COLUMN received_at timestamptz NOT NULL DEFAULT now(),
     ADD COLUMN details_sealed text,
     ADD COLUMN identity_method text
       CHECK (identity_method IN ('fresh_sign_in', 'electronic_id', 'in_person', 'known_channel', 'document')),
     ADD COLUMN identity_note_sealed text,
     ADD COLUMN identity_by uuid,
     ADD COLUMN extension_reason_sealed text,
     ADD COLUMN extended_at timestamptz,
     ADD COLUMN overdue_at timestamptz,
     ADD COLUMN decision text CHECK (decision IN ('completed', 'refused')),
     ADD COLUMN answer_sealed text,
     ADD COLUMN decided_by uuid,
     ADD COLUMN blocked_by text CHECK (blocked_by IN ('legal_hold', 'last_administrator', 'undelivered_messages')),
     ADD COLUMN next_step_at timestamptz,
     ADD COLUMN closed_at timestamptz,
     ADD COLUMN lifted_at timestamptz,
     ADD CONSTRAINT data_subject_requests_steps CHECK (next_step_at IS NULL OR status = 'in_progress')`,
  `CREATE UNIQUE INDEX data_subject_requests_one_open ON platform.data_subject_requests (tenant_id, user_id, kind)
     WHERE status IN ('received', 'identity_check', 'in_progress')`,
  'DROP INDEX platform.data_subject_requests_open',
  `CREATE INDEX data_subject_requests_queue ON platform.data_subject_requests (tenant_id, due_at, id)`,
  `CREATE INDEX data_subject_requests_due ON platform.data_subject_requests (tenant_id, next_step_at)
     WHERE next_step_at IS NOT NULL`,

  `CREATE TABLE platform.data_subject_participants (
     ${TENANT_ROW},
     request_id uuid NOT NULL,
     participant text NOT NULL CHECK (participant ~ '^[a-z]+$'),
     status text NOT NULL DEFAULT 'waiting'
       CHECK (status IN ('waiting', 'completed', 'nothing', 'refused', 'overridden')),
     reason text,
     attempts integer NOT NULL DEFAULT 1 CHECK (attempts >= 0),
     asked_at timestamptz NOT NULL,
     answered_at timestamptz,
     erased jsonb NOT NULL DEFAULT '{}',
     retained jsonb NOT NULL DEFAULT '[]',
     ${CHANGES},
     UNIQUE (tenant_id, request_id, participant),
     FOREIGN KEY (tenant_id, request_id) REFERENCES platform.data_subject_requests (tenant_id, id),
     CHECK ((status = 'waiting') = (answered_at IS NULL))
   )`,
  ...tenantScoped('data_subject_participants'),

  // What the participants handed over, until it lies in the bundle.
  `CREATE TABLE platform.data_subject_parts (
     ${TENANT_ROW},
     request_id uuid NOT NULL,
     participant text NOT NULL,
     part integer NOT NULL CHECK (part > 0),
     category text NOT NULL,
     content_sealed text NOT NULL,
     ${CHANGES},
     UNIQUE (tenant_id, request_id, participant, part),
     FOREIGN KEY (tenant_id, request_id) REFERENCES platform.data_subject_requests (tenant_id, id)
   )`,
  ...tenantScoped('data_subject_parts', { grants: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] }),
];

const bundles = (): string[] => [
  `CREATE TABLE platform.data_subject_bundles (
     ${TENANT_ROW},
     request_id uuid NOT NULL,
     status text NOT NULL DEFAULT 'ready' CHECK (status IN ('ready', 'downloading', 'downloaded', 'expired')),
     chunks integer NOT NULL CHECK (chunks > 0),
     bytes bigint NOT NULL CHECK (bytes > 0),
     digest text NOT NULL,
     expires_at timestamptz NOT NULL,
     -- Of the secret that the caller of the first chunk got: only they read on.
     reader_hash text,
     ${CHANGES},
     UNIQUE (tenant_id, request_id),
     FOREIGN KEY (tenant_id, request_id) REFERENCES platform.data_subject_requests (tenant_id, id),
     CHECK ((status = 'downloading') = (reader_hash IS NOT NULL))
   )`,
  ...tenantScoped('data_subject_bundles'),
  `CREATE INDEX data_subject_bundles_expiring ON platform.data_subject_bundles (tenant_id, expires_at)
     WHERE status IN ('ready', 'downloading')`,
  `CREATE TABLE platform.data_subject_bundle_chunks (
     ${TENANT_ROW},
     bundle_id uuid NOT NULL,
     position integer NOT NULL CHECK (position > 0),
     content_sealed text NOT NULL,
     ${APPENDED},
     UNIQUE (tenant_id, bundle_id, position),
     FOREIGN KEY (tenant_id, bundle_id) REFERENCES platform.data_subject_bundles (tenant_id, id)
   )`,
  ...tenantScoped('data_subject_bundle_chunks', { grants: ['SELECT', 'INSERT', 'DELETE'] }),
];

const erasures = (): string[] => [
  `CREATE TABLE platform.legal_holds (
     ${TENANT_ROW},
     user_id uuid NOT NULL,
     reason_sealed text NOT NULL,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'lifted')),
     lifted_at timestamptz,
     ${CHANGES},
     FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id),
     CHECK ((status = 'lifted') = (lifted_at IS NOT NULL))
   )`,
  ...tenantScoped('legal_holds'),
  'CREATE INDEX legal_holds_user ON platform.legal_holds (tenant_id, user_id)',

  // Ids and pseudonyms only: after an old backup was restored, this says who has to be erased again.
  `CREATE TABLE platform.erasures (
     ${TENANT_ROW},
     user_id uuid NOT NULL,
     request_id uuid NOT NULL,
     pseudonym text NOT NULL,
     erased_at timestamptz NOT NULL,
     ${APPENDED},
     UNIQUE (tenant_id, user_id),
     FOREIGN KEY (tenant_id, user_id) REFERENCES platform.users (tenant_id, id)
   )`,
  ...tenantScoped('erasures', APPEND_ONLY),

  // Nobody signs in as, or gives anything to, somebody who was erased.
  `ALTER TABLE platform.users ADD COLUMN erased_at timestamptz,
     ADD CONSTRAINT users_erased_stay_so CHECK (erased_at IS NULL OR status = 'deactivated')`,
  // forget: the address goes with the mail, because its owner was erased.
  'ALTER TABLE platform.mails ADD COLUMN forget boolean NOT NULL DEFAULT false',
];
