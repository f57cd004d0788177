import type { Invitation } from '@platform/contracts';
import { statusAt } from './domain/expiry.js';
import type { InvitationRow } from './invitations.sql.js';

export const toInvitation = (row: InvitationRow, now: Date): Invitation => ({
  id: row.id,
  email: row.email,
  orgId: row.org_id,
  roleIds: row.role_ids,
  locale: row.locale,
  status: statusAt(row, now),
  expiresAt: row.expires_at.toISOString(),
  invitedBy: row.created_by,
  acceptedBy: row.accepted_by,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});
