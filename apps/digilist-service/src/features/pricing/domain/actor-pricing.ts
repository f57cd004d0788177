import type { PutActorPrice } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';
import { amountProblems } from './pricing-rules.js';

/** What is wrong with the prices of groups; nothing when they can be kept. */
export function actorPricingProblems(prices: readonly PutActorPrice[]): FieldError[] {
  const ids = new Set<string>();
  const pairs = new Set<string>();
  return prices.flatMap(({ id, zoneId, pricingGroup, unit, amount, discountBasisPoints }, at) => {
    const problems: FieldError[] = [];
    const problem = (field: string, code: string, message: string) =>
      problems.push({ path: `prices.${at}.${field}`, code, message });
    if (id !== undefined && ids.has(id)) problem('id', 'REPEATED', 'This price is named twice.');
    if (id !== undefined) ids.add(id);
    const pair = `${pricingGroup} ${zoneId ?? ''}`;
    if (pairs.has(pair)) problem('pricingGroup', 'REPEATED', 'The group has another price for the same zone.');
    pairs.add(pair);
    if ((amount === undefined) === (discountBasisPoints === undefined))
      problem('amount', 'EITHER', 'Name a rate of its own, or a percentage of its own: one of the two.');
    if ((amount === undefined) !== (unit === undefined))
      problem('unit', 'OF_AMOUNT', 'A rate has a unit, a percentage has none.');
    if (amount !== undefined) for (const { code, message } of amountProblems(amount)) problem('amount', code, message);
    return problems;
  });
}
