import type {
  ActorPrice,
  ActorPricing,
  ListingId,
  ListPricingRuleHistory,
  PricingRule,
  PricingRuleHistory,
  PricingRules,
  PricingRuleVersion,
} from '@digilist/contracts';
import { pageOfRows, pageStart, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireListing } from '../listings/index.js';
import { LIST_ACTOR_PRICES, LIST_PRICING_RULES, LIST_RULE_VERSIONS } from './pricing.sql.js';

/** The listing whose prices are meant, at its version. */
type OfListing = Readonly<Record<'id' | 'orgId', string> & Record<'version', number>>;

@Injectable()
export class PricingQueries {
  constructor(private readonly work: UnitOfWork) {}

  rules(ctx: RequestContext, { id }: ListingId): Promise<PricingRules> {
    return this.work.run(ctx, async (tx) => readPricingRules(tx, await requireListing(tx, id)));
  }

  actorPrices(ctx: RequestContext, { id }: ListingId): Promise<ActorPricing> {
    return this.work.run(ctx, async (tx) => readActorPrices(tx, await requireListing(tx, id)));
  }

  history(ctx: RequestContext, query: ListPricingRuleHistory): Promise<PricingRuleHistory> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const { id, orgId } = await requireListing(tx, query.id);
      requireOrg(tx.reach, orgId);
      const rows = await tx.query<{ versionId: string; rule: PricingRuleVersion }>(LIST_RULE_VERSIONS, [
        tx.tenantId,
        orgId,
        id,
        keys?.[0] ?? null,
        fetch,
      ]);
      return pageOfRows(
        query,
        rows,
        ({ versionId }) => [versionId],
        ({ rule }) => rule,
      );
    });
  }
}

export async function readPricingRules(tx: Tx, { id, orgId, version }: OfListing): Promise<PricingRules> {
  const rows = await tx.query<{ rule: PricingRule }>(LIST_PRICING_RULES, [tx.tenantId, orgId, id]);
  return { rules: rows.map(({ rule }) => rule), version };
}

export async function readActorPrices(tx: Tx, { id, orgId, version }: OfListing): Promise<ActorPricing> {
  const rows = await tx.query<{ price: ActorPrice }>(LIST_ACTOR_PRICES, [tx.tenantId, orgId, id]);
  return { prices: rows.map(({ price }) => price), version };
}
