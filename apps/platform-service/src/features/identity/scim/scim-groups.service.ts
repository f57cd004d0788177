import { Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type ChangeScim,
  type CreateScim,
  type DeleteScim,
  type GetScim,
  type ListScim,
  ORGANIZATION_IN_USE,
  type OrganizationStatus,
  organizationCreated,
  organizationState,
  organizationUpdated,
  SCIM_UNIQUENESS,
  SCIM_VALUE_INVALID,
  type ScimGroup,
  type ScimGroupList,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import {
  ADD_TO_TREE,
  BELOW,
  INSERT_ORGANIZATION,
  LOCK_ORGANIZATION,
  type OrganizationRow,
  toOrganizationState,
  UPDATE_ORGANIZATION,
} from '../../tenancy/index.js';
import { attributesOf, known, type Values } from './domain/attributes.js';
import { conditionsOf } from './domain/filter.js';
import { patched } from './domain/patch.js';
import { DELETE_ROLES_OF_GROUP } from './roles.sql.js';
import {
  bodyIn,
  isId,
  listOf,
  picked,
  requireId,
  type ScimGroupRow,
  toScimGroup,
  wants,
  windowOf,
} from './scim.mapper.js';
import {
  GET_SCIM_GROUP,
  GROUP_EXTERNAL_ID_TAKEN,
  GROUP_NAME_TAKEN,
  groupsPage,
  groupsTotal,
  INSERT_SCIM_GROUP,
  LOCK_GROUP_NAMES,
  LOCK_SCIM_GROUP,
  MEMBER_IDS,
  UPDATE_SCIM_GROUP,
} from './scim.sql.js';
import { ScimCaller } from './scim-caller.js';
import { ScimMembership } from './scim-membership.js';
import { requireVersion } from './versions.js';

interface Wanted {
  readonly name: string;
  readonly externalId: string | null;
  readonly memberIds: readonly string[];
}

/** A group of the directory is an organization of the tenant, made by it; those made by hand are not shown to it. */
@Injectable()
export class ScimGroupsService {
  constructor(
    private readonly caller: ScimCaller,
    private readonly membership: ScimMembership,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  list(ctx: RequestContext, request: ListScim): Promise<ScimGroupList> {
    return this.caller.run(ctx, request, async (tx) => {
      const conditions = conditionsOf('Group', request.filter);
      const { startIndex, count } = windowOf(request);
      const ids = [conditions.id, conditions.member].filter((id) => id !== undefined);
      if (!ids.every(isId)) return listOf(0, startIndex, []);
      const total = groupsTotal(conditions);
      const page = groupsPage(conditions, startIndex - 1, count, wants('members', request));
      const { total: found } = await tx.one<{ total: number }>(total.statement, [tx.tenantId, ...total.values]);
      const rows = await tx.query<ScimGroupRow>(page.statement, [tx.tenantId, ...page.values]);
      const groups = rows.map((row) => picked(toScimGroup(row, this.config.apiUrl), request));
      return listOf(found, startIndex, groups);
    });
  }

  get(ctx: RequestContext, request: GetScim): Promise<ScimGroup> {
    return this.caller.run(ctx, request, async (tx) => {
      const group = await this.read(tx, requireId(request.id), wants('members', request));
      return picked(group, request);
    });
  }

  create(ctx: RequestContext, request: CreateScim): Promise<ScimGroup> {
    return this.caller.run(ctx, request, async (tx) => {
      const wanted = wantedIn(known(attributesOf('Group'), bodyIn(request.resource)));
      const id = uuidv7();
      await this.requireFree(tx, id, wanted);
      await tx.query(ADD_TO_TREE, [tx.tenantId]);
      const values = [tx.tenantId, id, null, [], 'unit', wanted.name, null, tx.now, tx.actorId];
      const organization = await tx.one<OrganizationRow>(INSERT_ORGANIZATION, values);
      await tx.query(INSERT_SCIM_GROUP, [tx.tenantId, id, wanted.externalId, tx.now, tx.actorId]);
      tx.emit(organizationCreated, { id, version: organization.version, data: { parentId: null, kind: 'unit' } });
      publish(tx, organization, 'platform.organization.create');
      await this.membership.join(tx, id, wanted.memberIds);
      return this.read(tx, id);
    });
  }

  replace(ctx: RequestContext, request: ChangeScim): Promise<ScimGroup> {
    return this.change(ctx, request, () => known(attributesOf('Group'), bodyIn(request.resource)));
  }

  patch(ctx: RequestContext, request: ChangeScim): Promise<ScimGroup> {
    return this.change(ctx, request, (before) => patched('Group', before, bodyIn(request.resource)));
  }

  remove(ctx: RequestContext, request: DeleteScim): Promise<void> {
    return this.caller.run(ctx, request, async (tx) => {
      const { id, external_id: externalId, name } = await this.lock(tx, request);
      await this.membership.leave(tx, id, await this.memberIds(tx, id));
      await tx.query(DELETE_ROLES_OF_GROUP, [tx.tenantId, id]);
      await tx.query(UPDATE_SCIM_GROUP, [tx.tenantId, id, externalId, 'deleted', tx.now, tx.actorId]);
      const { active } = await tx.one<{ active: number }>(BELOW, [tx.tenantId, id, 0]);
      if (active > 0) throw new Refusal(ORGANIZATION_IN_USE, { details: { organizations: active } });
      await this.updateOrganization(tx, id, name, 'archived');
    });
  }

  private change(ctx: RequestContext, request: ChangeScim, wantedOf: (before: Values) => Values): Promise<ScimGroup> {
    return this.caller.run(ctx, request, async (tx) => {
      const before = await this.lock(tx, request);
      const { id } = before;
      const memberIds = await this.memberIds(tx, id);
      const document = {
        displayName: before.name,
        ...(before.external_id !== null && { externalId: before.external_id }),
        members: memberIds.map((value) => ({ value })),
      };
      const wanted = wantedIn(wantedOf(document));
      const [was, is] = [new Set(memberIds), new Set(wanted.memberIds)];
      const joining = wanted.memberIds.filter((member) => !was.has(member));
      const leaving = memberIds.filter((member) => !is.has(member));
      const renamed = wanted.name !== before.name;
      if (renamed || wanted.externalId !== before.external_id) await this.requireFree(tx, id, wanted);
      else if (joining.length + leaving.length === 0) return this.read(tx, id);
      await tx.query(UPDATE_SCIM_GROUP, [tx.tenantId, id, wanted.externalId, 'active', tx.now, tx.actorId]);
      tx.audit({
        action: 'platform.scim-group.update',
        entity: { type: 'organization', id },
        orgId: id,
        changes: { renamed, joining: joining.length, leaving: leaving.length },
      });
      if (renamed) await this.updateOrganization(tx, id, wanted.name);
      await this.membership.leave(tx, id, leaving);
      await this.membership.join(tx, id, joining);
      return this.read(tx, id);
    });
  }

  private async lock(tx: Tx, { id, ifMatch }: { id: string; ifMatch?: string }): Promise<ScimGroupRow> {
    const row = await tx.one<ScimGroupRow>(LOCK_SCIM_GROUP, [tx.tenantId, requireId(id)]);
    requireVersion(ifMatch, row.version);
    return row;
  }

  private async memberIds(tx: Tx, id: string): Promise<string[]> {
    const rows = await tx.query<{ user_id: string }>(MEMBER_IDS, [tx.tenantId, id]);
    return rows.map(({ user_id: userId }) => userId);
  }

  private async requireFree(tx: Tx, id: string, { name, externalId }: Wanted): Promise<void> {
    await tx.query(LOCK_GROUP_NAMES, [tx.tenantId]);
    const [named] = await tx.query(GROUP_NAME_TAKEN, [tx.tenantId, name, id]);
    const [known] = externalId === null ? [] : await tx.query(GROUP_EXTERNAL_ID_TAKEN, [tx.tenantId, externalId, id]);
    if (named || known) throw new Refusal(SCIM_UNIQUENESS);
  }

  private async updateOrganization(tx: Tx, id: string, name: string, status?: OrganizationStatus): Promise<void> {
    const before = await tx.one<OrganizationRow>(LOCK_ORGANIZATION, [tx.tenantId, id]);
    const values = [tx.tenantId, id, name, before.organization_number, status ?? before.status, tx.now, tx.actorId];
    const row = await tx.one<OrganizationRow>(UPDATE_ORGANIZATION, values);
    tx.emit(organizationUpdated, { id, version: row.version, data: { status: row.status } });
    publish(tx, row, 'platform.organization.update');
  }

  private async read(tx: Tx, id: string, members = true): Promise<ScimGroup> {
    return toScimGroup(await tx.one<ScimGroupRow>(GET_SCIM_GROUP, [tx.tenantId, id, members]), this.config.apiUrl);
  }
}

/** @throws Refusal SCIM_VALUE_INVALID */
function wantedIn(document: Values): Wanted {
  const {
    displayName,
    externalId,
    members = [],
  } = document as {
    displayName?: string;
    externalId?: string;
    members?: { value?: string }[];
  };
  if (displayName === undefined) throw new Refusal(SCIM_VALUE_INVALID, { detail: 'A group has a displayName.' });
  const memberIds = members.map(({ value }) => value);
  if (memberIds.includes(undefined)) throw new Refusal(SCIM_VALUE_INVALID, { detail: 'A member has a value.' });
  return {
    name: displayName,
    externalId: externalId ?? null,
    memberIds: [...new Set(memberIds as string[])].sort(),
  };
}

function publish(tx: Tx, row: OrganizationRow, action: string): void {
  const { id, version, name, status } = row;
  tx.state(organizationState, { id, version, data: toOrganizationState(tx.tenantId, row) });
  tx.audit({ action, entity: { type: 'organization', id }, orgId: id, changes: { name, status, by: 'scim' } });
}
