import { Id, Instant, NOT_FOUND, OneOf, PageQuery, pageOf, permission, Text, Whole } from '@kit/contracts';
import { AUDIT_HOLD_RELEASED } from './compliance.errors.js';
import { operation } from './context.js';

export const AUDIT_HOLD_STATUSES = ['active', 'released'] as const;
export type AuditHoldStatus = (typeof AUDIT_HOLD_STATUSES)[number];

export class AuditHold {
  @Id()
  id: string;

  @Text({ max: 500 })
  reason: string;

  @OneOf(AUDIT_HOLD_STATUSES)
  status: AuditHoldStatus;

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  releasedAt: string | null;

  @Whole({ min: 1 })
  version: number;
}

export class AuditHoldPage extends pageOf(AuditHold) {}

export class PlaceAuditHold {
  @Text({ min: 1, max: 500, description: 'Why the log must be kept, e.g. the number of a case' })
  reason: string;
}

export class ReleaseAuditHold {
  @Id()
  id: string;

  @Text({ min: 1, max: 500 })
  reason: string;
}

export const listAuditHolds = operation({
  id: 'listAuditHolds',
  subject: 'audit-hold.list.v1',
  summary: 'Why the audit log of the tenant is kept beyond its time',
  http: { method: 'GET', path: '/audit-logs/holds' },
  request: PageQuery,
  response: AuditHoldPage,
  access: permission('platform.audit-hold.read'),
});

export const placeAuditHold = operation({
  id: 'placeAuditHold',
  subject: 'audit-hold.place.v1',
  summary: 'Keep the audit log of the tenant beyond its time, until the hold is released',
  http: { method: 'POST', path: '/audit-logs/holds', status: 201 },
  request: PlaceAuditHold,
  response: AuditHold,
  access: permission('platform.audit-hold.manage'),
  idempotent: true,
});

export const releaseAuditHold = operation({
  id: 'releaseAuditHold',
  subject: 'audit-hold.release.v1',
  summary: 'Release a hold',
  http: { method: 'POST', path: '/audit-logs/holds/{id}/release' },
  request: ReleaseAuditHold,
  response: AuditHold,
  access: permission('platform.audit-hold.manage'),
  errors: [NOT_FOUND, AUDIT_HOLD_RELEASED],
});
