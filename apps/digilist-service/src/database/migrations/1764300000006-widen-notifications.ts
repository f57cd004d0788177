import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audited, secured } from '../ddl.js';

/** How people want to be told, what of it was sent and why not, and when they are reminded. */
export class WidenNotifications1764300000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- A message by another channel has words of its own; without them it says what the notification says.
-- waiting: gathered for the mail of the day.
ALTER TABLE digilist.notification_deliveries
  ADD COLUMN subject text,
  ADD COLUMN body text,
  ADD COLUMN skip_reason text CHECK (skip_reason IN ('no_address', 'preference', 'not_configured', 'in_digest')),
  DROP CONSTRAINT notification_deliveries_status_check,
  ADD CONSTRAINT notification_deliveries_status_check
    CHECK (status IN ('pending', 'sending', 'sent', 'failed', 'skipped', 'waiting'));
UPDATE digilist.notification_deliveries SET skip_reason = 'no_address' WHERE status = 'skipped';
ALTER TABLE digilist.notification_deliveries ADD CHECK ((status = 'skipped') = (skip_reason IS NOT NULL));
CREATE INDEX notification_deliveries_waiting ON digilist.notification_deliveries (tenant_id, recipient)
  WHERE status = 'waiting';
CREATE INDEX notification_deliveries_failed ON digilist.notification_deliveries (tenant_id, id) WHERE status = 'failed';
GRANT SELECT (tenant_id, id) ON digilist.notification_deliveries TO digilist_lookup;
CREATE POLICY lookup ON digilist.notification_deliveries FOR SELECT TO digilist_lookup USING (true);

-- Whether the recipient wants it listed; told by mail or not at all it is kept all the same, so that it comes once.
ALTER TABLE digilist.notifications ADD COLUMN in_app boolean NOT NULL DEFAULT true;
CREATE INDEX notifications_unread ON digilist.notifications (tenant_id, user_id, id) WHERE status = 'unread' AND in_app;
GRANT SELECT (tenant_id, id) ON digilist.notifications TO digilist_lookup;
CREATE POLICY lookup ON digilist.notifications FOR SELECT TO digilist_lookup USING (true);

CREATE TABLE digilist.notification_preferences (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  user_id uuid NOT NULL,
  -- Channels by group of events; a group that is not there has the default.
  choices jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(choices) = 'object'),
  daily_digest boolean NOT NULL DEFAULT false,
  phone text CHECK (phone ~ '^\\+[1-9][0-9]{7,14}$'),
  -- A number that was named, until somebody proves to have it.
  phone_asked text CHECK (phone_asked ~ '^\\+[1-9][0-9]{7,14}$'),
  code_hash bytea,
  code_expires_at timestamptz,
  code_tries integer NOT NULL DEFAULT 0,
  codes_sent integer NOT NULL DEFAULT 0,
  code_sent_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  CHECK ((phone_asked IS NULL) = (code_hash IS NULL)),
  CHECK ((phone_asked IS NULL) = (code_expires_at IS NULL))
);
${secured('notification_preferences', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.notification_settings (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  reminder_hours integer NOT NULL DEFAULT 24 CHECK (reminder_hours BETWEEN 0 AND 336),
  sms_integration_id uuid,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id)
);
${secured('notification_settings', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.listing_reminders (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  listing_id uuid NOT NULL,
  -- null: as the tenant has it.
  hours integer CHECK (hours BETWEEN 0 AND 336),
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, org_id, listing_id),
  FOREIGN KEY (tenant_id, org_id, listing_id) REFERENCES digilist.listings (tenant_id, org_id, id)
);
CREATE UNIQUE INDEX listing_reminders_listing ON digilist.listing_reminders (tenant_id, listing_id);
${secured('listing_reminders', 'SELECT', 'INSERT', 'UPDATE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE digilist.listing_reminders, digilist.notification_settings, digilist.notification_preferences;
DROP POLICY lookup ON digilist.notifications;
REVOKE SELECT (tenant_id, id) ON digilist.notifications FROM digilist_lookup;
DROP INDEX digilist.notifications_unread;
ALTER TABLE digilist.notifications DROP COLUMN in_app;
DROP POLICY lookup ON digilist.notification_deliveries;
REVOKE SELECT (tenant_id, id) ON digilist.notification_deliveries FROM digilist_lookup;
DROP INDEX digilist.notification_deliveries_failed, digilist.notification_deliveries_waiting;
DELETE FROM digilist.notification_deliveries WHERE status = 'waiting';
ALTER TABLE digilist.notification_deliveries DROP COLUMN subject, DROP COLUMN body, DROP COLUMN skip_reason,
  DROP CONSTRAINT notification_deliveries_status_check,
  ADD CONSTRAINT notification_deliveries_status_check
    CHECK (status IN ('pending', 'sending', 'sent', 'failed', 'skipped'));
`);
  }
}
