import { type RequestContext, statement, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { ProcessingActivities, ProcessingActivity, ProductManifest } from '@platform/contracts';
import { PLATFORM_ACTIVITIES } from './personal-data.js';

const MANIFESTS = statement(
  'privacy-manifests',
  "SELECT key, manifest FROM platform.products WHERE status = 'active' ORDER BY key",
);
const CONTROLLER = statement('privacy-controller', 'SELECT name FROM platform.tenants WHERE tenant_id = $1');

/** The record of processing (article 30): nobody writes it, the manifests say it. */
@Injectable()
export class ProcessingActivitiesQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext): Promise<ProcessingActivities> {
    const { locale } = ctx;
    return this.work.run(ctx, async (tx) => {
      const { name } = await tx.one<{ name: string }>(CONTROLLER, [tx.tenantId]);
      const manifests = await tx.query<{ key: string; manifest: ProductManifest }>(MANIFESTS);
      const own = PLATFORM_ACTIVITIES.map((each) => ({ product: 'platform', ...each }));
      const theirs = manifests.flatMap(({ key: product, manifest }) =>
        (manifest.personalData ?? []).map((each) => ({ product, ...each })),
      );
      const data: ProcessingActivity[] = [...own, ...theirs].map(({ key, product, title, legalBasis, retention }) => ({
        key,
        product,
        kind: 'personal_data',
        title: title[locale],
        legalBasis,
        retention,
      }));
      for (const { key: product, manifest } of manifests) {
        const newest = new Map((manifest.consentPurposes ?? []).map((purpose) => [purpose.key, purpose]));
        for (const { key, title } of newest.values())
          data.push({
            key,
            product,
            kind: 'consent',
            title: title[locale],
            legalBasis: 'consent',
            retention: 'until withdrawn',
          });
      }
      return { controller: name, data };
    });
  }
}
