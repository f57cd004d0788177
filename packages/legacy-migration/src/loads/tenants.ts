import { organizationState, roleState, tenantState, userState } from '@platform/contracts';
import type { TenantPlace } from '../catalogue.js';
import { instantOfWall, iso } from '../clean/times.js';
import { cleanText } from '../clean/values.js';
import { localeOf, organizationKind, tenantStatus } from '../clean/words.js';
import { idOf } from '../ids.js';
import { byId, type Load, type Outcome, type Row, rejected } from '../load.js';
import type { World } from '../world.js';
import { givenBy, LEGACY_ZONE, UNDATED } from './given.js';
import { auditRow, stateRow } from './messages.js';

export const roleId = (tenantId: string, key: string): string => idOf('role', `${tenantId} ${key}`);

/** A tenant with what provisioning gives it: a service user, the roles, and an organization for what belongs to none. */
export const tenants = (world: World): Load =>
  byId({
    name: 'tenants',
    into: 'platform',
    table: 'tenants',
    tables: ['tenants', 'users', 'organizations', 'roles', 'outbox'],
    select: 'SELECT t.id, t.slug, t.name, t.status, t.locale, t.created_at FROM tenants t',
    type: 'integer',
    decideOne: (row) => {
      const place = world.catalogue.tenants.get(row.id as string);
      return place ? tenantOf(row, place, world) : rejected(row, 'NOT_IN_CATALOGUE');
    },
  });

function tenantOf(row: Row, place: TenantPlace, world: World): Outcome {
  const { id, slug, name, serviceUserId, orgId } = place;
  const made = instantOfWall(row.created_at ?? null, LEGACY_ZONE)?.at ?? UNDATED;
  const status = tenantStatus(row.status ?? null);
  const locale = localeOf(row.locale ?? null) ?? 'nb';
  const repairs = [...place.repairs, ...(status === null ? ['STATUS_UNKNOWN'] : [])];
  const given = givenBy(made, serviceUserId);
  const tenant = { slug, name, region: 'no', status: status ?? 'active', locale, timezone: LEGACY_ZONE } as const;
  const service = { email: `service@${slug}.invalid`, name, kind: 'service', status: 'active', locale: null } as const;
  const own = { kind: 'public_body', name, status: 'active' } as const;
  const roles = world.templates.map((template) => ({ id: roleId(id, template.key), ...template }));
  // The licence is due at once: PLATFORM works out by itself what the subscriptions entitle to, and tells the products.
  const licence = { licence_due_at: iso(UNDATED) };
  return {
    kind: 'rows',
    legacyId: row.id as string,
    repairs,
    rows: [
      ['tenants', { id, ...tenant, service_user_id: serviceUserId, ...licence, ...given }],
      ['users', { tenant_id: id, id: serviceUserId, ...service, ...given }],
      [
        'organizations',
        { tenant_id: id, id: orgId, ...own, ancestor_ids: [], parent_id: null, organization_number: null, ...given },
      ],
      ...roles.map(
        ({ id: role, key, name: called, scope, permissions }) =>
          [
            'roles',
            {
              tenant_id: id,
              id: role,
              key,
              name: called,
              scope,
              permissions,
              template_key: key,
              status: 'published',
              ...given,
            },
          ] as const,
      ),
      stateRow(tenantState, id, { id, version: 1, ...tenant, serviceUserId }, made),
      stateRow(userState, id, { id: serviceUserId, version: 1, tenantId: id, ...service, birthDate: null }, made),
      stateRow(
        organizationState,
        id,
        { id: orgId, version: 1, tenantId: id, ...own, parentId: null, ancestorIds: [], organizationNumber: null },
        made,
      ),
      ...roles.map(({ id: role, key, name: called, permissions }) =>
        stateRow(
          roleState,
          id,
          { id: role, version: 1, tenantId: id, key, name: called, permissions, status: 'published' },
          made,
        ),
      ),
      auditRow(id, serviceUserId, row.id as string, world.asOf),
    ],
  };
}

export const organizations = (world: World): Load =>
  byId({
    name: 'organizations',
    into: 'platform',
    table: 'organizations',
    tables: ['organizations', 'outbox'],
    select:
      'SELECT t.id, t.tenant_id, t.parent_id, t.name, t.type, t.org_number, t.active, t.created_at FROM organizations t',
    type: 'integer',
    together: true,
    decideOne: (row) => {
      const place = world.catalogue.organizations.get(row.id as string);
      const tenant = world.catalogue.tenants.get(row.tenant_id ?? '');
      if (!place || !tenant) return rejected(row, 'ORPHAN_TENANT');
      const { id, tenantId, parentId, ancestorIds, number } = place;
      const made = instantOfWall(row.created_at ?? null, LEGACY_ZONE)?.at ?? UNDATED;
      const name = cleanText(row.name ?? null, 200);
      const kind = organizationKind(row.type ?? null);
      const data = {
        name: name ?? `Uten navn ${row.id}`,
        kind: kind ?? 'other',
        status: row.active === 'f' ? 'archived' : 'active',
      } as const;
      const repairs = [
        ...place.repairs,
        ...(name === null ? ['NAME_CHANGED'] : []),
        ...(kind === null ? ['KIND_UNKNOWN'] : []),
      ];
      const given = givenBy(made, tenant.serviceUserId);
      const columns = { parent_id: parentId, ancestor_ids: [...ancestorIds], organization_number: number };
      const state = { id, version: 1, tenantId, ...data, parentId, ancestorIds, organizationNumber: number };
      return {
        kind: 'rows',
        legacyId: row.id as string,
        repairs,
        rows: [
          ['organizations', { tenant_id: tenantId, id, ...data, ...columns, ...given }],
          stateRow(organizationState, tenantId, state, made),
        ],
      };
    },
  });
