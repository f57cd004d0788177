import type { PageQuery } from '@kit/contracts';
import { Refusal, SYSTEM_TENANT_ID, VALIDATION_FAILED } from '@kit/contracts';
import {
  fingerprintOf,
  originIn,
  pageOfRows,
  pageStart,
  Relay,
  type RequestContext,
  SYSTEM_DATABASE,
  type Tx,
  UnitOfWork,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  MANIFEST_CONFLICT,
  PLAN_VERSION_IMMUTABLE,
  PRODUCT_MISMATCH,
  type ProductManifest,
  type ProductPage,
  type RegisteredProduct,
} from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { inSystemTransaction } from '../../database/system-transaction.js';
import { RolesService } from '../access/index.js';
import { AuditFeed } from '../compliance/index.js';
import { privacyProblems, putConsentPurposes } from '../compliance/privacy/index.js';
import { EventFeed } from '../integrations/index.js';
import { manifestProblems } from './domain/manifest.js';
import {
  CHANGED_PLANS,
  EXTEND_TEMPLATES,
  LIST_PRODUCTS,
  LOCK_PRODUCTS,
  PRODUCT_DIGEST,
  type ProductRow,
  PUT_PERMISSIONS,
  PUT_PLANS,
  PUT_PRODUCT,
  PUT_TEMPLATES,
  SYSTEM_TEMPLATES,
  TEMPLATES_OF_OTHERS,
} from './products.sql.js';

@Injectable()
export class ProductsService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    private readonly relay: Relay,
    private readonly roles: RolesService,
    private readonly feed: AuditFeed,
    private readonly events: EventFeed,
  ) {}

  /** Takes over what a product says of itself. The same manifest again changes nothing, but finishes what was left undone. */
  async register(ctx: RequestContext, manifest: ProductManifest): Promise<RegisteredProduct> {
    const { principal } = ctx;
    if (principal.kind !== 'product' || principal.key !== manifest.key) throw new Refusal(PRODUCT_MISMATCH);
    const registered = await inSystemTransaction(this.system, originIn(SYSTEM_TENANT_ID, ctx), (tx) =>
      this.put(tx, manifest),
    );
    if (registered.changed) this.relay.wakeAfterCommit();
    await this.roles.materialiseEverywhere();
    if (manifest.auditStream) this.feed.follow(manifest.key, manifest.auditStream);
    if (manifest.eventStream) this.events.follow(manifest.key, manifest.eventStream);
    return registered;
  }

  list(ctx: RequestContext, query: PageQuery): Promise<ProductPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<ProductRow>(LIST_PRODUCTS, [keys?.[0] ?? null, fetch]);
      return pageOfRows(
        query,
        rows,
        ({ key }) => [key],
        ({ key, name, version, manifest, created_at }) => ({
          key,
          name,
          version,
          modules: manifest.modules,
          meters: manifest.meters,
          eventTypes: manifest.eventTypes,
          registeredAt: created_at.toISOString(),
        }),
      );
    });
  }

  private async put(tx: Tx, manifest: ProductManifest): Promise<RegisteredProduct> {
    const { key, name, auditStream } = manifest;
    await tx.query(LOCK_PRODUCTS);
    const digest = fingerprintOf(manifest);
    const [known] = await tx.query<{ manifest_digest: string; version: number }>(PRODUCT_DIGEST, [key]);
    if (known && known.manifest_digest === digest) return { key, version: known.version, changed: false };

    // Compiles the schemas of a hundred facts, during which nobody is answered: not each time that a process starts.
    const errors = [...manifestProblems(manifest), ...privacyProblems(manifest)];
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
    const plans = manifest.planTemplates.map(({ modules, limits, settings, graceDays, ...plan }) => ({
      ...plan,
      definition: { modules, limits, ...(settings && { settings }), ...(graceDays !== undefined && { graceDays }) },
    }));
    await this.requireFree(tx, manifest);
    await this.requireUnchanged(tx, key, plans);
    const stream = auditStream?.stream ?? null;
    const { version } = await tx.one<{ version: number }>(PUT_PRODUCT, [key, name, json(manifest), digest, stream]);
    await tx.query(PUT_PERMISSIONS, [key, json(manifest.permissions)]);
    await tx.query(PUT_TEMPLATES, [key, json(manifest.roleTemplates)]);
    await tx.query(EXTEND_TEMPLATES, [key, json(manifest.roleExtensions ?? [])]);
    await tx.query(PUT_PLANS, [key, json(plans)]);
    await putConsentPurposes(tx, manifest);
    tx.audit({
      action: 'platform.product.register',
      entity: { type: 'product', id: key },
      changes: { version, digest },
    });
    return { key, version, changed: true };
  }

  private async requireFree(tx: Tx, { key, roleTemplates, roleExtensions = [] }: ProductManifest): Promise<void> {
    const templates = roleTemplates.map((template) => template.key);
    const taken = await tx.query<{ key: string }>(TEMPLATES_OF_OTHERS, [key, templates]);
    if (taken.length > 0)
      throw new Refusal(MANIFEST_CONFLICT, { details: { roleTemplates: taken.map((row) => row.key) } });
    const extended = roleExtensions.map((extension) => extension.key);
    const known = await tx.query<{ key: string }>(SYSTEM_TEMPLATES, [extended]);
    const errors = extended.flatMap((template, at) =>
      known.some((row) => row.key === template)
        ? []
        : [{ path: `roleExtensions.${at}.key`, code: 'unknown', message: `${template} is no template of PLATFORM` }],
    );
    if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
  }

  private async requireUnchanged(tx: Tx, key: string, plans: object[]): Promise<void> {
    const changed = await tx.query<{ key: string; plan_version: number }>(CHANGED_PLANS, [key, json(plans)]);
    if (changed.length === 0) return;
    const names = changed.map((plan) => `${plan.key} version ${plan.plan_version}`);
    throw new Refusal(PLAN_VERSION_IMMUTABLE, { details: { plans: names } });
  }
}

/** jsonb parameters are given as text: the driver would write a list as an array of PostgreSQL. */
const json = (value: unknown): string => JSON.stringify(value);
