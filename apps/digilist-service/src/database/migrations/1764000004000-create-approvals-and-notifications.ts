import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audited, oneOf, secured } from '../ddl.js';

/** The queue of decisions, and what people are told. */
export class CreateApprovalsAndNotifications1764000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE digilist.booking_approvals (
  tenant_id uuid NOT NULL,
  org_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  booking_id uuid NOT NULL,
  workflow_id uuid,
  step integer NOT NULL DEFAULT 1 CHECK (step > 0),
  ${oneOf('status', ['open', 'clarification', 'approved', 'rejected', 'withdrawn'], 'open')},
  ${oneOf('level', ['manager', 'administrator'])},
  ${oneOf('priority', ['low', 'normal', 'high'], 'normal')},
  reasons jsonb NOT NULL DEFAULT '[]',
  due_at timestamptz,
  assigned_to uuid,
  decided_by uuid,
  decided_at timestamptz,
  reason_code text,
  reason_text text,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id),
  FOREIGN KEY (tenant_id, workflow_id) REFERENCES digilist.approval_workflows (tenant_id, id),
  FOREIGN KEY (tenant_id, assigned_to) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, decided_by) REFERENCES digilist.platform_users (tenant_id, id),
  CHECK ((status IN ('approved', 'rejected')) = (decided_by IS NOT NULL)),
  CHECK (status <> 'rejected' OR (reason_code IS NOT NULL AND reason_text IS NOT NULL))
);
CREATE INDEX booking_approvals_booking ON digilist.booking_approvals (tenant_id, booking_id);
CREATE INDEX booking_approvals_workflow ON digilist.booking_approvals (tenant_id, workflow_id) WHERE workflow_id IS NOT NULL;
CREATE INDEX booking_approvals_assignee ON digilist.booking_approvals (tenant_id, assigned_to) WHERE assigned_to IS NOT NULL;
CREATE INDEX booking_approvals_decider ON digilist.booking_approvals (tenant_id, decided_by) WHERE decided_by IS NOT NULL;
CREATE INDEX booking_approvals_queue ON digilist.booking_approvals (tenant_id, org_id, id) WHERE status IN ('open', 'clarification');
${secured('booking_approvals', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.notification_templates (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  event text NOT NULL,
  ${oneOf('channel', ['email', 'in_app', 'sms'])},
  ${oneOf('locale', ['nb', 'nn', 'en'])},
  subject text NOT NULL,
  body text NOT NULL,
  ${oneOf('status', ['active', 'retired'], 'active')},
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, event, channel, locale)
);
${secured('notification_templates', 'SELECT', 'INSERT', 'UPDATE')}

-- Once per event and recipient, however often the event is delivered.
CREATE TABLE digilist.notifications (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  user_id uuid NOT NULL,
  event_id uuid NOT NULL,
  event text NOT NULL,
  booking_id uuid,
  ${oneOf('locale', ['nb', 'nn', 'en'])},
  subject text NOT NULL,
  body text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  ${oneOf('status', ['unread', 'read'], 'unread')},
  read_at timestamptz,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, event_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES digilist.platform_users (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id)
);
CREATE INDEX notifications_user ON digilist.notifications (tenant_id, user_id, id);
CREATE INDEX notifications_booking ON digilist.notifications (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
${secured('notifications', 'SELECT', 'INSERT', 'UPDATE')}

CREATE TABLE digilist.notification_deliveries (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  notification_id uuid NOT NULL,
  ${oneOf('channel', ['email', 'in_app', 'sms'])},
  ${oneOf('status', ['pending', 'sending', 'sent', 'failed', 'skipped'], 'pending')},
  recipient text NOT NULL,
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  message_id text,
  last_error text,
  ${audited},
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, notification_id, channel),
  FOREIGN KEY (tenant_id, notification_id) REFERENCES digilist.notifications (tenant_id, id)
);
CREATE INDEX notification_deliveries_due ON digilist.notification_deliveries (tenant_id, next_attempt_at)
  WHERE status IN ('pending', 'sending');
${secured('notification_deliveries', 'SELECT', 'INSERT', 'UPDATE')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE digilist.notification_deliveries, digilist.notifications, digilist.notification_templates,
      digilist.booking_approvals`);
  }
}
