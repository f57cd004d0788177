import {
  type CreateQuote,
  type PricingRules,
  type PutPricingRules,
  type Quote,
  RULES_INVALID,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireBehalf } from '../../platform/index.js';
import {
  allLanguages,
  changeListing,
  dateOf,
  isoOf,
  type ListingRow,
  requirePlace,
  requireQuantity,
  requireTime,
  requireZone,
} from '../listings/index.js';
import { pricingProblems } from './domain/pricing-rules.js';
import { priceOrRefuse } from './price.js';
import { readPricingRules } from './pricing.queries.js';
import { FOREIGN_TO_LISTING, INSERT_QUOTE, PUT_PRICING_RULES, RETIRE_PRICING_RULES } from './pricing.sql.js';

const QUOTE_HOLDS_MS = 15 * 60_000;
const LONGEST_QUOTE_DAYS = 400;

@Injectable()
export class PricingService {
  constructor(private readonly work: UnitOfWork) {}

  putRules(ctx: RequestContext, { id, rules }: PutPricingRules): Promise<PricingRules> {
    return this.work.run(ctx, async (tx) => {
      const listing = await changeListing(tx, id, expectedVersion(ctx), 'prices', 'digilist.pricing-rule.update');
      const errors = pricingProblems(rules);
      if (errors.length > 0) throw new Refusal(RULES_INVALID, { errors });
      await requireOwn(tx, listing, rules);
      const kept = rules.map((rule) => ({ ...rule, id: rule.id ?? uuidv7(), name: allLanguages(rule.name) }));
      const key = [tx.tenantId, listing.orgId, id];
      await tx.query(RETIRE_PRICING_RULES, [...key, kept.map((rule) => rule.id), tx.actorId]);
      await tx.query(PUT_PRICING_RULES, [...key, JSON.stringify(kept), tx.actorId]);
      return readPricingRules(tx, listing);
    });
  }

  quote(ctx: RequestContext, request: CreateQuote): Promise<Quote> {
    const { listingId, quantity = 1, discountCode, addOns } = request;
    return this.work.run(ctx, async (tx) => {
      const place = await requirePlace(tx, listingId, discountCode ?? null);
      const [from, until] = requireTime(request, place.listing.timezone, LONGEST_QUOTE_DAYS);
      const zone = requireZone(place.listing, request.zoneId);
      requireQuantity(place.listing, zone, quantity);
      const userId = userOf(ctx).userId;
      const behalf = await requireBehalf(tx, userId, request.onBehalfOfOrgId ?? null);
      const { price, pricingGroup } = priceOrRefuse(place, {
        zoneId: zone.id,
        from,
        until,
        quantity,
        pricingGroup: request.pricingGroup,
        behalf,
        discountCode,
        addOns,
      });
      const id = uuidv7();
      const expiresAt = new Date(tx.now.getTime() + QUOTE_HOLDS_MS);
      await tx.query(INSERT_QUOTE, [
        tx.tenantId,
        id,
        listingId,
        zone.id,
        userId,
        dateOf(from),
        dateOf(until),
        quantity,
        pricingGroup,
        discountCode ?? null,
        price.total.currency,
        price.net.amount,
        price.vat.amount,
        price.total.amount,
        JSON.stringify(price.lines),
        expiresAt,
        behalf?.orgId ?? null,
      ]);
      return {
        id,
        listingId,
        zoneId: zone.id,
        startsAt: isoOf(from),
        endsAt: isoOf(until),
        quantity,
        pricingGroup,
        onBehalfOfOrgId: behalf?.orgId ?? null,
        price,
        expiresAt: expiresAt.toISOString(),
      };
    });
  }
}

/** Rules and zones that a request names belong to the listing. @throws Refusal RULES_INVALID, ZONE_UNKNOWN */
async function requireOwn(tx: Tx, { id, orgId }: ListingRow, rules: PutPricingRules['rules']): Promise<void> {
  const named = <T>(values: (T | undefined)[]) => [
    ...new Set(values.filter((value): value is T => value !== undefined)),
  ];
  const foreign = await tx.one<{ rules: string[]; zones: string[] }>(FOREIGN_TO_LISTING, [
    tx.tenantId,
    orgId,
    id,
    named(rules.map((rule) => rule.id)),
    named(rules.map((rule) => rule.zoneId)),
  ]);
  if (foreign.zones.length > 0) throw new Refusal(ZONE_UNKNOWN, { details: { zoneIds: foreign.zones } });
  if (foreign.rules.length === 0) return;
  const errors = foreign.rules.map((ruleId) => {
    const at = rules.findIndex((rule) => rule.id === ruleId);
    return { path: `rules.${at}.id`, code: 'UNKNOWN', message: 'The listing has no such price.' };
  });
  throw new Refusal(RULES_INVALID, { errors });
}
