import { type Load, literal, type NewRow, type Row } from '../load.js';
import type { World } from '../world.js';

/** Columns of a reference copy, all of which PLATFORM's table has under the same name unless told. */
interface Copy {
  readonly aggregate: string;
  readonly columns: readonly string[];
  /** Where PLATFORM's row is not enough. */
  readonly from?: string;
}

const COPIES: readonly Copy[] = [
  {
    aggregate: 'organizations',
    columns: ['name', 'kind', 'parent_id', 'ancestor_ids', 'status', 'organization_number'],
  },
  { aggregate: 'users', columns: ['email', 'name', 'kind', 'status', 'locale', 'birth_date'] },
  { aggregate: 'memberships', columns: ['user_id', 'org_id', 'status'] },
  { aggregate: 'roles', columns: ['key', 'name', 'permissions', 'status'] },
  { aggregate: 'user_roles', columns: ['user_id', 'role_id', 'scope', 'org_id', 'not_before', 'expires_at', 'status'] },
  {
    aggregate: 'subscriptions',
    columns: ['product', 'plan_key', 'plan_version', 'status', 'valid_from', 'valid_until', 'grace_until'],
    from: '(SELECT s.*, p.key AS plan_key, p.plan_version FROM platform.subscriptions s JOIN platform.plans p ON p.id = s.plan_id)',
  },
];

/**
 * DIGILIST's reference copies, made of the rows that PLATFORM has: what is booked points at them. The outbox tells the
 * same states, so the stream confirms each copy (same version) and can rebuild it; what is newer by then wins.
 */
export const copies = (world: World): Load[] => {
  const ids = [...world.catalogue.tenants.values()].map(({ id }) => literal(id));
  const ours = `= ANY (ARRAY[${ids.join(', ')}]::uuid[])`;
  const tenants = copy('tenants', 'platform.tenants', ours, [
    'slug',
    'name',
    'status',
    'region',
    'locale',
    'timezone',
    'service_user_id',
  ]);
  return [
    tenants,
    ...COPIES.map(({ aggregate, columns, from }) => copy(aggregate, from ?? `platform.${aggregate}`, ours, columns)),
  ];
};

function copy(aggregate: string, from: string, ours: string, columns: readonly string[]): Load {
  const table = `platform_${aggregate}`;
  const isTenant = aggregate === 'tenants';
  const all = [...(isTenant ? [] : ['tenant_id']), 'id', 'version', ...columns];
  return {
    name: table,
    into: 'digilist',
    from: 'platform',
    tables: [table],
    count: `SELECT count(*) FROM ${from} t WHERE t.tenant_id ${ours}`,
    query: (position) =>
      `SELECT ${all.map((column) => `t.${column}`).join(', ')} FROM ${from} t
       WHERE t.tenant_id ${ours}${position === null ? '' : ` AND t.id > ${literal(position)}::uuid`} ORDER BY t.id`,
    position: (row) => row.id as string,
    decide: (rows) =>
      rows.map((row: Row) => ({
        kind: 'rows' as const,
        legacyId: row.id as string,
        rows: [[table, { ...row, deleted: false } as NewRow] as const],
      })),
  };
}
