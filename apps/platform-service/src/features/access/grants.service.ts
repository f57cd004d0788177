import { Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  GRANT_EXCEEDS_OWN,
  GRANT_EXISTS,
  GRANT_EXPIRY_PAST,
  GRANT_SCOPE_INVALID,
  type GrantRole,
  type GrantScope,
  LAST_ADMINISTRATOR,
  type RevokeRole,
  roleGranted,
  roleRevoked,
  type UserRole,
  userRoleState,
} from '@platform/contracts';
import { toUserRole, toUserRoleState } from './access.mapper.js';
import {
  CLOSE_EXPIRED,
  HOLDINGS,
  INSERT_GRANT,
  LOCK_GRANT,
  LOCK_ROLE,
  ORGANIZATION,
  OTHER_HOLDERS,
  PUBLISHED_ROLE,
  REVOKE_GRANT,
  ROLE_BY_KEY,
  type RoleRow,
  USER,
  type UserRoleRow,
} from './access.sql.js';
import { exceeding, type Holding, mayBeGrantedAt, type Wanted } from './domain/escalation.js';

type Columns<Row> = Row & Record<string, unknown>;

interface Grant {
  userId: string;
  role: RoleRow;
  scope: GrantScope;
  orgId: string | null;
  expiresAt: Date | null;
}

/** Roles without which nobody could administer the tenant, or the system, any more. */
const KEEPERS = new Set(['tenant_administrator', 'super_administrator']);

@Injectable()
export class GrantsService {
  constructor(private readonly work: UnitOfWork) {}

  grant(ctx: RequestContext, request: GrantRole): Promise<UserRole> {
    const attempt = this.work.run(ctx, async (tx) => {
      await tx.one(USER, [tx.tenantId, request.id]);
      const role = await tx.one<Columns<RoleRow>>(PUBLISHED_ROLE, [tx.tenantId, request.roleId]);
      const orgId = request.orgId ?? null;
      requireScope(tx, role.scope, request.scope, orgId);
      const expiresAt = request.expiresAt === undefined ? null : new Date(request.expiresAt);
      if (expiresAt !== null && expiresAt <= tx.now) throw new Refusal(GRANT_EXPIRY_PAST);
      const ancestorIds = orgId === null ? [] : await this.ancestorsOf(tx, orgId);
      const patterns = [...role.permissions, 'platform.user-role.grant'];
      await this.requireHolding(ctx, tx, { patterns, scope: request.scope, orgId, ancestorIds, expiresAt });
      return this.insert(tx, { userId: request.id, role, scope: request.scope, orgId, expiresAt });
    });
    return attempt.catch((error: unknown) => this.refused(ctx, 'platform.user-role.grant', request, error));
  }

  /** A grant that nobody has to be entitled to give: the first administrator, the role every new user gets. */
  async give(
    tx: Tx,
    {
      userId,
      roleKey,
      scope,
      orgId = null,
    }: { userId: string; roleKey: string; scope: GrantScope; orgId?: string | null },
  ): Promise<UserRole> {
    const role = await tx.one<Columns<RoleRow>>(ROLE_BY_KEY, [tx.tenantId, roleKey]);
    requireScope(tx, role.scope, scope, orgId);
    return this.insert(tx, { userId, role, scope, orgId, expiresAt: null });
  }

  revoke(ctx: RequestContext, request: RevokeRole): Promise<void> {
    const attempt = this.work.run(ctx, async (tx) => {
      type Locked = Columns<UserRoleRow & { role_key: string; permissions: string[]; ancestor_ids: string[] }>;
      const grant = await tx.one<Locked>(LOCK_GRANT, [tx.tenantId, request.grantId, request.id]);
      await this.requireHolding(ctx, tx, {
        patterns: [...grant.permissions, 'platform.user-role.revoke'],
        scope: grant.scope,
        orgId: grant.org_id,
        ancestorIds: grant.ancestor_ids,
        // Taking away leaves nothing behind that could outlast the caller's own grants.
        expiresAt: tx.now,
      });
      if (KEEPERS.has(grant.role_key) && grant.expires_at === null) await this.requireAnotherHolder(tx, grant);
      const revoked = await tx.one<Columns<UserRoleRow>>(REVOKE_GRANT, [tx.tenantId, grant.id, tx.now, tx.actorId]);
      this.publish(tx, revoked);
      tx.emit(roleRevoked, {
        id: revoked.id,
        version: revoked.version,
        data: { userId: revoked.user_id, roleId: revoked.role_id },
      });
      tx.audit({
        action: 'platform.user-role.revoke',
        entity: { type: 'user_role', id: revoked.id },
        changes: { userId: revoked.user_id, roleKey: grant.role_key, scope: revoked.scope },
        ...(revoked.org_id !== null && { orgId: revoked.org_id }),
      });
    });
    return attempt.catch((error: unknown) => this.refused(ctx, 'platform.user-role.revoke', request, error));
  }

  /** Reaching for more than one has is worth remembering; the attempt itself was rolled back, so this stands alone. */
  private async refused(
    ctx: RequestContext,
    action: string,
    { id: userId, ...changes }: GrantRole | RevokeRole,
    error: unknown,
  ): Promise<never> {
    if (error instanceof Refusal && error.code === GRANT_EXCEEDS_OWN.code) {
      await this.work.runAs(originIn(userOf(ctx).tenantId, ctx), async (tx) => {
        const entity = { type: 'user', id: userId };
        tx.audit({ action, entity, outcome: 'refused', reason: error.code, changes });
      });
    }
    throw error;
  }

  private async insert(tx: Tx, { userId, role, scope, orgId, expiresAt }: Grant): Promise<UserRole> {
    const place = [tx.tenantId, userId, role.id, scope, orgId];
    const expired = await tx.query<Columns<UserRoleRow>>(CLOSE_EXPIRED, [...place, tx.now, tx.actorId]);
    for (const row of expired) this.publish(tx, row);
    const [row] = await tx.query<Columns<UserRoleRow>>(INSERT_GRANT, [...place, tx.actorId, expiresAt, tx.now]);
    if (!row) throw new Refusal(GRANT_EXISTS);
    const grant = toUserRole({ ...row, role_key: role.key });
    this.publish(tx, row);
    const { roleId, roleKey } = grant;
    tx.emit(roleGranted, {
      id: row.id,
      version: row.version,
      data: { userId, roleId, roleKey, scope, orgId, expiresAt: grant.expiresAt },
    });
    tx.audit({
      action: 'platform.user-role.grant',
      entity: { type: 'user_role', id: row.id },
      changes: { userId, roleKey, scope, expiresAt: grant.expiresAt },
      ...(orgId !== null && { orgId }),
    });
    return grant;
  }

  private publish(tx: Tx, row: UserRoleRow): void {
    tx.state(userRoleState, { id: row.id, version: row.version, data: toUserRoleState(row) });
  }

  private async ancestorsOf(tx: Tx, orgId: string): Promise<string[]> {
    const organization = await tx.one<{ ancestor_ids: string[] }>(ORGANIZATION, [tx.tenantId, orgId]);
    return organization.ancestor_ids;
  }

  private async requireHolding(ctx: RequestContext, tx: Tx, wanted: Wanted): Promise<void> {
    type Held = { permissions: string[]; scope: GrantScope; org_id: string | null; expires_at: Date | null };
    const rows = await tx.query<Columns<Held>>(HOLDINGS, [tx.tenantId, userOf(ctx).userId, tx.now]);
    const holdings: Holding[] = rows.map((row) => ({
      patterns: row.permissions,
      scope: row.scope,
      orgId: row.org_id,
      expiresAt: row.expires_at,
    }));
    const permissions = exceeding(holdings, wanted);
    if (permissions.length > 0) throw new Refusal(GRANT_EXCEEDS_OWN, { details: { permissions } });
  }

  private async requireAnotherHolder(tx: Tx, grant: UserRoleRow): Promise<void> {
    await tx.one(LOCK_ROLE, [tx.tenantId, grant.role_id]);
    const values = [tx.tenantId, grant.role_id, grant.scope, grant.id];
    const { holders } = await tx.one<{ holders: number }>(OTHER_HOLDERS, values);
    if (holders === 0) throw new Refusal(LAST_ADMINISTRATOR);
  }
}

function requireScope(tx: Tx, role: GrantScope, scope: GrantScope, orgId: string | null): void {
  const named = (scope === 'org') === (orgId !== null);
  const home = scope !== 'saas' || tx.tenantId === SYSTEM_TENANT_ID;
  if (!named || !home || !mayBeGrantedAt(role, scope))
    throw new Refusal(GRANT_SCOPE_INVALID, { details: { widest: role } });
}
