import type { FlagCondition, FlagDefinition, FlagReason, FlagRule } from '@platform/contracts';
import { bucketOf } from './bucket.js';

export type FlagContext = Readonly<Record<string, unknown>>;

/** All flags and segments at one moment. */
export interface FlagSet {
  readonly version: string;
  readonly flags: ReadonlyMap<string, StoredFlag>;
  readonly segments: ReadonlyMap<string, readonly FlagCondition[]>;
}

export interface StoredFlag {
  readonly key: string;
  readonly version: number;
  readonly clientExposed: boolean;
  readonly definition: FlagDefinition;
}

export interface Decision {
  readonly variant: string;
  readonly value: unknown;
  readonly reason: FlagReason;
  /** Rule that decided. */
  readonly rule?: string;
}

/** What a flag is in a context. Pure: the same set and context always decide the same. */
export function evaluate(set: FlagSet, flag: StoredFlag, context: FlagContext): Decision {
  const { definition } = flag;
  const decided = (variant: string, reason: FlagReason, rule?: string): Decision => ({
    variant,
    value: definition.variants[variant],
    reason,
    ...(rule !== undefined && { rule }),
  });
  if (!definition.enabled) return decided(definition.offVariant, 'DISABLED');
  for (const needed of definition.prerequisites ?? []) {
    // Flags cannot form a circle (that is refused when they are saved), so this ends.
    const other = set.flags.get(needed.flag);
    if (!other || !needed.variants.includes(evaluate(set, other, context).variant)) {
      return decided(definition.offVariant, 'TARGETING_MATCH', `prerequisite:${needed.flag}`);
    }
  }
  const key = context.targetingKey;
  const target = typeof key === 'string' && definition.targets?.find(({ keys }) => keys.includes(key));
  if (target) return decided(target.variant, 'TARGETING_MATCH', 'target');
  for (const rule of definition.rules ?? []) {
    if (!applies(set, rule, context)) continue;
    if (rule.variant !== undefined) return decided(rule.variant, 'TARGETING_MATCH', rule.id);
    const variant = variantOfSplit(flag, rule, context);
    if (variant !== null) return decided(variant, 'SPLIT', rule.id);
  }
  const plain = !definition.rules?.length && !definition.targets?.length && !definition.prerequisites?.length;
  return decided(definition.defaultVariant, plain ? 'STATIC' : 'DEFAULT');
}

function applies(set: FlagSet, { when = [], segments = [] }: FlagRule, context: FlagContext): boolean {
  if (!when.every((condition) => holds(condition, context))) return false;
  return (
    segments.length === 0 ||
    segments.some((key) => set.segments.get(key)?.every((condition) => holds(condition, context)) ?? false)
  );
}

/** Null for those whom no share reaches, and for whoever has nothing to be divided by. */
function variantOfSplit(flag: StoredFlag, rule: FlagRule, context: FlagContext): string | null {
  const person = context[flag.definition.stickiness ?? 'targetingKey'];
  if (typeof person !== 'string' || person === '') return null;
  const bucket = bucketOf(flag.key, rule.id, person);
  let upTo = 0;
  for (const { variant, share } of rule.split ?? []) {
    upTo += share;
    if (bucket < upTo) return variant;
  }
  return null;
}

/** An attribute that is missing, or of another kind than the operator compares, fits nothing but `not_in` and `not_exists`. */
function holds({ attribute, operator, values = [] }: FlagCondition, context: FlagContext): boolean {
  const found = context[attribute];
  const missing = found === undefined || found === null;
  if (operator === 'exists') return !missing;
  if (operator === 'not_exists') return missing;
  const all = missing ? [] : (Array.isArray(found) ? found : [found]).map(String);
  switch (operator) {
    case 'in':
      return all.some((one) => values.includes(one));
    case 'not_in':
      return !all.some((one) => values.includes(one));
    case 'starts_with':
      return all.some((one) => values.some((value) => one.startsWith(value)));
    case 'ends_with':
      return all.some((one) => values.some((value) => one.endsWith(value)));
    case 'contains':
      return all.some((one) => values.some((value) => one.includes(value)));
    case 'before':
    case 'after':
      return all.some((one) => compares(operator, Date.parse(one), Date.parse(values[0] ?? '')));
    default:
      return all.some((one) => one.trim() !== '' && compares(operator, Number(one), Number(values[0])));
  }
}

function compares(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case 'greater':
    case 'after':
      return left > right;
    case 'at_least':
      return left >= right;
    case 'less':
    case 'before':
      return left < right;
    default:
      return left <= right;
  }
}
