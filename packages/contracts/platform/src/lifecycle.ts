import { Chunk, Id, Instant, internal, Json, NOT_FOUND, OneOf, permission, Text } from '@kit/contracts';
import { operation } from './context.js';
import { TENANT_STATUS_INVALID } from './tenancy.errors.js';
import { Tenant, TenantId } from './tenancy.js';

export class ChangeTenantStatus extends TenantId {
  @Text({ min: 1, max: 500, description: 'For the log and for whoever asks why' })
  reason: string;
}

export const PURGE_STATUSES = ['running', 'done'] as const;
export type PurgeStatus = (typeof PURGE_STATUSES)[number];

/** What a purge has deleted. Signed once it is done, as a JWS whose payload is the manifest. */
export class TenantPurge {
  @Id()
  tenantId: string;

  @Text({ max: 63, description: 'The slug it had' })
  slug: string;

  @OneOf(PURGE_STATUSES)
  status: PurgeStatus;

  @Json({ description: 'Rows deleted, by table of PLATFORM' })
  tables: Record<string, number>;

  @Json({ description: 'Rows deleted by each product, by its tables; null for one that has not reported yet' })
  products: Record<string, { reportedAt: string; tables: Record<string, number> } | null>;

  @Instant()
  startedAt: string;

  @Instant({ nullable: true })
  purgedAt: string | null;

  @Text({
    max: 100_000,
    nullable: true,
    description: 'JWS, to be verified with the published keys; typ purge-manifest+jwt',
  })
  signature: string | null;
}

export class TenantPurgeReport {
  @Id()
  tenantId: string;

  @Json({ description: 'Rows deleted, by table', example: { reports: 1204 } })
  tables: Record<string, number>;
}

export class ExportTenant extends TenantId {
  @Text({ max: 2000, optional: true, description: 'Cursor of the next piece' })
  cursor?: string;
}

const change = { request: ChangeTenantStatus, response: Tenant, errors: [NOT_FOUND, TENANT_STATUS_INVALID] } as const;

export const suspendTenant = operation({
  ...change,
  id: 'suspendTenant',
  subject: 'tenant.suspend.v1',
  summary: 'Close a tenant: within seconds its tokens are refused everywhere',
  http: { method: 'POST', path: '/tenants/{id}/suspend' },
  access: permission('platform.tenant.suspend'),
  version: 'answers',
});

export const resumeTenant = operation({
  ...change,
  id: 'resumeTenant',
  subject: 'tenant.resume.v1',
  summary: 'Open a suspended tenant again',
  http: { method: 'POST', path: '/tenants/{id}/resume' },
  access: permission('platform.tenant.suspend'),
  version: 'answers',
});

export const requestTenantDeletion = operation({
  ...change,
  id: 'requestTenantDeletion',
  subject: 'tenant.request-deletion.v1',
  summary: 'Close a tenant for good: after the days of grace all it has is deleted, here and in every product',
  http: { method: 'POST', path: '/tenants/{id}/request-deletion' },
  access: permission('platform.tenant.delete'),
  version: 'answers',
});

export const cancelTenantDeletion = operation({
  ...change,
  id: 'cancelTenantDeletion',
  subject: 'tenant.cancel-deletion.v1',
  summary: 'Keep a tenant that was to be deleted, while there is grace',
  http: { method: 'POST', path: '/tenants/{id}/cancel-deletion' },
  access: permission('platform.tenant.delete'),
  version: 'answers',
});

export const exportTenant = operation({
  id: 'exportTenant',
  subject: 'tenant.export.v1',
  summary:
    'All rows of a tenant with their ids, as JSON lines for an import elsewhere; suspend it first for a standstill',
  http: { method: 'POST', path: '/tenants/{id}/export', answers: 'chunks' },
  request: ExportTenant,
  response: Chunk,
  access: permission('platform.tenant.export'),
  errors: [NOT_FOUND],
  readOnly: false,
});

export const getPurgeManifest = operation({
  id: 'getPurgeManifest',
  subject: 'tenant.read-purge.v1',
  summary: 'How far the purge of a tenant has come, and the signed list of what went',
  http: { method: 'GET', path: '/tenants/{id}/purge-manifest' },
  request: TenantId,
  response: TenantPurge,
  access: permission('platform.tenant.delete'),
  errors: [NOT_FOUND],
});

export const reportTenantPurged = operation({
  id: 'reportTenantPurged',
  subject: 'tenant.report-purged.v1',
  summary: 'A product has deleted all it had of a tenant whose status is purging',
  request: TenantPurgeReport,
  response: null,
  access: internal,
  errors: [NOT_FOUND],
});

export const lifecycleOperations = [
  suspendTenant,
  resumeTenant,
  requestTenantDeletion,
  cancelTenantDeletion,
  exportTenant,
  getPurgeManifest,
  reportTenantPurged,
];
