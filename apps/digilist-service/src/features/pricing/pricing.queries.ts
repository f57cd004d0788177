import type { ListingId, PricingGroup, PricingGroupList, PricingRule, PricingRules } from '@digilist/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireListing } from '../listings/index.js';
import { LIST_PRICING_GROUPS, LIST_PRICING_RULES } from './pricing.sql.js';

@Injectable()
export class PricingQueries {
  constructor(private readonly work: UnitOfWork) {}

  groups(ctx: RequestContext): Promise<PricingGroupList> {
    return this.work.run(ctx, async (tx) => ({
      data: await tx.query<PricingGroup & Record<string, unknown>>(LIST_PRICING_GROUPS, [tx.tenantId]),
    }));
  }

  rules(ctx: RequestContext, { id }: ListingId): Promise<PricingRules> {
    return this.work.run(ctx, async (tx) => readPricingRules(tx, await requireListing(tx, id)));
  }
}

export async function readPricingRules(
  tx: Tx,
  { id, orgId, version }: { id: string; orgId: string; version: number },
): Promise<PricingRules> {
  const rows = await tx.query<{ rule: PricingRule }>(LIST_PRICING_RULES, [tx.tenantId, orgId, id]);
  return { rules: rows.map(({ rule }) => rule), version };
}
