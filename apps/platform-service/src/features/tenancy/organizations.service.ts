import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type AddMember,
  type CreateOrganization,
  MEMBER_USER_UNKNOWN,
  MEMBERSHIP_EXISTS,
  type Member,
  memberAdded,
  membershipState,
  ORGANIZATION_ARCHIVED,
  ORGANIZATION_NUMBER_INVALID,
  ORGANIZATION_NUMBER_TAKEN,
  ORGANIZATION_PARENT_INVALID,
  type Organization,
  organizationCreated,
  organizationState,
  organizationUpdated,
  type UpdateOrganization,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { isOrganizationNumber } from './domain/organization-number.js';
import { ancestorsBelow } from './domain/place-in-tree.js';
import {
  type MembershipRow,
  type OrganizationRow,
  toMember,
  toMembershipState,
  toOrganization,
  toOrganizationState,
} from './tenancy.mapper.js';
import {
  ACTIVE_PERSON,
  INSERT_MEMBERSHIP,
  INSERT_ORGANIZATION,
  LOCK_ORGANIZATION,
  LOCK_PARENT,
  OTHER_WITH_NUMBER,
  UPDATE_ORGANIZATION,
} from './tenancy.sql.js';

interface Person extends QueryResultRow {
  id: string;
  name: string;
  email: string;
}

@Injectable()
export class OrganizationsService {
  constructor(private readonly work: UnitOfWork) {}

  create(ctx: RequestContext, request: CreateOrganization): Promise<Organization> {
    const { name, kind, parentId = null, organizationNumber = null } = request;
    requireNumber(organizationNumber);
    return this.work.run(ctx, async (tx) => {
      requireOrg(tx.reach, parentId);
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
      const before = await this.lock(tx, request.id);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { name = before.name, status = before.status } = request;
      const number = request.organizationNumber === undefined ? before.organization_number : request.organizationNumber;
      if (number !== null && status === 'active') await this.requireFree(tx, number, before.id);
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
      return toOrganization(row);
    });
  }

  addMember(ctx: RequestContext, request: AddMember): Promise<Member> {
    return this.work.run(ctx, async (tx) => {
      const organization = await this.lock(tx, request.id);
      if (organization.status !== 'active') throw new Refusal(ORGANIZATION_ARCHIVED);
      const [person] = await tx.query<Person>(ACTIVE_PERSON, [tx.tenantId, request.userId]);
      if (!person) throw new Refusal(MEMBER_USER_UNKNOWN);
      const values = [tx.tenantId, uuidv7(), person.id, organization.id, tx.now, tx.actorId];
      const [row] = await tx.query<MembershipRow>(INSERT_MEMBERSHIP, values);
      if (!row) throw new Refusal(MEMBERSHIP_EXISTS);
      const { id, version } = row;
      tx.emit(memberAdded, { id, version, data: { orgId: organization.id, userId: person.id } });
      tx.state(membershipState, { id, version, data: toMembershipState(tx.tenantId, row) });
      tx.audit({
        action: 'platform.membership.create',
        entity: { type: 'membership', id },
        orgId: organization.id,
        changes: { userId: person.id },
      });
      return toMember({ ...row, name: person.name, email: person.email });
    });
  }

  /** What the caller cannot reach is, for them, not there. */
  private async lock(tx: Tx, id: string): Promise<OrganizationRow> {
    const row = await tx.one<OrganizationRow>(LOCK_ORGANIZATION, [tx.tenantId, id]);
    if (!tx.reach.covers(row.id)) throw new Refusal(NOT_FOUND);
    return row;
  }

  private async ancestorsBelow(tx: Tx, parentId: string | null): Promise<string[]> {
    const [parent] = parentId === null ? [] : await tx.query<OrganizationRow>(LOCK_PARENT, [tx.tenantId, parentId]);
    if (parentId !== null && !parent)
      throw new Refusal(ORGANIZATION_PARENT_INVALID, { detail: 'There is no such parent.' });
    if (parent?.status === 'archived') throw new Refusal(ORGANIZATION_ARCHIVED);
    const ancestorIds = ancestorsBelow(parent ? { id: parent.id, ancestorIds: parent.ancestor_ids } : null);
    if (!ancestorIds) throw new Refusal(ORGANIZATION_PARENT_INVALID, { detail: 'The tree would become too deep.' });
    return ancestorIds;
  }

  private async requireFree(tx: Tx, number: string, id: string): Promise<void> {
    const taken = await tx.query(OTHER_WITH_NUMBER, [tx.tenantId, number, id]);
    if (taken.length > 0) throw new Refusal(ORGANIZATION_NUMBER_TAKEN);
  }
}

function requireNumber(organizationNumber: string | null): void {
  if (organizationNumber !== null && !isOrganizationNumber(organizationNumber)) {
    throw new Refusal(ORGANIZATION_NUMBER_INVALID);
  }
}

const publish = (tx: Tx, row: OrganizationRow): void =>
  tx.state(organizationState, { id: row.id, version: row.version, data: toOrganizationState(tx.tenantId, row) });
