import { jobOrigin, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { roleState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { toRoleState } from './access.mapper.js';
import { HOLD_TEMPLATES, MATERIALISE_ROLES, type RoleRow, TENANTS_WITH_OLD_ROLES } from './access.sql.js';

/** Role templates become roles of each tenant, where grants can point at them. */
@Injectable()
export class RolesService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
  ) {}

  /** Gives the tenant of `tx` the roles of all templates, and publishes those that are new or changed. */
  async materialise(tx: Tx): Promise<number> {
    await tx.query(HOLD_TEMPLATES);
    const changed = await tx.query<RoleRow & Record<string, unknown>>(MATERIALISE_ROLES, [
      tx.tenantId,
      tx.actorId,
      tx.now,
    ]);
    for (const role of changed) {
      tx.state(roleState, { id: role.id, version: role.version, data: toRoleState(role) });
      tx.audit({
        action: 'platform.role.publish',
        entity: { type: 'role', id: role.id },
        changes: { key: role.key, scope: role.scope, permissions: role.permissions, status: role.status },
      });
    }
    return changed.length;
  }

  /** Brings every tenant up to the templates, one transaction each. What a stopped process left undone, the next run does. */
  async materialiseEverywhere(): Promise<void> {
    const tenants: { id: string; service_user_id: string }[] = await this.system.query(TENANTS_WITH_OLD_ROLES);
    for (const tenant of tenants) {
      await this.work.runAs(jobOrigin(tenant.id, 'materialise-roles', tenant.service_user_id), (tx) =>
        this.materialise(tx),
      );
    }
  }
}
