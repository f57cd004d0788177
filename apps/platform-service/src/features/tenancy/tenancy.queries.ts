import { NOT_FOUND, Refusal } from '@kit/contracts';
import { originIn, pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type {
  ListMembers,
  ListMemberships,
  ListOrganizations,
  ListTenants,
  LocateTenant,
  MemberPage,
  MembershipPage,
  Organization,
  OrganizationPage,
  Tenant,
  TenantId,
  TenantLocation,
  TenantPage,
} from '@platform/contracts';
import { Regions } from '../../regions.js';
import {
  type MembershipRow,
  type OrganizationRow,
  type TenantRow,
  toMember,
  toMembership,
  toOrganization,
  toTenant,
} from './tenancy.mapper.js';
import {
  GET_ORGANIZATION,
  GET_TENANT,
  LIST_MEMBERS,
  LIST_MEMBERSHIPS,
  LIST_ORGANIZATIONS,
  LIST_TENANTS,
} from './tenancy.sql.js';
import { requireSystem } from './tenants.service.js';

/** Reads of tenancy, straight to what the contracts promise. */
@Injectable()
export class TenancyQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly regions: Regions,
  ) {}

  ownTenant(ctx: RequestContext): Promise<Tenant> {
    return this.work.run(ctx, async (tx) => toTenant(await tx.one<TenantRow>(GET_TENANT, [tx.tenantId])));
  }

  async tenants(ctx: RequestContext, page: ListTenants): Promise<TenantPage> {
    const { keys, fetch } = pageStart(page, ['uuid']);
    await this.work.run(ctx, async (tx) => requireSystem(tx));
    const values = [keys?.[0] ?? null, fetch, page.status ?? null, page.slug ?? null];
    const rows = await this.work.lookup((queryable) => queryable.query<TenantRow>(LIST_TENANTS, values));
    return pageOfRows(page, rows, (row) => [row.id], toTenant);
  }

  async tenant(ctx: RequestContext, { id }: TenantId): Promise<Tenant> {
    await this.work.run(ctx, async (tx) => requireSystem(tx));
    return this.work.runAs(originIn(id, ctx), async (tx) => toTenant(await tx.one<TenantRow>(GET_TENANT, [id])));
  }

  async location(request: LocateTenant): Promise<TenantLocation> {
    const location = await this.regions.locate(request);
    if (!location) throw new Refusal(NOT_FOUND);
    return location;
  }

  memberships(ctx: RequestContext, request: ListMemberships): Promise<MembershipPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const everything = tx.reach.tenant || (tx.reach.own && request.id === tx.actorId);
      const values = [tx.tenantId, request.id, everything, tx.reach.orgIds, keys?.[0] ?? null, fetch];
      const rows = await tx.query<MembershipRow & { org_name: string }>(LIST_MEMBERSHIPS, values);
      return pageOfRows(request, rows, (row) => [row.id], toMembership);
    });
  }

  organization(ctx: RequestContext, id: string): Promise<Organization> {
    return this.work.run(ctx, async (tx) => toOrganization(await organizationInReach(tx, id)));
  }

  organizations(ctx: RequestContext, request: ListOrganizations): Promise<OrganizationPage> {
    const { keys, fetch } = pageStart(request, ['text', 'uuid']);
    const [name = null, id = null] = keys ?? [];
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<OrganizationRow>(LIST_ORGANIZATIONS, [
        tx.tenantId,
        tx.reach.tenant,
        tx.reach.orgIds,
        request.kind ?? null,
        request.parentId ?? null,
        name,
        id,
        fetch,
        request.status ?? null,
        request.organizationNumber ?? null,
      ]);
      return pageOfRows(request, rows, (row) => [row.name, row.id], toOrganization);
    });
  }

  members(ctx: RequestContext, request: ListMembers): Promise<MemberPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const { id } = await organizationInReach(tx, request.id);
      type MemberRow = MembershipRow & { name: string; email: string };
      const rows = await tx.query<MemberRow>(LIST_MEMBERS, [
        tx.tenantId,
        id,
        keys?.[0] ?? null,
        fetch,
        request.status ?? null,
        request.userId ?? null,
      ]);
      return pageOfRows(request, rows, (row) => [row.id], toMember);
    });
  }
}

async function organizationInReach(tx: Tx, id: string): Promise<OrganizationRow> {
  const [row] = await tx.query<OrganizationRow>(GET_ORGANIZATION, [tx.tenantId, tx.reach.tenant, tx.reach.orgIds, id]);
  if (!row) throw new Refusal(NOT_FOUND);
  return row;
}
