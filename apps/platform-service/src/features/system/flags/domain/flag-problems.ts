import type { FieldError } from '@kit/contracts';
import type { FlagCondition, FlagDefinition, FlagValueType } from '@platform/contracts';
import { STEPS } from './bucket.js';

/** What a definition may refer to: every other flag, and every segment, by key. */
export interface Surroundings {
  readonly flags: ReadonlyMap<string, FlagDefinition>;
  readonly segments: ReadonlySet<string>;
}

const NUMERIC = new Set(['greater', 'at_least', 'less', 'at_most']);
const TEMPORAL = new Set(['before', 'after']);

/** Everything because of which a flag could not be decided one day; so that no evaluation ever has to fail. */
export function flagProblems(key: string, definition: FlagDefinition, around: Surroundings): FieldError[] {
  const problems: FieldError[] = [];
  const refuse = (path: string, code: string, message: string) =>
    problems.push({ path: `definition.${path}`, code, message });
  const known = (path: string, variant: string) => {
    if (!Object.hasOwn(definition.variants, variant))
      refuse(path, 'unknown', `${variant} is not a variant of this flag`);
  };
  const { variants, type, rules = [], targets = [], prerequisites = [] } = definition;

  if (Object.keys(variants).length === 0) refuse('variants', 'missing', 'a flag has at least one variant');
  for (const [name, value] of Object.entries(variants)) {
    if (!isOf(type, value)) refuse(`variants.${name}`, 'type', `${name} must be of type ${type}`);
  }
  known('offVariant', definition.offVariant);
  known('defaultVariant', definition.defaultVariant);
  targets.forEach(({ variant }, at) => {
    known(`targets.${at}.variant`, variant);
  });
  rules.forEach((rule, at) => {
    const path = `rules.${at}`;
    if (rules.findIndex(({ id }) => id === rule.id) !== at)
      refuse(`${path}.id`, 'duplicate', `${rule.id} stands here twice`);
    if ((rule.variant === undefined) === (rule.split === undefined))
      refuse(path, 'shape', 'a rule has either a variant or a split');
    if (rule.variant !== undefined) known(`${path}.variant`, rule.variant);
    (rule.split ?? []).forEach(({ variant }, share) => {
      known(`${path}.split.${share}.variant`, variant);
    });
    if ((rule.split ?? []).reduce((sum, { share }) => sum + share, 0) > STEPS)
      refuse(`${path}.split`, 'sum', `shares must not exceed ${STEPS} together`);
    for (const segment of rule.segments ?? [])
      if (!around.segments.has(segment)) refuse(`${path}.segments`, 'unknown', `${segment} is not a segment`);
    problems.push(...conditionProblems(rule.when ?? [], `definition.${path}.when`));
  });
  prerequisites.forEach(({ flag, variants: wanted }, at) => {
    const other = around.flags.get(flag);
    if (!other) refuse(`prerequisites.${at}.flag`, 'unknown', `${flag} is not a flag`);
    else
      for (const variant of wanted)
        if (!Object.hasOwn(other.variants, variant))
          refuse(`prerequisites.${at}.variants`, 'unknown', `${variant} is not a variant of ${flag}`);
    if (leadsBack(flag, key, around.flags)) refuse(`prerequisites.${at}.flag`, 'circle', `${flag} depends on ${key}`);
  });
  return problems;
}

export function conditionProblems(when: readonly FlagCondition[], path: string): FieldError[] {
  return when.flatMap(({ operator, values = [] }, at) => {
    const refuse = (message: string) => [{ path: `${path}.${at}.values`, code: 'values', message }];
    if (operator === 'exists' || operator === 'not_exists')
      return values.length > 0 ? refuse(`${operator} takes no values`) : [];
    if (values.length === 0) return refuse(`${operator} needs at least one value`);
    if (NUMERIC.has(operator) && (values.length > 1 || !Number.isFinite(Number(values[0] || 'x'))))
      return refuse(`${operator} needs one number`);
    if (TEMPORAL.has(operator) && (values.length > 1 || Number.isNaN(Date.parse(values[0] as string))))
      return refuse(`${operator} needs one instant`);
    return [];
  });
}

function isOf(type: FlagValueType, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'float':
      return Number.isFinite(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function leadsBack(
  from: string,
  to: string,
  flags: ReadonlyMap<string, FlagDefinition>,
  seen = new Set<string>(),
): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (flags.get(from)?.prerequisites ?? []).some(({ flag }) => leadsBack(flag, to, flags, seen));
}
