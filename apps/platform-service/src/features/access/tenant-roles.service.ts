import { FORBIDDEN, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreateRole,
  type CreateRoleSeparation,
  type DeleteRole,
  ROLE_IMMUTABLE,
  ROLE_IN_USE,
  ROLE_KEY_TAKEN,
  ROLE_PERMISSION_UNKNOWN,
  ROLES_HELD_TOGETHER,
  type Role,
  type RoleId,
  type RoleSeparation,
  roleState,
  type UpdateRole,
} from '@platform/contracts';
import { requireAnAdministratorLeft } from '../../last-administrator.js';
import { toRole, toRoleState } from './access.mapper.js';
import {
  DELETE_SEPARATION,
  GRANTS_OF_ROLE,
  HELD_TOGETHER,
  INSERT_ROLE,
  INSERT_SEPARATION,
  LOCK_ROLE,
  type RoleRow,
  UNKNOWN_PATTERNS,
  UPDATE_ROLE,
  type UserRoleRow,
} from './access.sql.js';
import { GrantsService } from './grants.service.js';

type Columns<Row> = Row & Record<string, unknown>;

const PATTERN = /^([a-z]+\.([a-z-]+|\*)\.([a-z-]+|\*)|\*)$/;
const KEY = /^[a-z][a-z0-9_]+$/;

/**
 * Roles that a tenant makes itself. Whoever writes into a role gives it to everybody who holds it, so nothing comes into
 * one that its writer does not hold in the whole tenant.
 */
@Injectable()
export class TenantRolesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly grants: GrantsService,
  ) {}

  create(ctx: RequestContext, { key, name, scope, permissions }: CreateRole): Promise<Role> {
    const attempt = this.run(ctx, async (tx) => {
      if (!KEY.test(key)) throw unknown([key]);
      await this.requireWritable(tx, userOf(ctx).userId, permissions);
      const values = [tx.tenantId, key, name, scope, permissions, tx.now, tx.actorId];
      const [row] = await tx.query<Columns<RoleRow>>(INSERT_ROLE, values);
      if (!row) throw new Refusal(ROLE_KEY_TAKEN);
      this.told(tx, 'create', row, null);
      return toRole(row);
    });
    const changes = { key, permissions };
    return attempt.catch((error) =>
      this.grants.rememberRefused(
        ctx,
        { action: 'platform.role.create', entity: { type: 'role', id: null }, changes },
        error,
      ),
    );
  }

  update(ctx: RequestContext, { id, ...changes }: UpdateRole): Promise<Role> {
    const attempt = this.run(ctx, async (tx) => {
      const before = await this.lockOwn(tx, id);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { name = before.name, permissions = before.permissions } = changes;
      // What it held before as well: otherwise taking a little away would be a way to touch more than one holds.
      await this.requireWritable(tx, userOf(ctx).userId, [...new Set([...before.permissions, ...permissions])]);
      const row = await this.put(tx, before, { name, permissions, status: 'published' });
      await requireAnAdministratorLeft(tx);
      return toRole(row);
    });
    return attempt.catch((error) =>
      this.grants.rememberRefused(
        ctx,
        { action: 'platform.role.update', entity: { type: 'role', id }, changes },
        error,
      ),
    );
  }

  remove(ctx: RequestContext, { id, replaceWith }: DeleteRole): Promise<void> {
    const attempt = this.run(ctx, async (tx) => {
      const { userId } = userOf(ctx);
      const role = await this.lockOwn(tx, id);
      await this.grants.requireHoldingAll(tx, userId, role.permissions);
      const held = await tx.query<Columns<UserRoleRow>>(GRANTS_OF_ROLE, [tx.tenantId, id, tx.now]);
      if (held.length > 0 && replaceWith === undefined)
        throw new Refusal(ROLE_IN_USE, { details: { grants: held.length } });
      await this.put(tx, role, { ...role, status: 'retired' });
      for (const grant of held) {
        await this.grants.end(tx, grant.id, role.key);
        const { user_id, scope, org_id: orgId, expires_at: expiresAt, not_before: notBefore } = grant;
        await this.grants.giveOwn(tx, user_id, { roleId: replaceWith as string, scope, orgId, notBefore, expiresAt });
      }
      await requireAnAdministratorLeft(tx);
    });
    const changes = { replaceWith: replaceWith ?? null };
    return attempt.catch((error) =>
      this.grants.rememberRefused(
        ctx,
        { action: 'platform.role.delete', entity: { type: 'role', id }, changes },
        error,
      ),
    );
  }

  separate(ctx: RequestContext, { roleId, otherRoleId, reason }: CreateRoleSeparation): Promise<RoleSeparation> {
    return this.run(ctx, async (tx) => {
      if (roleId === otherRoleId) throw new Refusal(NOT_FOUND);
      // In one order, and before anybody can be given either of them.
      for (const id of [roleId, otherRoleId].sort()) {
        const role = await tx.one<Columns<RoleRow>>(LOCK_ROLE, [tx.tenantId, id]);
        await this.grants.requireHoldingAll(tx, userOf(ctx).userId, role.permissions);
      }
      const [both] = await tx.query(HELD_TOGETHER, [tx.tenantId, roleId, otherRoleId, tx.now]);
      if (both) throw new Refusal(ROLES_HELD_TOGETHER);
      const values = [tx.tenantId, roleId, otherRoleId, reason, tx.now, tx.actorId];
      const separation = await tx.one<Columns<RoleSeparation>>(INSERT_SEPARATION, values);
      this.audit(tx, 'create', separation);
      return separation;
    });
  }

  endSeparation(ctx: RequestContext, { id }: RoleId): Promise<void> {
    return this.run(ctx, async (tx) => {
      const separation = await tx.one<Columns<RoleSeparation>>(DELETE_SEPARATION, [tx.tenantId, id]);
      for (const roleId of [separation.roleId, separation.otherRoleId]) {
        const role = await tx.one<Columns<RoleRow>>(LOCK_ROLE, [tx.tenantId, roleId]);
        await this.grants.requireHoldingAll(tx, userOf(ctx).userId, role.permissions);
      }
      this.audit(tx, 'delete', separation);
    });
  }

  /** Roles belong to the tenant as a whole, wherever they are held. */
  private run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      return work(tx);
    });
  }

  /** @throws Refusal ROLE_PERMISSION_UNKNOWN, GRANT_EXCEEDS_OWN */
  private async requireWritable(tx: Tx, writerId: string, permissions: readonly string[]): Promise<void> {
    const malformed = permissions.filter((pattern) => !PATTERN.test(pattern));
    if (malformed.length > 0) throw unknown(malformed);
    const strange = await tx.query<{ pattern: string }>(UNKNOWN_PATTERNS, [permissions]);
    if (strange.length > 0) throw unknown(strange.map(({ pattern }) => pattern));
    await this.grants.requireHoldingAll(tx, writerId, permissions);
  }

  private async lockOwn(tx: Tx, id: string): Promise<RoleRow> {
    const role = await tx.one<Columns<RoleRow>>(LOCK_ROLE, [tx.tenantId, id]);
    if (role.template_key !== null) throw new Refusal(ROLE_IMMUTABLE);
    return role;
  }

  private async put(
    tx: Tx,
    before: RoleRow,
    after: Pick<RoleRow, 'name' | 'permissions' | 'status'>,
  ): Promise<RoleRow> {
    const values = [tx.tenantId, before.id, after.name, after.permissions, after.status, tx.now, tx.actorId];
    const row = await tx.one<Columns<RoleRow>>(UPDATE_ROLE, values);
    this.told(tx, after.status === 'retired' ? 'delete' : 'update', row, before);
    return row;
  }

  private told(tx: Tx, what: string, row: RoleRow, before: RoleRow | null): void {
    tx.state(roleState, { id: row.id, version: row.version, data: toRoleState(row) });
    const { key, name, scope, permissions } = row;
    tx.audit({
      action: `platform.role.${what}`,
      entity: { type: 'role', id: row.id },
      changes: {
        key,
        name,
        scope,
        permissions,
        ...(before && { before: { name: before.name, permissions: before.permissions } }),
      },
    });
  }

  private audit(tx: Tx, what: string, { id, roleId, otherRoleId, reason }: RoleSeparation): void {
    tx.audit({
      action: `platform.role-separation.${what}`,
      entity: { type: 'role_separation', id },
      changes: { roleId, otherRoleId, reason },
    });
  }
}

const unknown = (permissions: string[]): Refusal => new Refusal(ROLE_PERMISSION_UNKNOWN, { details: { permissions } });
