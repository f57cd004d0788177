import { Refusal, SERVICE_UNAVAILABLE } from '@kit/contracts';
import { type ConfigOf, LOGGER, type Logger, newTraceparent, RpcClient, SYSTEM_DATABASE, text } from '@kit/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { EVERY_REGION, readState, type TenantState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

const TIMEOUT_MS = 2_000;

/** What of the configuration says where this service runs. */
export const regionFields = {
  /** Empty: there is one region, and every tenant is in it. */
  region: text('DIGILIST_REGION', ''),
  /** On PLATFORM's stream of states, made for this region by the administrator's step. */
  stateDurable: text('DIGILIST_STATE_DURABLE', 'digilist_projections'),
} as const;
export type RegionSettings = ConfigOf<typeof regionFields>;
/** The regions whose tenants are here. */
export const regionsHeld = ({ region }: Pick<RegionSettings, 'region'>): readonly string[] => [region, EVERY_REGION];
export const REGION_SETTINGS = Symbol('region settings');

const MARK = 'UPDATE digilist.platform_tenants SET region = $2 WHERE id = $1 AND region <> $2';
/** Tenants that are elsewhere and have something here all the same. */
const STRAYED = `SELECT DISTINCT t.region FROM digilist.platform_tenants t
  WHERE NOT t.deleted AND t.region <> ALL ($1) AND EXISTS (SELECT FROM digilist.listings l WHERE l.tenant_id = t.id)`;

/** Which tenants this service and its database are for. */
@Injectable()
export class Region implements OnModuleInit {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(REGION_SETTINGS) private readonly settings: RegionSettings,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** One of several: what belongs to the others must not be kept here. */
  get isOneOfSeveral(): boolean {
    return this.settings.region !== '';
  }

  get held(): readonly string[] {
    return regionsHeld(this.settings);
  }

  get stateDurable(): string {
    return this.settings.stateDurable;
  }

  /** With another region's name, or another region's database, a service would take tenants for gone that are not. */
  async onModuleInit(): Promise<void> {
    if (!this.isOneOfSeveral) return;
    const strayed: { region: string }[] = await this.system.query(STRAYED, [this.held]);
    if (strayed.length === 0) return;
    const names = strayed.map(({ region }) => region).join(', ');
    throw new Error(
      `DIGILIST_REGION is ${this.settings.region}, but the database has listings of tenants in ${names}: ` +
        'give the service the database of its region, or the region of its database.',
    );
  }

  /**
   * Whether a tenant is here, as PLATFORM knows it at this moment: a copy may be older than a move. Of a tenant that
   * PLATFORM does not know nothing is kept.
   *
   * @throws Refusal SERVICE_UNAVAILABLE while PLATFORM cannot be asked
   */
  async holds(tenantId: string): Promise<boolean> {
    if (!this.isOneOfSeveral) return true;
    const region = await this.regionOf(tenantId);
    if (region === null) return false;
    if (this.held.includes(region)) return true;
    // Of one that was here the purge takes away what is left.
    await this.system.query(MARK, [tenantId, region]);
    return false;
  }

  private async regionOf(tenantId: string): Promise<string | null> {
    const caller = { requestId: uuidv7(), traceparent: newTraceparent(), deadline: Date.now() + TIMEOUT_MS };
    try {
      const { states } = await this.rpc.call(caller, readState, { aggregate: 'tenant', tenantId, ids: [tenantId] });
      return (states[0]?.data as TenantState | undefined)?.region ?? null;
    } catch (error) {
      this.log.warn({ err: error, tenantId }, 'PLATFORM cannot be asked in which region a tenant is');
      throw new Refusal(SERVICE_UNAVAILABLE, { retryAfter: 1 });
    }
  }
}
