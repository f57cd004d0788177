import { FORBIDDEN, Refusal, STALE_VERSION, SYSTEM_TENANT_ID } from '@kit/contracts';
import { expectedVersion, originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  type CreatedTenant,
  type CreateTenant,
  type FirstAdministrator,
  REGION_FIXED,
  TENANT_SLUG_TAKEN,
  TENANT_STATUS_INVALID,
  type Tenant,
  TIMEZONE_UNKNOWN,
  tenantProvisioned,
  tenantState,
  tenantUpdated,
  type UpdateOwnTenant,
  type UpdateTenant,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { TENANT_ADMINISTRATOR } from '../../database/seeds/role-templates.js';
import { Regions } from '../../regions.js';
import { takeSeatFor } from '../../seats.js';
import { GrantsService, RolesService } from '../access/index.js';
import { allowedFirst, insertUser, Passwords } from '../identity/index.js';
import { SubscriptionsService } from '../licensing/index.js';
import { SettingsService } from '../settings/index.js';
import { isTimezone } from './domain/timezone.js';
import { InvitationsService } from './invitations/invitations.service.js';
import { type TenantRow, toTenant, toTenantState } from './tenancy.mapper.js';
import { EVER_LICENSED, INSERT_TENANT, LOCK_TENANT, SLUG_OF_ANOTHER, UPDATE_TENANT } from './tenancy.sql.js';

/** Tells the products of every row of a tenant; products know tenancy, so it is looked up when it is needed. */
export abstract class StatePublisher {
  abstract publish(tx: Tx): Promise<unknown>;
}

@Injectable()
export class TenantsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly roles: RolesService,
    private readonly grants: GrantsService,
    private readonly subscriptions: SubscriptionsService,
    private readonly settings: SettingsService,
    private readonly invitations: InvitationsService,
    private readonly regions: Regions,
    private readonly modules: ModuleRef,
  ) {}

  /** A tenant is there with all it needs, or not at all. */
  async create(ctx: RequestContext, request: CreateTenant): Promise<CreatedTenant> {
    requireTimezone(request.timezone);
    await allowedFirst(this.work, ctx, requireSystem);
    const region = this.regions.chosen(request.region);
    const { password, email, name } = request.administrator;
    const words = [request.slug, request.name, name, ...email.split('@')];
    const passwordHash = password === undefined ? null : await this.passwords.hash(password, { words });
    return this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      const tenantId = uuidv7();
      const serviceUserId = uuidv7();
      tx.audit({
        action: 'platform.tenant.create',
        entity: { type: 'tenant', id: tenantId },
        changes: { slug: request.slug },
      });
      return tx.within(originIn(tenantId, ctx, serviceUserId), (inside) =>
        this.provision(inside, { ...request, region }, passwordHash),
      );
    });
  }

  private async provision(
    tx: Tx,
    request: CreateTenant & { region: string },
    passwordHash: string | null,
  ): Promise<CreatedTenant> {
    const { slug, name, region, administrator, subscription, branding } = request;
    const { locale = 'nb', timezone = 'Europe/Oslo' } = request;
    const serviceUserId = tx.actorId;
    const values = [tx.tenantId, slug, name, region, locale, timezone, serviceUserId, tx.now];
    const [tenant] = await tx.query<TenantRow>(INSERT_TENANT, values);
    if (!tenant) throw new Refusal(TENANT_SLUG_TAKEN);
    tx.emit(tenantProvisioned, { id: tenant.id, version: tenant.version, data: { slug, region } });
    publishTenant(tx, tenant);
    tx.audit({ action: 'platform.tenant.create', entity: { type: 'tenant', id: tenant.id }, changes: { slug } });

    const service = { kind: 'service', email: `service@${slug}.invalid`, name } as const;
    await insertUser(tx, { ...service, id: serviceUserId, passwordHash: null });
    await this.roles.materialise(tx);
    if (subscription) await this.subscriptions.subscribe(tx, subscription);
    if (branding) await this.settings.setForTenant(tx, 'platform.branding', branding);
    const administratorId = await this.appoint(tx, administrator, passwordHash);
    return { ...toTenant(tenant), administratorId };
  }

  /** With a password the first administrator signs in at once; without one a mail lets them choose it. */
  private async appoint(tx: Tx, { email, name }: FirstAdministrator, passwordHash: string | null): Promise<string> {
    const { id } = await insertUser(tx, { kind: 'person', email, name, passwordHash });
    await takeSeatFor(tx, id);
    await this.grants.give(tx, { userId: id, roleKey: TENANT_ADMINISTRATOR, scope: 'tenant' });
    if (passwordHash === null) await this.invitations.invite(tx, { email });
    return id;
  }

  /** An administrator's own: what others know the tenant by (its slug) is the system's to change. */
  updateOwn(ctx: RequestContext, request: UpdateOwnTenant): Promise<Tenant> {
    requireTimezone(request.timezone);
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      return this.change(tx, request, expectedVersion(ctx));
    });
  }

  async update(ctx: RequestContext, { id, ...request }: UpdateTenant): Promise<Tenant> {
    requireTimezone(request.timezone);
    const { slug } = request;
    return this.work.run(ctx, async (tx) => {
      requireSystem(tx);
      if (slug !== undefined) await this.requireFree(slug, id);
      tx.audit({ action: 'platform.tenant.update', entity: { type: 'tenant', id }, changes: { ...request } });
      return tx.within(originIn(id, ctx), (inside) => this.change(inside, request, expectedVersion(ctx)));
    });
  }

  private async change(tx: Tx, request: Omit<UpdateTenant, 'id'>, version: number): Promise<Tenant> {
    const before = await tx.one<TenantRow>(LOCK_TENANT, [tx.tenantId]);
    if (before.version !== version) throw new Refusal(STALE_VERSION);
    if (before.status === 'purging' || before.status === 'purged') throw new Refusal(TENANT_STATUS_INVALID);
    const { name = before.name, locale = before.locale, timezone = before.timezone, slug = before.slug } = request;
    const { region = before.region } = request;
    const moves = region !== before.region;
    if (moves) await this.requireMovable(tx, region);
    const values = [tx.tenantId, name, locale, timezone, slug, tx.now, tx.actorId, region];
    const row = await tx.one<TenantRow>(UPDATE_TENANT, values);
    tx.emit(tenantUpdated, { id: row.id, version: row.version, data: { slug } });
    publishTenant(tx, row);
    // The products of its new region have let pass all that was said of it before.
    if (moves) await this.modules.get(StatePublisher, { strict: false }).publish(tx);
    const changes = { name, locale, timezone, slug, ...(moves && { region }) };
    tx.audit({ action: 'platform.tenant.update', entity: { type: 'tenant', id: row.id }, changes });
    return toTenant(row);
  }

  /** Whoever has data in a region stays: nobody carries it elsewhere. @throws Refusal REGION_UNKNOWN, REGION_FIXED */
  private async requireMovable(tx: Tx, region: string): Promise<void> {
    this.regions.chosen(region);
    const { licensed } = await tx.one<{ licensed: boolean }>(EVER_LICENSED, [tx.tenantId]);
    if (licensed || tx.tenantId === SYSTEM_TENANT_ID) throw new Refusal(REGION_FIXED);
  }

  /** The unique index has the last word; asked before, the answer is a clear one. */
  private async requireFree(slug: string, id: string): Promise<void> {
    const taken = await this.work.lookup((queryable) => queryable.query(SLUG_OF_ANOTHER, [slug, id]));
    if (taken.length > 0) throw new Refusal(TENANT_SLUG_TAKEN);
  }
}

export const publishTenant = (tx: Tx, row: TenantRow): void =>
  tx.state(tenantState, { id: row.id, version: row.version, data: toTenantState(row) });

function requireTimezone(timezone: string | undefined): void {
  if (timezone !== undefined && !isTimezone(timezone)) throw new Refusal(TIMEZONE_UNKNOWN);
}

/** What concerns all tenants is done from the system tenant, whatever patterns a tenant's own roles hold. */
export function requireSystem(tx: Tx): void {
  if (tx.tenantId !== SYSTEM_TENANT_ID || !tx.reach.tenant) throw new Refusal(FORBIDDEN);
}
