import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { memberAdded, membershipEnded, membershipState, SCIM_VALUE_INVALID } from '@platform/contracts';
import { GrantsService } from '../../access/index.js';
import { type MembershipRow, toMembershipState } from '../../tenancy/index.js';
import { isId } from './scim.mapper.js';
import {
  DELETE_MEMBERS,
  END_MEMBERSHIPS,
  INSERT_MEMBERS,
  INSERT_MEMBERSHIPS,
  KNOWN_MEMBERS,
  TOUCH_GROUPS_OF,
} from './scim.sql.js';
import { ScimRoles } from './scim-roles.js';

/** Who is in a group belongs to the organization behind it, and has the roles that the group gives. */
@Injectable()
export class ScimMembership {
  constructor(
    private readonly grants: GrantsService,
    private readonly roles: ScimRoles,
  ) {}

  /** @throws Refusal SCIM_VALUE_INVALID when one of them is nobody whom the directory manages */
  async join(tx: Tx, orgId: string, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    const known = userIds.every(isId) ? await tx.query(KNOWN_MEMBERS, [tx.tenantId, userIds]) : [];
    if (known.length !== userIds.length) throw new Refusal(SCIM_VALUE_INVALID, { detail: 'members: no such user' });
    const values = [tx.tenantId, orgId, userIds, tx.now, tx.actorId];
    await tx.query(INSERT_MEMBERS, values);
    const added = await tx.query<MembershipRow>(INSERT_MEMBERSHIPS, values);
    for (const row of added) {
      const { id, version, user_id: userId } = row;
      tx.emit(memberAdded, { id, version, data: { orgId, userId } });
      this.published(tx, row, 'platform.membership.create');
    }
    await this.roles.settle(tx, userIds);
  }

  /** The roles of an organization hang on belonging to it, whoever gave them. */
  async leave(tx: Tx, orgId: string, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    await tx.query(DELETE_MEMBERS, [tx.tenantId, orgId, userIds]);
    const values = [tx.tenantId, orgId, userIds, tx.now, tx.actorId];
    for (const row of await tx.query<MembershipRow>(END_MEMBERSHIPS, values)) {
      const { id, version, user_id: userId } = row;
      await this.grants.endIn(tx, userId, orgId);
      tx.emit(membershipEnded, { id, version, data: { orgId, userId } });
      this.published(tx, row, 'platform.membership.end');
    }
    await this.roles.settle(tx, userIds);
  }

  async leaveAll(tx: Tx, userId: string): Promise<void> {
    const groups = await tx.query<{ id: string }>(TOUCH_GROUPS_OF, [tx.tenantId, userId, tx.now, tx.actorId]);
    for (const { id } of groups) await this.leave(tx, id, [userId]);
  }

  private published(tx: Tx, row: MembershipRow, action: string): void {
    const { id, version, user_id: userId, org_id: orgId } = row;
    tx.state(membershipState, { id, version, data: toMembershipState(tx.tenantId, row) });
    tx.audit({ action, entity: { type: 'membership', id }, orgId, changes: { userId, by: 'scim' } });
  }
}
