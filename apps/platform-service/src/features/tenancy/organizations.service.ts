import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreateOrganization,
  ORGANIZATION_ARCHIVED,
  ORGANIZATION_IN_USE,
  ORGANIZATION_NUMBER_INVALID,
  ORGANIZATION_NUMBER_TAKEN,
  ORGANIZATION_PARENT_INVALID,
  type Organization,
  type OrganizationStatus,
  organizationCreated,
  organizationMoved,
  organizationState,
  organizationUpdated,
  type UpdateOrganization,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { isOrganizationNumber } from './domain/organization-number.js';
import { ancestorsAfterMove, ancestorsBelow, type Parent } from './domain/place-in-tree.js';
import { type OrganizationRow, toOrganization, toOrganizationState } from './tenancy.mapper.js';
import {
  ADD_TO_TREE,
  BELOW,
  INSERT_ORGANIZATION,
  LOCK_ORGANIZATION,
  LOCK_PARENT,
  MOVE_SUBTREE,
  OTHER_WITH_NUMBER,
  REARRANGE_TREE,
  UPDATE_ORGANIZATION,
} from './tenancy.sql.js';

@Injectable()
export class OrganizationsService {
  constructor(private readonly work: UnitOfWork) {}

  create(ctx: RequestContext, request: CreateOrganization): Promise<Organization> {
    const { name, kind, parentId = null, organizationNumber = null } = request;
    requireNumber(organizationNumber);
    return this.work.run(ctx, async (tx) => {
      requireOrg(tx.reach, parentId);
      await tx.query(ADD_TO_TREE, [tx.tenantId]);
      const ancestorIds = await this.ancestorsBelow(tx, parentId);
      const [row] = await tx.query<OrganizationRow>(INSERT_ORGANIZATION, [
        tx.tenantId,
        uuidv7(),
        parentId,
        ancestorIds,
        kind,
        name,
        organizationNumber,
        tx.now,
        tx.actorId,
      ]);
      if (!row) throw new Refusal(ORGANIZATION_NUMBER_TAKEN);
      tx.emit(organizationCreated, { id: row.id, version: row.version, data: { parentId, kind } });
      publish(tx, row);
      tx.audit({
        action: 'platform.organization.create',
        entity: { type: 'organization', id: row.id },
        orgId: row.id,
        changes: { parentId, kind, name },
      });
      return toOrganization(row);
    });
  }

  update(ctx: RequestContext, request: UpdateOrganization): Promise<Organization> {
    requireNumber(request.organizationNumber ?? null);
    return this.work.run(ctx, async (tx) => {
      if (request.parentId !== undefined) await tx.query(REARRANGE_TREE, [tx.tenantId]);
      const before = await lockOrganization(tx, request.id);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { name = before.name, status = before.status } = request;
      const number = request.organizationNumber === undefined ? before.organization_number : request.organizationNumber;
      if (number !== null && status === 'active') await this.requireFree(tx, number, before.id);
      if (status !== before.status) await this.requireStatusPossible(tx, before, status);
      const values = [tx.tenantId, before.id, name, number, status, tx.now, tx.actorId];
      const row = await tx.one<OrganizationRow>(UPDATE_ORGANIZATION, values);
      tx.emit(organizationUpdated, { id: row.id, version: row.version, data: { status } });
      publish(tx, row);
      tx.audit({
        action: 'platform.organization.update',
        entity: { type: 'organization', id: row.id },
        orgId: row.id,
        changes: { name, organizationNumber: number, status },
      });
      const { parentId } = request;
      const moves = parentId !== undefined && parentId !== row.parent_id;
      return toOrganization(moves ? await this.move(tx, row, parentId) : row);
    });
  }

  /** Takes all that lies below along. Nobody else rearranges the tree meanwhile, so two moves never make a circle. */
  private async move(tx: Tx, moving: OrganizationRow, parentId: string | null): Promise<OrganizationRow> {
    requireOrg(tx.reach, parentId);
    const parent = await this.parentOf(tx, parentId);
    const depth = moving.ancestor_ids.length;
    const { levels } = await tx.one<{ levels: number }>(BELOW, [tx.tenantId, moving.id, depth]);
    const ancestorIds = ancestorsAfterMove(
      { id: moving.id, ancestorIds: moving.ancestor_ids, levelsBelow: levels },
      parent,
    );
    if (!ancestorIds) {
      throw new Refusal(ORGANIZATION_PARENT_INVALID, { detail: 'It would lie below itself, or too deep.' });
    }
    const values = [tx.tenantId, moving.id, parentId, ancestorIds, depth, tx.now, tx.actorId];
    const moved = await tx.query<OrganizationRow>(MOVE_SUBTREE, values);
    for (const row of moved) publish(tx, row);
    const row = moved.find(({ id }) => id === moving.id) as OrganizationRow;
    const change = { from: moving.parent_id, to: parentId };
    tx.emit(organizationMoved, { id: row.id, version: row.version, data: change });
    tx.audit({
      action: 'platform.organization.move',
      entity: { type: 'organization', id: row.id },
      orgId: row.id,
      changes: { ...change, organizations: moved.length },
    });
    return row;
  }

  /** What lies below an organization never is more alive than it. */
  private async requireStatusPossible(tx: Tx, before: OrganizationRow, status: OrganizationStatus): Promise<void> {
    if (status === 'active') {
      await this.parentOf(tx, before.parent_id);
      return;
    }
    const { active } = await tx.one<{ active: number }>(BELOW, [tx.tenantId, before.id, before.ancestor_ids.length]);
    if (active > 0) throw new Refusal(ORGANIZATION_IN_USE, { details: { organizations: active } });
  }

  private async ancestorsBelow(tx: Tx, parentId: string | null): Promise<string[]> {
    const ancestorIds = ancestorsBelow(await this.parentOf(tx, parentId));
    if (!ancestorIds) throw new Refusal(ORGANIZATION_PARENT_INVALID, { detail: 'The tree would become too deep.' });
    return ancestorIds;
  }

  private async parentOf(tx: Tx, parentId: string | null): Promise<Parent | null> {
    if (parentId === null) return null;
    const [parent] = await tx.query<OrganizationRow>(LOCK_PARENT, [tx.tenantId, parentId]);
    if (!parent) throw new Refusal(ORGANIZATION_PARENT_INVALID, { detail: 'There is no such parent.' });
    if (parent.status === 'archived') throw new Refusal(ORGANIZATION_ARCHIVED);
    return { id: parent.id, ancestorIds: parent.ancestor_ids };
  }

  private async requireFree(tx: Tx, number: string, id: string): Promise<void> {
    const taken = await tx.query(OTHER_WITH_NUMBER, [tx.tenantId, number, id]);
    if (taken.length > 0) throw new Refusal(ORGANIZATION_NUMBER_TAKEN);
  }
}

/** What the caller cannot reach is, for them, not there. @throws Refusal NOT_FOUND */
export async function lockOrganization(tx: Tx, id: string): Promise<OrganizationRow> {
  const row = await tx.one<OrganizationRow>(LOCK_ORGANIZATION, [tx.tenantId, id]);
  if (!tx.reach.covers(row.id)) throw new Refusal(NOT_FOUND);
  return row;
}

function requireNumber(organizationNumber: string | null): void {
  if (organizationNumber !== null && !isOrganizationNumber(organizationNumber)) {
    throw new Refusal(ORGANIZATION_NUMBER_INVALID);
  }
}

const publish = (tx: Tx, row: OrganizationRow): void =>
  tx.state(organizationState, { id: row.id, version: row.version, data: toOrganizationState(tx.tenantId, row) });
