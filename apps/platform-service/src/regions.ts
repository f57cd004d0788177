import { Refusal } from '@kit/contracts';
import { type RequestContext, SYSTEM_DATABASE, statement, type Tx, UnitOfWork, UnreadableMessage } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  EVERY_REGION,
  type LocateTenant,
  REGION_MISMATCH,
  REGION_UNKNOWN,
  type ReadState,
  readState,
  type TenantKey,
  type TenantLocation,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { CONFIG, type PlatformConfig } from './config.js';

const CENTRAL = 'platform';
/** What tenants are given where nobody has named regions. */
const ONLY_REGION = 'no';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const OWN_REGION = statement('regions-own', 'SELECT region FROM platform.tenants WHERE tenant_id = $1');
const REGION_OF = 'SELECT region FROM platform.tenants WHERE id = $1';

/** Across tenants, as the lookup role. PostgreSQL finds an id without its tenant by a probe per tenant (skip scan). */
const LOCATE: Record<TenantKey, ReturnType<typeof statement>> = {
  id: statement('regions-by-id', 'SELECT id, region FROM platform.tenants WHERE id = $1::uuid'),
  slug: statement('regions-by-slug', 'SELECT id, region FROM platform.tenants WHERE slug = $1'),
  integration: statement(
    'regions-by-integration',
    `SELECT t.id, t.region FROM platform.integration_configs i JOIN platform.tenants t ON t.id = i.tenant_id
     WHERE i.id = $1::uuid`,
  ),
};

/** A stream of a product in one of its regions. */
export interface RegionalDurable {
  /** null: there is one region. */
  readonly region: string | null;
  readonly durable: string;
}

/**
 * Which regions there are and which tenant is in which. PLATFORM is one for all of them; a product runs in each. Home,
 * the first, is what there was before there were others: its accounts and durables have no region in their names.
 */
@Injectable()
export class Regions {
  private readonly names: readonly string[];

  constructor(
    @Inject(CONFIG) { regions }: PlatformConfig,
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
  ) {
    this.names = regions;
  }

  /** The region of a new tenant. @throws Refusal REGION_UNKNOWN */
  chosen(region: string | undefined): string {
    if (this.names.length === 0) return region ?? ONLY_REGION;
    const chosen = region ?? (this.names[0] as string);
    if (!this.names.includes(chosen)) throw new Refusal(REGION_UNKNOWN, { details: { regions: [...this.names] } });
    return chosen;
  }

  async locate({ by, key }: LocateTenant): Promise<TenantLocation | null> {
    if (by !== 'slug' && !UUID.test(key)) return null;
    const [found] = await this.work.lookup((queryable) =>
      queryable.query<{ id: string; region: string }>(LOCATE[by], [key]),
    );
    return found ? { tenantId: found.id, region: found.region } : null;
  }

  /** Every region keeps a durable for PLATFORM on its own stream; those away from home end in their region. */
  durablesOf(product: string, durable: string): RegionalDurable[] {
    const [home = null, ...others] = this.names;
    if (product === CENTRAL || others.length === 0) return [{ region: null, durable }];
    const away = others.map((region) => ({ region, durable: `${durable}_${region.replaceAll('-', '_')}` }));
    return [{ region: home, durable }, ...away];
  }

  /** What a region says of a tenant of another is no word of anybody's. @throws UnreadableMessage */
  async requireOwn(tx: Tx, { region }: RegionalDurable): Promise<void> {
    if (region === null) return;
    const [tenant] = await tx.query<{ region: string }>(OWN_REGION, [tx.tenantId]);
    if (!tenant || tenant.region === EVERY_REGION || tenant.region === region) return;
    throw new UnreadableMessage(`${region} speaks of a tenant in ${tenant.region}`);
  }

  /** A product asks about the tenants of the region it runs in. @throws Refusal REGION_MISMATCH */
  async admitInternal({ principal, operation, request }: RequestContext): Promise<void> {
    if (this.names.length < 2 || principal.kind !== 'product') return;
    const { tenantId } = request as { tenantId?: string };
    if (tenantId === undefined || asksWhere(operation.id, request)) return;
    const [tenant]: { region: string }[] = await this.system.query(REGION_OF, [tenantId]);
    const region = principal.region ?? this.names[0];
    if (!tenant || tenant.region === EVERY_REGION || tenant.region === region) return;
    throw new Refusal(REGION_MISMATCH);
  }
}

/** Each region hears of every tenant's states, and asks whose they are: that much is no secret between them. */
const asksWhere = (operationId: string, request: unknown): boolean =>
  operationId === readState.id && (request as ReadState).aggregate === 'tenant';
