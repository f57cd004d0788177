import { NOT_FOUND, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type DeleteEntitlement,
  type Entitlement,
  entitlementChanged,
  type GrantLayer,
  LIMIT_REQUIRED,
  type LimitOrigin,
  type Limits,
  METER_UNKNOWN,
  type MeterDefinition,
  MODULE_UNKNOWN,
  type OfLimit,
  type PutEntitlement,
  type PutLimitOverride,
  SUBSCRIPTION_NOT_LIVE,
  VALIDITY_INVALID,
} from '@platform/contracts';
import { INSERT_DELTA, INSERT_GRANT, REVOKE_DELTA, REVOKE_DELTAS_OF_GRANT, REVOKE_GRANT } from './deltas.sql.js';
import { entitle, limitsOf, productOf } from './entitle.js';
import { inTenant } from './in-tenant.js';
import { toEntitlement } from './licensing.mapper.js';
import {
  ACTIVE_ENTITLEMENT,
  CATALOGS,
  type CatalogRow,
  CURRENT_SUBSCRIPTIONS,
  type EntitlementRow,
  type SubscriptionRow,
} from './licensing.sql.js';
import { layersOf, originsOf } from './origins.js';

type Columns<Row> = Row & Record<string, unknown>;

/** Where one tenant departs from its plan, by the hand of the system's administrator: modules and limits. */
@Injectable()
export class DeltasService {
  constructor(private readonly work: UnitOfWork) {}

  putModule(ctx: RequestContext, request: PutEntitlement): Promise<Entitlement> {
    const { moduleKey, layer = 'grant', reason, limits = {} } = request;
    return inTenant(this.work, ctx, request.id, async (tx) => {
      const from = request.validFrom === undefined ? tx.now : new Date(request.validFrom);
      const until = request.validUntil ? new Date(request.validUntil) : null;
      if (until !== null && (until <= from || until <= tx.now)) throw new Refusal(VALIDITY_INVALID);
      await this.requireLimits(tx, moduleKey, limits);
      const meters = await this.revoke(tx, moduleKey, layer);
      const by = [tx.now, tx.actorId];
      const grant = await tx.one<{ id: string }>(INSERT_GRANT, [
        tx.tenantId,
        moduleKey,
        layer,
        reason,
        from,
        until,
        ...by,
      ]);
      for (const [meter, amount] of Object.entries(limits)) {
        await tx.query(INSERT_DELTA, [tx.tenantId, meter, layer, grant.id, amount, reason, from, until, ...by]);
        meters.push(meter);
      }
      await entitle(tx, meters);
      const [row] = await tx.query<Columns<EntitlementRow>>(ACTIVE_ENTITLEMENT, [tx.tenantId, moduleKey, tx.now]);
      // An add-on adds to something: without a subscription that lives it would give nothing.
      if (!row) throw new Refusal(SUBSCRIPTION_NOT_LIVE);
      this.record(tx, 'module', moduleKey, 'given', { reason, changes: { layer, limits } });
      const origins = (await originsOf(tx)).get(moduleKey) ?? [];
      return toEntitlement(row, origins, (await layersOf(tx)).get(moduleKey) ?? []);
    });
  }

  deleteModule(ctx: RequestContext, { id, moduleKey, layer = 'grant' }: DeleteEntitlement): Promise<void> {
    return inTenant(this.work, ctx, id, async (tx) => {
      const meters = await this.revoke(tx, moduleKey, layer, true);
      await entitle(tx, meters);
      this.record(tx, 'module', moduleKey, 'taken', { changes: { layer } });
    });
  }

  putLimit(ctx: RequestContext, { id, meter, value, reason, expiresAt }: PutLimitOverride): Promise<LimitOrigin> {
    return inTenant(this.work, ctx, id, async (tx) => {
      const until = expiresAt ? new Date(expiresAt) : null;
      if (until !== null && until <= tx.now) throw new Refusal(VALIDITY_INVALID);
      const [catalog] = await tx.query<CatalogRow>(CATALOGS, [[productOf(meter)]]);
      const definition = catalog?.meters.find(({ key }) => key === meter);
      if (!definition) throw new Refusal(METER_UNKNOWN);
      if (!(await limitsOf(tx)).has(meter)) throw new Refusal(NOT_FOUND);
      const by = [tx.now, tx.actorId];
      await tx.query(REVOKE_DELTA, [tx.tenantId, meter, 'override', ...by]);
      await tx.query(INSERT_DELTA, [tx.tenantId, meter, 'override', null, value, reason, tx.now, until, ...by]);
      await entitle(tx, [meter]);
      this.record(tx, 'limit', meter, 'given', { reason, changes: { value, expiresAt: expiresAt ?? null } });
      const origins = (await originsOf(tx)).get(definition.module) ?? [];
      return origins.find((origin) => origin.meter === meter) as LimitOrigin;
    });
  }

  deleteLimit(ctx: RequestContext, { id, meter }: OfLimit): Promise<void> {
    return inTenant(this.work, ctx, id, async (tx) => {
      await tx.one(REVOKE_DELTA, [tx.tenantId, meter, 'override', tx.now, tx.actorId]);
      await entitle(tx, [meter]);
      this.record(tx, 'limit', meter, 'taken', {});
    });
  }

  /** Ends the grant of a layer, if there is one, and answers the meters whose limits went with it. */
  private async revoke(tx: Tx, module: string, layer: GrantLayer, required = false): Promise<string[]> {
    const by = [tx.now, tx.actorId];
    const [former] = await tx.query<{ id: string }>(REVOKE_GRANT, [tx.tenantId, module, layer, ...by]);
    if (!former && required) throw new Refusal(NOT_FOUND);
    if (!former) return [];
    const rows = await tx.query<{ meter: string }>(REVOKE_DELTAS_OF_GRANT, [tx.tenantId, former.id, ...by]);
    return rows.map(({ meter }) => meter);
  }

  /** A limit left out would have to mean nothing or everything, and both surprise somebody. */
  private async requireLimits(tx: Tx, module: string, limits: Limits): Promise<void> {
    const [catalog] = await tx.query<CatalogRow>(CATALOGS, [[productOf(module)]]);
    if (!catalog?.modules?.some(({ key }) => key === module)) throw new Refusal(MODULE_UNKNOWN);
    const own: MeterDefinition[] = catalog.meters.filter((meter) => meter.module === module);
    const unknown = Object.keys(limits).filter((meter) => !own.some(({ key }) => key === meter));
    if (unknown.length > 0) throw new Refusal(METER_UNKNOWN, { details: { meters: unknown } });
    const errors = Object.entries(limits)
      .filter(([, amount]) => amount !== null && !(Number.isSafeInteger(amount) && amount >= 0))
      .map(([meter]) => ({
        path: `limits.${meter}`,
        code: 'format',
        message: `${meter} must be a whole number or null`,
      }));
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
    const values = [tx.tenantId, catalog.key];
    const [subscription] = await tx.query<Columns<SubscriptionRow>>(CURRENT_SUBSCRIPTIONS, values);
    const planned = subscription?.definition;
    const given = (key: string) =>
      limits[key] !== undefined || (planned?.modules.includes(module) && planned.limits[key] !== undefined);
    const missing = own.map(({ key }) => key).filter((key) => !given(key));
    if (missing.length > 0) throw new Refusal(LIMIT_REQUIRED, { details: { meters: missing } });
  }

  private record(
    tx: Tx,
    what: 'module' | 'limit',
    key: string,
    change: 'given' | 'taken',
    more: { reason?: string; changes?: Record<string, unknown> },
  ): void {
    tx.emit(entitlementChanged, { id: tx.tenantId, version: 1, data: { what, key, change } });
    tx.audit({
      action: `platform.entitlement.${change === 'given' ? 'put' : 'delete'}`,
      entity: { type: what, id: key },
      ...more,
    });
  }
}
