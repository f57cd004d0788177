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
  type RevokeRole,
  ROLES_SEPARATED,
  roleGranted,
  roleRevoked,
  type UserRole,
  userRoleState,
} from '@platform/contracts';
import { requireAnAdministratorLeft } from '../../last-administrator.js';
import { toUserRole, toUserRoleState } from './access.mapper.js';
import {
  CLOSE_EXPIRED,
  HOLDINGS,
  INSERT_GRANT,
  LOCK_GRANT,
  LOCK_GRANTS_IN,
  LOCK_USER,
  ORGANIZATION,
  PUBLISHED_ROLE,
  REVOKE_GRANT,
  ROLE_BY_KEY,
  type RoleRow,
  SEPARATED_FROM,
  USER,
  type UserRoleRow,
} from './access.sql.js';
import { exceeding, type Holding, mayBeGrantedAt, type Wanted } from './domain/escalation.js';

type Columns<Row> = Row & Record<string, unknown>;

/** A role to be given somewhere. */
export interface WantedGrant {
  readonly roleId: string;
  readonly scope: GrantScope;
  readonly orgId: string | null;
  /** At once when left out. */
  readonly notBefore?: Date | null;
  readonly expiresAt: Date | null;
}

type LockedGrant = Columns<UserRoleRow & { role_key: string; permissions: string[]; ancestor_ids: string[] }>;

interface Grant extends Omit<WantedGrant, 'roleId'> {
  readonly userId: string;
  readonly role: RoleRow;
}

@Injectable()
export class GrantsService {
  constructor(private readonly work: UnitOfWork) {}

  grant(ctx: RequestContext, request: GrantRole): Promise<UserRole> {
    const attempt = this.work.run(ctx, async (tx) => {
      await tx.one(USER, [tx.tenantId, request.id]);
      const { roleId, scope, orgId = null } = request;
      const expiresAt = request.expiresAt === undefined ? null : new Date(request.expiresAt);
      if (expiresAt !== null && expiresAt <= tx.now) throw new Refusal(GRANT_EXPIRY_PAST);
      const notBefore = request.notBefore === undefined ? null : new Date(request.notBefore);
      if (notBefore && expiresAt && notBefore >= expiresAt) throw new Refusal(GRANT_EXPIRY_PAST);
      const wanted = { roleId, scope, orgId, notBefore, expiresAt };
      const role = await this.requireMayGive(tx, userOf(ctx).userId, wanted);
      return this.insert(tx, { ...wanted, userId: request.id, role });
    });
    return attempt.catch((error: unknown) => this.refused(ctx, 'platform.user-role.grant', request, error));
  }

  /**
   * Whether somebody holds enough, at this moment, to give the role here. Who promises a role for later (an invitation)
   * asks when promising, and again in the giver's name when it is given.
   * @throws Refusal GRANT_EXCEEDS_OWN, GRANT_SCOPE_INVALID, NOT_FOUND
   */
  async requireMayGive(tx: Tx, giverId: string, { roleId, scope, orgId, expiresAt }: WantedGrant): Promise<RoleRow> {
    const role = await tx.one<Columns<RoleRow>>(PUBLISHED_ROLE, [tx.tenantId, roleId]);
    requireScope(tx, role.scope, scope, orgId);
    const ancestorIds = orgId === null ? [] : await this.ancestorsOf(tx, orgId);
    const patterns = [...role.permissions, 'platform.user-role.grant'];
    await this.requireHolding(giverId, tx, { patterns, scope, orgId, ancestorIds, expiresAt });
    return role;
  }

  /** Gives what the actor of `tx` may give. @throws Refusal like requireMayGive, GRANT_EXISTS */
  async giveOwn(tx: Tx, userId: string, wanted: WantedGrant): Promise<UserRole> {
    const role = await this.requireMayGive(tx, tx.actorId, wanted);
    return this.insert(tx, { ...wanted, userId, role });
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

  /**
   * Refuses to let somebody have others given, now or later, what they could not give themselves.
   * @throws Refusal NOT_FOUND, GRANT_SCOPE_INVALID, GRANT_EXCEEDS_OWN
   */
  async requireMayHaveGiven(
    ctx: RequestContext,
    tx: Tx,
    { roleKey, scope }: { roleKey: string; scope: Exclude<GrantScope, 'org'> },
  ): Promise<void> {
    const { id: roleId } = await tx.one<Columns<RoleRow>>(ROLE_BY_KEY, [tx.tenantId, roleKey]);
    await this.requireMayGive(tx, userOf(ctx).userId, { roleId, scope, orgId: null, expiresAt: null });
  }

  revoke(ctx: RequestContext, request: RevokeRole): Promise<void> {
    const attempt = this.work.run(ctx, async (tx) => {
      const grant = await tx.one<LockedGrant>(LOCK_GRANT, [tx.tenantId, request.grantId, request.id]);
      await this.takeBack(ctx, tx, grant);
    });
    return attempt.catch((error: unknown) => this.refused(ctx, 'platform.user-role.revoke', request, error));
  }

  /**
   * Takes back all that a user holds in an organization, as the end of their membership does.
   * @throws Refusal GRANT_EXCEEDS_OWN
   */
  async revokeIn(ctx: RequestContext, tx: Tx, userId: string, orgId: string): Promise<void> {
    const grants = await tx.query<LockedGrant>(LOCK_GRANTS_IN, [tx.tenantId, userId, orgId]);
    for (const grant of grants) await this.takeBack(ctx, tx, grant);
  }

  /** Ends all that a user holds in an organization; whether that may be is for the caller to say. */
  async endIn(tx: Tx, userId: string, orgId: string): Promise<void> {
    const grants = await tx.query<LockedGrant>(LOCK_GRANTS_IN, [tx.tenantId, userId, orgId]);
    for (const { id, role_key: roleKey } of grants) await this.end(tx, id, roleKey);
  }

  private async takeBack(ctx: RequestContext, tx: Tx, grant: LockedGrant): Promise<void> {
    await this.requireHolding(userOf(ctx).userId, tx, {
      patterns: [...grant.permissions, 'platform.user-role.revoke'],
      scope: grant.scope,
      orgId: grant.org_id,
      ancestorIds: grant.ancestor_ids,
      // Taking away leaves nothing behind that could outlast the caller's own grants.
      expiresAt: tx.now,
    });
    await this.end(tx, grant.id, grant.role_key);
    if (grant.scope === 'tenant' || grant.scope === 'saas') await requireAnAdministratorLeft(tx);
  }

  /** Ends a grant; whether that may be is for the caller to say. */
  async end(tx: Tx, grantId: string, roleKey: string): Promise<void> {
    const revoked = await tx.one<Columns<UserRoleRow>>(REVOKE_GRANT, [tx.tenantId, grantId, tx.now, tx.actorId]);
    this.publish(tx, revoked);
    const { id, version, user_id: userId, role_id: roleId, scope, org_id: orgId } = revoked;
    tx.emit(roleRevoked, { id, version, data: { userId, roleId } });
    tx.audit({
      action: 'platform.user-role.revoke',
      entity: { type: 'user_role', id },
      changes: { userId, roleKey, scope },
      ...(orgId !== null && { orgId }),
    });
  }

  /**
   * Whether somebody holds all these patterns in the whole tenant and for good: what a role of the tenant may hold at most.
   * @throws Refusal GRANT_EXCEEDS_OWN
   */
  requireHoldingAll(tx: Tx, giverId: string, patterns: readonly string[]): Promise<void> {
    return this.requireHolding(giverId, tx, {
      patterns,
      scope: 'tenant',
      orgId: null,
      ancestorIds: [],
      expiresAt: null,
    });
  }

  /**
   * Whether somebody holds all that another one holds, wherever they do and for as long: whoever can act as somebody must.
   * @throws Refusal GRANT_EXCEEDS_OWN
   */
  async requireNoMoreThan(tx: Tx, actorId: string, userId: string): Promise<void> {
    for (const { patterns, scope, orgId, expiresAt } of await this.holdingsOf(tx, userId)) {
      const ancestorIds = orgId === null ? [] : await this.ancestorsOf(tx, orgId);
      await this.requireHolding(actorId, tx, { patterns, scope, orgId, ancestorIds, expiresAt });
    }
  }

  /** Reaching for more than one has is worth remembering; the attempt itself was rolled back, so this stands alone. */
  private refused(
    ctx: RequestContext,
    action: string,
    { id, ...changes }: GrantRole | RevokeRole,
    error: unknown,
  ): Promise<never> {
    return this.rememberRefused(ctx, { action, entity: { type: 'user', id }, changes }, error);
  }

  /** Throws the error again, once the attempt to reach for more than one has is in the audit log. */
  async rememberRefused(
    ctx: RequestContext,
    attempt: { action: string; entity: { type: string; id: string | null }; changes: Record<string, unknown> },
    error: unknown,
  ): Promise<never> {
    if (error instanceof Refusal && error.code === GRANT_EXCEEDS_OWN.code) {
      await this.work.runAs(originIn(userOf(ctx).tenantId, ctx), async (tx) => {
        tx.audit({ ...attempt, outcome: 'refused', reason: error.code });
      });
    }
    throw error;
  }

  private async insert(tx: Tx, { userId, role, scope, orgId, notBefore = null, expiresAt }: Grant): Promise<UserRole> {
    // One at a time for each user, or two roles that must not meet would pass each other by.
    await tx.query(LOCK_USER, [tx.tenantId, userId]);
    const [separated] = await tx.query<{ key: string; reason: string }>(SEPARATED_FROM, [
      tx.tenantId,
      userId,
      role.id,
      tx.now,
    ]);
    if (separated)
      throw new Refusal(ROLES_SEPARATED, { details: { roleKey: separated.key, reason: separated.reason } });
    const place = [tx.tenantId, userId, role.id, scope, orgId];
    const expired = await tx.query<Columns<UserRoleRow>>(CLOSE_EXPIRED, [...place, tx.now, tx.actorId]);
    for (const row of expired) this.publish(tx, row);
    const [row] = await tx.query<Columns<UserRoleRow>>(INSERT_GRANT, [
      ...place,
      tx.actorId,
      expiresAt,
      tx.now,
      notBefore,
    ]);
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

  private async holdingsOf(tx: Tx, userId: string): Promise<Holding[]> {
    type Held = { permissions: string[]; scope: GrantScope; org_id: string | null; expires_at: Date | null };
    const rows = await tx.query<Columns<Held>>(HOLDINGS, [tx.tenantId, userId, tx.now]);
    return rows.map((row) => ({
      patterns: row.permissions,
      scope: row.scope,
      orgId: row.org_id,
      expiresAt: row.expires_at,
    }));
  }

  private async requireHolding(giverId: string, tx: Tx, wanted: Wanted): Promise<void> {
    const holdings = await this.holdingsOf(tx, giverId);
    const permissions = exceeding(holdings, wanted);
    if (permissions.length > 0) throw new Refusal(GRANT_EXCEEDS_OWN, { details: { permissions } });
  }
}

function requireScope(tx: Tx, role: GrantScope, scope: GrantScope, orgId: string | null): void {
  const named = (scope === 'org') === (orgId !== null);
  const home = scope !== 'saas' || tx.tenantId === SYSTEM_TENANT_ID;
  if (!named || !home || !mayBeGrantedAt(role, scope))
    throw new Refusal(GRANT_SCOPE_INVALID, { details: { widest: role } });
}
