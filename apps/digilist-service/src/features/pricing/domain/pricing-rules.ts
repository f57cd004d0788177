import type { PutPricingRule } from '@digilist/contracts';
import type { FieldError, Money } from '@kit/contracts';

/** Ten million kroner: with the longest time and the largest quantity a price stays a number that can be stored. */
const LARGEST_AMOUNT = 1_000_000_000;

/** What is wrong with the rate of a price. */
export const amountProblems = ({ amount, currency }: Money): { code: string; message: string }[] => [
  ...(amount < 0 ? [{ code: 'NEGATIVE', message: 'A price is not negative.' }] : []),
  ...(amount > LARGEST_AMOUNT ? [{ code: 'TOO_LARGE', message: `At most ${LARGEST_AMOUNT} øre.` }] : []),
  ...(currency !== 'NOK' ? [{ code: 'CURRENCY', message: 'Prices are in NOK.' }] : []),
];

/** What is wrong with a set of prices; nothing when it can be kept. */
export function pricingProblems(rules: readonly PutPricingRule[]): FieldError[] {
  const keys = new Set<string>();
  const ids = new Set<string>();
  return rules.flatMap((rule, at) => {
    const problems: FieldError[] = [];
    const problem = (field: string, code: string, message: string) =>
      problems.push({ path: `rules.${at}.${field}`, code, message });
    const addOn = rule.kind === 'add_on';
    if (addOn !== (rule.key !== undefined)) problem('key', 'ADD_ON_KEY', 'An add-on has a key, a period has none.');
    if (rule.key !== undefined && keys.has(rule.key)) problem('key', 'REPEATED', 'This key is used twice.');
    if (rule.key !== undefined) keys.add(rule.key);
    if (rule.id !== undefined && ids.has(rule.id)) problem('id', 'REPEATED', 'This rule is named twice.');
    if (rule.id !== undefined) ids.add(rule.id);
    for (const { code, message } of amountProblems(rule.amount)) problem('amount', code, message);
    if ((rule.fromTime === undefined) !== (rule.toTime === undefined)) {
      problem('toTime', 'BOTH_TIMES', 'fromTime and toTime belong together.');
    } else if (rule.fromTime !== undefined && rule.toTime !== undefined && rule.fromTime >= rule.toTime) {
      problem('toTime', 'AFTER_FROM', 'toTime must be after fromTime; a night is two rules, the first until 24:00.');
    }
    if (rule.weekdays?.length === 0) problem('weekdays', 'EMPTY', 'Name a day, or leave weekdays out for all of them.');
    if (rule.firstDate !== undefined && rule.lastDate !== undefined && rule.firstDate > rule.lastDate) {
      problem('lastDate', 'AFTER_FIRST', 'lastDate must not be before firstDate.');
    }
    return problems;
  });
}
