import { FORBIDDEN, Refusal, SYSTEM_TENANT_ID } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreatedTenant,
  type CreateTenant,
  TENANT_SLUG_TAKEN,
  TIMEZONE_UNKNOWN,
  tenantProvisioned,
  tenantState,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { TENANT_ADMINISTRATOR } from '../../database/seeds/role-templates.js';
import { GrantsService, RolesService } from '../access/index.js';
import { allowedFirst, insertUser, Passwords } from '../identity/index.js';
import { SubscriptionsService } from '../licensing/index.js';
import { isTimezone } from './domain/timezone.js';
import { type TenantRow, toTenant, toTenantState } from './tenancy.mapper.js';
import { INSERT_TENANT } from './tenancy.sql.js';

const DEFAULT_REGION = 'no';

@Injectable()
export class TenantsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly roles: RolesService,
    private readonly grants: GrantsService,
    private readonly subscriptions: SubscriptionsService,
  ) {}

  /** A tenant is there with all it needs, or not at all. */
  async create(ctx: RequestContext, request: CreateTenant): Promise<CreatedTenant> {
    if (request.timezone !== undefined && !isTimezone(request.timezone)) throw new Refusal(TIMEZONE_UNKNOWN);
    await allowedFirst(this.work, ctx, requireSystem);
    const passwordHash = await this.passwords.hash(request.administrator.password);
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
        this.provision(inside, request, passwordHash),
      );
    });
  }

  private async provision(tx: Tx, request: CreateTenant, passwordHash: string): Promise<CreatedTenant> {
    const { slug, name, administrator, subscription } = request;
    const { region = DEFAULT_REGION, locale = 'nb', timezone = 'Europe/Oslo' } = request;
    const serviceUserId = tx.actorId;
    const values = [tx.tenantId, slug, name, region, locale, timezone, serviceUserId, tx.now];
    const [tenant] = await tx.query<TenantRow>(INSERT_TENANT, values);
    if (!tenant) throw new Refusal(TENANT_SLUG_TAKEN);
    tx.emit(tenantProvisioned, { id: tenant.id, version: tenant.version, data: { slug, region } });
    tx.state(tenantState, { id: tenant.id, version: tenant.version, data: toTenantState(tenant) });
    tx.audit({ action: 'platform.tenant.create', entity: { type: 'tenant', id: tenant.id }, changes: { slug } });

    const service = { kind: 'service', email: `service@${slug}.invalid`, name } as const;
    await insertUser(tx, { ...service, id: serviceUserId, passwordHash: null });
    await this.roles.materialise(tx);
    const { email, name: personName } = administrator;
    const person = await insertUser(tx, { kind: 'person', email, name: personName, passwordHash });
    await this.grants.give(tx, { userId: person.id, roleKey: TENANT_ADMINISTRATOR, scope: 'tenant' });
    if (subscription) await this.subscriptions.subscribe(tx, subscription);
    return { ...toTenant(tenant), administratorId: person.id };
  }
}

/** What concerns all tenants is done from the system tenant, whatever patterns a tenant's own roles hold. */
export function requireSystem(tx: Tx): void {
  if (tx.tenantId !== SYSTEM_TENANT_ID || !tx.reach.tenant) throw new Refusal(FORBIDDEN);
}
