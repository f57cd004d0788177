import { Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { originIn, type RequestContext, type Statement, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { ReadableState, ReadState, StateSnapshots } from '@platform/contracts';
import {
  ROLE_STATES,
  type RoleRow,
  toRoleState,
  toUserRoleState,
  USER_ROLE_STATES,
  USER_ROLES_OF_USERS,
  type UserRoleRow,
} from '../access/index.js';
import { toUserState, type UserRow } from '../identity/index.js';
import {
  ENTITLEMENTS_BY_ID,
  type EntitlementRow,
  SUBSCRIPTIONS_BY_ID,
  type SubscriptionRow,
  toEntitlementState,
  toSubscriptionState,
} from '../licensing/index.js';
import { SETTING_STATES, type SettingRow, toSettingState } from '../settings/index.js';
import {
  type MembershipRow,
  type OrganizationRow,
  type TenantRow,
  toMembershipState,
  toOrganizationState,
  toTenantState,
} from '../tenancy/index.js';
import { MEMBERSHIP_STATES, ORGANIZATION_STATES, TENANT_STATES, USER_STATES } from './state.sql.js';

type State = { id: string; version: number };
type Read = (tx: Tx, ids: string[]) => Promise<{ state: State; at: Date }[]>;

const reader =
  <Row extends object>(statement: Statement, toState: (tenantId: string, row: Row) => State): Read =>
  async (tx, ids) => {
    const rows = await tx.query<Row & { updated_at: Date }>(statement, [tx.tenantId, ids]);
    return rows.map((row) => ({ state: toState(tx.tenantId, row), at: row.updated_at }));
  };

/** How each aggregate is read, in the form of its state. */
export const READERS: Record<ReadableState, Read> = {
  tenant: reader<TenantRow>(TENANT_STATES, (_, row) => toTenantState(row)),
  organization: reader<OrganizationRow>(ORGANIZATION_STATES, toOrganizationState),
  user: reader<UserRow>(USER_STATES, toUserState),
  membership: reader<MembershipRow>(MEMBERSHIP_STATES, toMembershipState),
  role: reader<RoleRow>(ROLE_STATES, (_, row) => toRoleState(row)),
  user_role: reader<UserRoleRow>(USER_ROLE_STATES, (_, row) => toUserRoleState(row)),
  subscription: reader<SubscriptionRow>(SUBSCRIPTIONS_BY_ID, (_, row) => toSubscriptionState(row)),
  entitlement: reader<EntitlementRow>(ENTITLEMENTS_BY_ID, (_, row) => toEntitlementState(row)),
  setting: reader<SettingRow>(SETTING_STATES, toSettingState),
};

/** Whoever meets a user for the first time does not know the ids of what the user was given. */
const READERS_BY_USER: Partial<Record<ReadableState, Read>> = {
  user_role: reader<UserRoleRow>(USER_ROLES_OF_USERS, (_, row) => toUserRoleState(row)),
};

@Injectable()
export class StateQueries {
  constructor(private readonly work: UnitOfWork) {}

  /** For rows a product needs before the state stream has brought them: the same form, the same version guard. */
  async read(ctx: RequestContext, { aggregate, tenantId, ids, by = 'id' }: ReadState): Promise<StateSnapshots> {
    const readRows = (by === 'user' ? READERS_BY_USER : READERS)[aggregate];
    if (!readRows) {
      const errors = [{ path: 'by', code: 'IS_IN', message: `${aggregate} cannot be asked for by ${by}` }];
      throw new Refusal(VALIDATION_FAILED, { errors });
    }
    return this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const found = await readRows(tx, ids);
      const states = found.map(({ state, at }) => ({
        id: state.id,
        tenantId,
        version: state.version,
        deleted: false,
        time: at.toISOString(),
        data: state,
      }));
      return { states };
    });
  }
}
