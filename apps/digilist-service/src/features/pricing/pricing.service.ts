import {
  type ActorPricing,
  type PricingRules,
  type PutActorPricing,
  type PutPricingRules,
  RULES_INVALID,
  ZONE_UNKNOWN,
} from '@digilist/contracts';
import { type FieldError, Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { allLanguages, changeListing } from '../listings/index.js';
import { actorPricingProblems } from './domain/actor-pricing.js';
import { pricingProblems } from './domain/pricing-rules.js';
import { readActorPrices, readPricingRules } from './pricing.queries.js';
import {
  FOREIGN_TO_ACTOR_PRICES,
  FOREIGN_TO_LISTING,
  PUT_ACTOR_PRICES,
  PUT_PRICING_RULES,
  RETIRE_ACTOR_PRICES,
  RETIRE_PRICING_RULES,
} from './pricing.sql.js';

/** What a listing costs: its rules, and what groups pay there instead of their usual percentage. */
@Injectable()
export class PricingService {
  constructor(private readonly work: UnitOfWork) {}

  putRules(ctx: RequestContext, { id, rules }: PutPricingRules): Promise<PricingRules> {
    return this.work.run(ctx, async (tx) => {
      const listing = await changeListing(tx, id, expectedVersion(ctx), 'prices', 'digilist.pricing-rule.update');
      const key = [tx.tenantId, listing.orgId, id];
      const named = [distinct(rules.map((rule) => rule.id)), distinct(rules.map((rule) => rule.zoneId))];
      const foreign = await tx.one<Foreign>(FOREIGN_TO_LISTING, [...key, ...named]);
      requireOwnZones(foreign);
      requireNone([...pricingProblems(rules), ...unknownIn('rules', 'id', rules, foreign.ids)]);
      const kept = rules.map((rule) => ({ ...rule, id: rule.id ?? uuidv7(), name: allLanguages(rule.name) }));
      await tx.query(RETIRE_PRICING_RULES, [...key, kept.map((rule) => rule.id), tx.actorId]);
      await tx.query(PUT_PRICING_RULES, [...key, JSON.stringify(kept), tx.actorId]);
      return readPricingRules(tx, listing);
    });
  }

  putActorPrices(ctx: RequestContext, { id, prices }: PutActorPricing): Promise<ActorPricing> {
    return this.work.run(ctx, async (tx) => {
      const listing = await changeListing(tx, id, expectedVersion(ctx), 'prices', 'digilist.actor-pricing.update');
      const key = [tx.tenantId, listing.orgId, id];
      const named = [distinct(prices.map((price) => price.id)), distinct(prices.map((price) => price.zoneId))];
      const groups = distinct(prices.map((price) => price.pricingGroup));
      const foreign = await tx.one<Foreign & { groups: string[] }>(FOREIGN_TO_ACTOR_PRICES, [...key, ...named, groups]);
      requireOwnZones(foreign);
      requireNone([
        ...actorPricingProblems(prices),
        ...unknownIn('prices', 'id', prices, foreign.ids),
        ...unknownIn('prices', 'pricingGroup', prices, foreign.groups),
      ]);
      const kept = prices.map((price) => ({ ...price, id: price.id ?? uuidv7() }));
      await tx.query(RETIRE_ACTOR_PRICES, [...key, kept.map((price) => price.id), tx.actorId]);
      await tx.query(PUT_ACTOR_PRICES, [...key, JSON.stringify(kept), tx.actorId]);
      return readActorPrices(tx, listing);
    });
  }
}

/** What a request names and the listing does not have. */
interface Foreign extends Record<string, unknown> {
  ids: string[];
  zones: string[];
}

const distinct = <T>(values: readonly (T | undefined)[]): T[] => [
  ...new Set(values.filter((value): value is T => value !== undefined)),
];

/** @throws Refusal ZONE_UNKNOWN */
function requireOwnZones({ zones }: Foreign): void {
  if (zones.length > 0) throw new Refusal(ZONE_UNKNOWN, { details: { zoneIds: zones } });
}

/** @throws Refusal RULES_INVALID with every problem */
function requireNone(errors: FieldError[]): void {
  if (errors.length > 0) throw new Refusal(RULES_INVALID, { errors });
}

const unknownIn = <Field extends string>(
  list: string,
  field: Field,
  items: readonly { readonly [Name in Field]?: string }[],
  unknown: readonly string[],
): FieldError[] =>
  items.flatMap((item, at) =>
    unknown.includes(item[field] ?? '')
      ? [{ path: `${list}.${at}.${field}`, code: 'UNKNOWN', message: 'There is no such thing here.' }]
      : [],
  );
