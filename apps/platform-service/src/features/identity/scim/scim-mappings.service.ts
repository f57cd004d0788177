import { isDeepStrictEqual } from 'node:util';
import { FORBIDDEN, NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { PutScimGroupMapping, ScimGroupMapping, ScimGroupMappingPage, ScimGroupRole } from '@platform/contracts';
import { GrantsService } from '../../access/index.js';
import { DELETE_ROLES_OF_GROUP, INSERT_ROLE_OF_GROUP, LIST_MAPPINGS } from './roles.sql.js';
import { LOCK_SCIM_GROUP, MEMBER_IDS } from './scim.sql.js';
import { ScimRoles } from './scim-roles.js';

interface MappingRow extends Record<string, unknown> {
  id: string;
  name: string;
  roles: ScimGroupRole[];
}

/** What the groups of the directory mean here. */
@Injectable()
export class ScimMappingsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly grants: GrantsService,
    private readonly roles: ScimRoles,
  ) {}

  list(ctx: RequestContext, query: PageQuery): Promise<ScimGroupMappingPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.run(ctx, async (tx) => {
      const rows = await tx.query<MappingRow>(LIST_MAPPINGS, [tx.tenantId, keys?.[0] ?? null, fetch, null]);
      return pageOfRows(query, rows, ({ id }) => [id], toMapping);
    });
  }

  put(ctx: RequestContext, { groupId, roles }: PutScimGroupMapping): Promise<ScimGroupMapping> {
    const attempt = this.run(ctx, async (tx) => {
      await tx.one(LOCK_SCIM_GROUP, [tx.tenantId, groupId]);
      for (const role of roles) await this.requireMayGive(tx, role);
      const [before] = await tx.query<MappingRow>(LIST_MAPPINGS, [tx.tenantId, null, 1, groupId]);
      for (const role of before?.roles ?? []) {
        const goes = !roles.some((kept) => isDeepStrictEqual({ ...kept }, role));
        if (goes) await this.requireMayTake(tx, role);
      }
      await tx.query(DELETE_ROLES_OF_GROUP, [tx.tenantId, groupId]);
      for (const { roleId, scope, orgId = null } of roles)
        await tx.query(INSERT_ROLE_OF_GROUP, [tx.tenantId, groupId, roleId, scope, orgId, tx.now, tx.actorId]);
      const members = await tx.query<{ user_id: string }>(MEMBER_IDS, [tx.tenantId, groupId]);
      await this.roles.settle(
        tx,
        members.map(({ user_id: userId }) => userId),
      );
      const entity = { type: 'organization', id: groupId };
      tx.audit({ action: 'platform.scim-group.map', entity, orgId: groupId, changes: { roles } });
      const [row] = await tx.query<MappingRow>(LIST_MAPPINGS, [tx.tenantId, null, 1, groupId]);
      if (!row) throw new Refusal(NOT_FOUND);
      return toMapping(row);
    });
    const refused = { action: 'platform.scim-group.map', entity: { type: 'organization', id: groupId } };
    return attempt.catch((error: unknown) =>
      this.grants.rememberRefused(ctx, { ...refused, changes: { roles } }, error),
    );
  }

  private async requireMayGive(tx: Tx, { roleId, scope, orgId }: ScimGroupRole): Promise<void> {
    await this.grants.requireMayGive(tx, tx.actorId, { roleId, scope, orgId: orgId ?? null, expiresAt: null });
  }

  /** Nobody takes back what they could not give; a role or place that is no more is in nobody's way. */
  private async requireMayTake(tx: Tx, role: ScimGroupRole): Promise<void> {
    await this.requireMayGive(tx, role).catch((error: unknown) => {
      if (!(error instanceof Refusal) || error.code !== NOT_FOUND.code) throw error;
    });
  }

  /** The directory is the whole tenant's. */
  private run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      return work(tx);
    });
  }
}

const toMapping = ({ id, name, roles }: MappingRow): ScimGroupMapping => ({ groupId: id, displayName: name, roles });
