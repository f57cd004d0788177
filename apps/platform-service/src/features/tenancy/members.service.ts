import { Refusal } from '@kit/contracts';
import { type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type AddMember,
  MEMBER_USER_UNKNOWN,
  MEMBERSHIP_EXISTS,
  type Member,
  type MembershipInOrganization,
  memberAdded,
  membershipEnded,
  membershipState,
  ORGANIZATION_ARCHIVED,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { GrantsService } from '../access/index.js';
import { lockOrganization } from './organizations.service.js';
import { type MembershipRow, toMember, toMembershipState } from './tenancy.mapper.js';
import { ACTIVE_PERSON, END_MEMBERSHIP, INSERT_MEMBERSHIP, LOCK_MEMBERSHIP } from './tenancy.sql.js';

interface Person extends QueryResultRow {
  id: string;
  name: string;
  email: string;
}

@Injectable()
export class MembersService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly grants: GrantsService,
  ) {}

  add(ctx: RequestContext, request: AddMember): Promise<Member> {
    return this.work.run(ctx, async (tx) => {
      const organization = await lockOrganization(tx, request.id);
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

  /** The roles of an organization hang on belonging to it. */
  end(ctx: RequestContext, { id: orgId, membershipId }: MembershipInOrganization): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      await lockOrganization(tx, orgId);
      const { user_id: userId } = await tx.one<MembershipRow>(LOCK_MEMBERSHIP, [tx.tenantId, membershipId, orgId]);
      await this.grants.revokeIn(ctx, tx, userId, orgId);
      const row = await tx.one<MembershipRow>(END_MEMBERSHIP, [tx.tenantId, membershipId, tx.now, tx.actorId]);
      const { id, version } = row;
      tx.emit(membershipEnded, { id, version, data: { orgId, userId } });
      tx.state(membershipState, { id, version, data: toMembershipState(tx.tenantId, row) });
      tx.audit({
        action: 'platform.membership.end',
        entity: { type: 'membership', id },
        orgId,
        changes: { userId },
      });
    });
  }
}
