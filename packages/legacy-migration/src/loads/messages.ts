import { type AuditRecord, type StateMessage, type StateType, subjects } from '@kit/contracts';
import { iso } from '../clean/times.js';
import { idOf } from '../ids.js';
import type { NewRow } from '../load.js';

type Stated = { id: string; version: number };

/** Row of the outbox that tells a state, as PLATFORM's services write it. It goes in only where the aggregate does. */
export function stateRow<Data extends Stated>(
  type: StateType<Data>,
  tenantId: string,
  data: Data,
  at: number,
): readonly ['outbox', NewRow] {
  const { id, version } = data;
  const message: StateMessage<Data> = { id, tenantId, version, deleted: false, time: iso(at), data };
  return [
    'outbox',
    {
      tenant_id: tenantId,
      id: idOf('state', `${type.aggregate} ${id} ${version}`, at),
      subject: subjects.state(type as StateType, tenantId, id),
      payload: JSON.stringify(message),
      of_id: id,
      of_table: `${type.aggregate}s`,
    },
  ];
}

/** What the audit log says of a tenant that was taken over. */
export function auditRow(
  tenantId: string,
  serviceUserId: string,
  legacyId: string,
  at: number,
): readonly ['outbox', NewRow] {
  const record: AuditRecord = {
    id: idOf('audit', `tenant ${tenantId}`, at),
    tenantId,
    occurredAt: iso(at),
    actor: { kind: 'job', id: serviceUserId },
    action: 'platform.tenant.import',
    entity: { type: 'tenant', id: tenantId },
    outcome: 'done',
    reason: 'legacy migration',
    changes: { legacyTenantId: legacyId },
    requestId: `legacy-migration-${legacyId}`,
  };
  const subject = subjects.audit('platform', tenantId);
  return [
    'outbox',
    {
      tenant_id: tenantId,
      id: record.id,
      subject,
      payload: JSON.stringify(record),
      of_id: tenantId,
      of_table: 'tenants',
    },
  ];
}
