import type { StateMessage, StateType } from '@kit/contracts';
import { type Statement, statement } from '@kit/service';
import {
  consentState,
  dataSubjectRequestState,
  entitlementState,
  membershipState,
  organizationState,
  roleState,
  subscriptionState,
  tenantState,
  userRoleState,
  userSessionsState,
  userState,
} from '@platform/contracts';

/** How one aggregate of PLATFORM is copied: a property of its state becomes a column of the table. */
export interface Copy {
  readonly aggregate: string;
  readonly table: string;
  /** What a tombstone has in place of the state. */
  readonly emptied: string;
  /** What tells its rows apart. */
  readonly key: readonly string[];
  /** Columns that hold the state, by property. */
  readonly columns: ReadonlyMap<string, string>;
  /** The statement that brings the table up to a state, and its values. */
  apply(message: StateMessage): { statement: Statement; values: unknown[] };
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Both statements write only what is newer than the row, so a state delivered twice or out of order changes nothing.
 * A tombstone empties its row but keeps it: references still hold, and an older state cannot bring it back.
 */
function copy<Data extends object>(state: StateType<Data>, properties: readonly (keyof Data & string)[]): Copy {
  const table = `platform_${state.aggregate.replace(/s?$/, 's')}`;
  // The tenant_id of a tenant is its id; the database derives it.
  const key = state.aggregate === 'tenant' ? ['id'] : ['tenant_id', 'id'];
  const columns = properties.map(snake);
  const inserted = [...key, 'version', ...columns];
  const buried = [...key, 'version', 'deleted'];
  const onConflict = (assignments: string[]) =>
    `ON CONFLICT (${key.join(', ')}) DO UPDATE SET version = excluded.version, projected_at = now(), ${assignments.join(', ')}
     WHERE current.version < excluded.version`;
  const upsert = statement(
    `project-${state.aggregate}`,
    `INSERT INTO digilist.${table} AS current (${inserted.join(', ')})
     VALUES (${inserted.map((_, at) => `$${at + 1}`).join(', ')})
     ${onConflict(['deleted = false', ...columns.map((column) => `${column} = excluded.${column}`)])}`,
  );
  const emptied = columns.map((column) => `${column} = DEFAULT`).join(', ');
  const bury = statement(
    `bury-${state.aggregate}`,
    `INSERT INTO digilist.${table} AS current (${buried.join(', ')})
     VALUES (${[...key, 'version'].map((_, at) => `$${at + 1}`).join(', ')}, true)
     ${onConflict(['deleted = true', emptied])}`,
  );
  return {
    aggregate: state.aggregate,
    table,
    emptied,
    key,
    columns: new Map(properties.map((property) => [property, snake(property)])),
    apply: ({ id, tenantId, version, data }) => {
      const keys = state.aggregate === 'tenant' ? [id, version] : [tenantId, id, version];
      if (data === null) return { statement: bury, values: keys };
      const row = data as Record<string, unknown>;
      return { statement: upsert, values: [...keys, ...properties.map((property) => row[property] ?? null)] };
    },
  };
}

/** The reference copies. A column more is a property more here, and a migration. */
const copies = [
  copy(tenantState, ['slug', 'name', 'status', 'region', 'locale', 'timezone', 'serviceUserId']),
  copy(organizationState, ['name', 'kind', 'parentId', 'ancestorIds', 'status', 'organizationNumber']),
  copy(userState, ['email', 'name', 'kind', 'status', 'locale', 'birthDate']),
  copy(userSessionsState, ['endedSessionIds']),
  copy(membershipState, ['userId', 'orgId', 'status']),
  copy(roleState, ['key', 'name', 'permissions', 'status']),
  copy(userRoleState, ['userId', 'roleId', 'scope', 'orgId', 'notBefore', 'expiresAt', 'status']),
  copy(subscriptionState, ['product', 'planKey', 'planVersion', 'status', 'validFrom', 'validUntil', 'graceUntil']),
  copy(consentState, ['userId', 'purposeKey', 'purposeVersion', 'status']),
  copy(dataSubjectRequestState, ['userId', 'kind', 'status', 'awaiting', 'restricts']),
  copy(entitlementState, ['moduleKey', 'status', 'validFrom', 'validUntil', 'source', 'limits']),
];

export const COPIES: ReadonlyMap<string, Copy> = new Map(copies.map((each) => [each.aggregate, each]));
