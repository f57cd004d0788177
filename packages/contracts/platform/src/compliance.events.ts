import { holders } from '@kit/contracts';
import { AuditAnchor } from './compliance.js';
import { event } from './context.js';

export const auditLogAnchored = event({
  aggregate: 'audit_log',
  fact: 'anchored',
  summary: 'The state of the audit chain was signed; whoever keeps it can tell later whether the log was rewritten',
  data: AuditAnchor,
  audience: () => holders('platform.audit-log.read'),
});

export const complianceEvents = [auditLogAnchored] as const;
