import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { GRANT_EXISTS, type GrantScope } from '@platform/contracts';
import { requireAnAdministratorLeft } from '../../../last-administrator.js';
import { GrantsService } from '../../access/index.js';
import { DESIRED_ROLES, GIVEN_ROLES, LOCK_MEMBERS, NOTE_GRANT } from './roles.sql.js';

interface RoleOfUser extends Record<string, unknown> {
  user_id: string;
  role_id: string;
  role_key: string;
  scope: GrantScope;
  org_id: string | null;
}

const keyOf = ({ user_id, role_id, scope, org_id }: RoleOfUser): string => [user_id, role_id, scope, org_id].join('/');

/** Roles that come of groups. Directories name none themselves: an administrator has said what a group means. */
@Injectable()
export class ScimRoles {
  constructor(private readonly grants: GrantsService) {}

  /** Gives and takes back until each of these users has what their groups give. Grants made by hand are left alone. */
  async settle(tx: Tx, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    await tx.query(LOCK_MEMBERS, [tx.tenantId, userIds]);
    const desired = await tx.query<RoleOfUser & { giver_id: string }>(DESIRED_ROLES, [tx.tenantId, userIds]);
    const given = await tx.query<RoleOfUser & { id: string }>(GIVEN_ROLES, [tx.tenantId, userIds]);
    const wanted = new Set(desired.map(keyOf));
    const over = given.filter((grant) => !wanted.has(keyOf(grant)));
    for (const { id, role_key: roleKey } of over) await this.grants.end(tx, id, roleKey);
    const held = new Set(given.map(keyOf));
    for (const role of desired) {
      if (!held.has(keyOf(role)) && (await this.give(tx, role))) held.add(keyOf(role));
    }
    if (over.some(({ scope }) => scope === 'tenant' || scope === 'saas')) await requireAnAdministratorLeft(tx);
  }

  /**
   * In the name of who has mapped the group, and only as long as they hold the role: who does not any more gives nothing.
   * That is no fault of the directory's, whose change stands.
   */
  private async give(tx: Tx, role: RoleOfUser & { giver_id: string }): Promise<boolean> {
    const { user_id: userId, role_id: roleId, role_key: roleKey, scope, org_id: orgId, giver_id: giverId } = role;
    try {
      await this.grants.requireMayGive(tx, giverId, { roleId, scope, orgId, expiresAt: null });
      const { id } = await this.grants.give(tx, { userId, roleKey, scope, orgId });
      await tx.query(NOTE_GRANT, [tx.tenantId, id, tx.now, tx.actorId]);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // They have it already, by hand: then it is not for the directory to take back.
      if (error.code === GRANT_EXISTS.code) return true;
      tx.audit({
        action: 'platform.user-role.grant',
        entity: { type: 'user', id: userId },
        outcome: 'refused',
        reason: error.code,
        changes: { roleKey, scope, giverId },
      });
      return false;
    }
  }
}
