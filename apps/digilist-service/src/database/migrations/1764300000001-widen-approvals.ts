import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appended, oneOf, secured } from '../ddl.js';

/** Decisions in stages, by two people, with questions, escalation and appeals. */
export class WidenApprovals1764300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE digilist.approval_workflows ADD COLUMN distinct_deciders boolean NOT NULL DEFAULT false;
GRANT SELECT (tenant_id, id) ON digilist.approval_workflows TO digilist_lookup;
CREATE POLICY lookup ON digilist.approval_workflows FOR SELECT TO digilist_lookup USING (true);

-- step: which of the stages that bookings.approval lists. The rejection that an appeal is against has one appeal at most.
ALTER TABLE digilist.booking_approvals
  ADD COLUMN appeal_of uuid,
  ADD COLUMN first_approved_by uuid,
  ADD COLUMN asked_at timestamptz,
  ADD COLUMN escalated_at timestamptz,
  ADD FOREIGN KEY (tenant_id, appeal_of) REFERENCES digilist.booking_approvals (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, first_approved_by) REFERENCES digilist.platform_users (tenant_id, id),
  ADD CHECK (status <> 'clarification' OR asked_at IS NOT NULL),
  ADD CHECK (status <> 'approved' OR first_approved_by IS NULL OR first_approved_by <> decided_by);
CREATE UNIQUE INDEX booking_approvals_appeal ON digilist.booking_approvals (tenant_id, appeal_of) WHERE appeal_of IS NOT NULL;
CREATE INDEX booking_approvals_first_approver ON digilist.booking_approvals (tenant_id, first_approved_by)
  WHERE first_approved_by IS NOT NULL;
CREATE INDEX booking_approvals_escalation ON digilist.booking_approvals (tenant_id, due_at)
  WHERE status = 'open' AND escalated_at IS NULL;

CREATE TABLE digilist.approval_messages (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT uuidv7(),
  approval_id uuid NOT NULL,
  booking_id uuid NOT NULL,
  ${oneOf('kind', ['question', 'answer', 'endorsement', 'appeal'])},
  message text NOT NULL,
  ${appended},
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, approval_id) REFERENCES digilist.booking_approvals (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES digilist.bookings (tenant_id, id)
);
CREATE INDEX approval_messages_approval ON digilist.approval_messages (tenant_id, approval_id);
CREATE INDEX approval_messages_booking ON digilist.approval_messages (tenant_id, booking_id);
${secured('approval_messages', 'SELECT', 'INSERT')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE digilist.approval_messages;
ALTER TABLE digilist.booking_approvals DROP COLUMN appeal_of, DROP COLUMN first_approved_by, DROP COLUMN asked_at,
  DROP COLUMN escalated_at;
DROP POLICY lookup ON digilist.approval_workflows;
REVOKE SELECT (tenant_id, id) ON digilist.approval_workflows FROM digilist_lookup;
ALTER TABLE digilist.approval_workflows DROP COLUMN distinct_deciders;
`);
  }
}
