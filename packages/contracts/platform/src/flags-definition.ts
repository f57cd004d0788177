import { Flag, Json, ListOf, OneOf, Text, Texts, Whole } from '@kit/contracts';

export const FLAG_VALUE_TYPES = ['boolean', 'string', 'integer', 'float', 'object'] as const;
export type FlagValueType = (typeof FLAG_VALUE_TYPES)[number];

export const FLAG_PURPOSES = ['release', 'ops', 'experiment', 'permission'] as const;

/** What a flag is for. None of them is an entitlement: what a tenant has bought is for the licence to say. */
export type FlagPurpose = (typeof FLAG_PURPOSES)[number];

export const FLAG_OPERATORS = [
  'in',
  'not_in',
  'starts_with',
  'ends_with',
  'contains',
  'greater',
  'at_least',
  'less',
  'at_most',
  'before',
  'after',
  'exists',
  'not_exists',
] as const;
export type FlagOperator = (typeof FLAG_OPERATORS)[number];

/** A test of one attribute of the context. `before` and `after` compare instants, the four in the middle numbers. */
export class FlagCondition {
  @Text({ min: 1, max: 100, example: 'tenant' })
  attribute: string;

  @OneOf(FLAG_OPERATORS, { example: 'in' })
  operator: FlagOperator;

  @Texts({ max: 1000, length: 200, optional: true, description: 'One of them must fit', example: ['fjordby'] })
  values?: string[];
}

/** One variant's share of those a rule is for, in steps of a ten-thousandth. */
export class FlagShare {
  @Text({ min: 1, max: 60, example: 'on' })
  variant: string;

  @Whole({ min: 0, max: 10_000, description: 'Ten-thousandths; raising it takes nobody out', example: 2500 })
  share: number;
}

export class FlagRule {
  @Text({ min: 1, max: 60, description: 'Answered with the value, so that somebody can see why', example: 'pilot' })
  id: string;

  @ListOf(() => FlagCondition, { max: 50, optional: true, description: 'All must hold' })
  when?: FlagCondition[];

  @Texts({ max: 20, length: 120, optional: true, description: 'Segments of which the context must be in one' })
  segments?: string[];

  @Text({ min: 1, max: 60, optional: true, description: 'What those get', example: 'on' })
  variant?: string;

  @ListOf(() => FlagShare, { max: 20, optional: true, description: 'Or how they are divided; whoever is left goes on' })
  split?: FlagShare[];
}

/** Individuals, before all rules. */
export class FlagTarget {
  @Text({ min: 1, max: 60, example: 'on' })
  variant: string;

  @Texts({ max: 10_000, length: 200, example: ['user-1'] })
  keys: string[];
}

export class FlagPrerequisite {
  @Text({ min: 1, max: 120, example: 'acme.search' })
  flag: string;

  @Texts({ max: 20, length: 60, description: 'It must answer one of these', example: ['on'] })
  variants: string[];
}

/**
 * How a flag is decided, in this order: switched off → `offVariant`; a prerequisite that does not hold → `offVariant`;
 * targets; rules; `defaultVariant`.
 */
export class FlagDefinition {
  @OneOf(FLAG_VALUE_TYPES, { example: 'boolean' })
  type: FlagValueType;

  @Json({ description: 'Value of each variant', example: { on: true, off: false } })
  variants: Record<string, unknown>;

  @Flag({ description: 'false: the off variant, for everybody, at once', example: true })
  enabled: boolean;

  @Text({ min: 1, max: 60, example: 'off' })
  offVariant: string;

  @Text({ min: 1, max: 60, example: 'off' })
  defaultVariant: string;

  @ListOf(() => FlagPrerequisite, { max: 10, optional: true })
  prerequisites?: FlagPrerequisite[];

  @ListOf(() => FlagTarget, { max: 20, optional: true })
  targets?: FlagTarget[];

  @ListOf(() => FlagRule, { max: 50, optional: true })
  rules?: FlagRule[];

  @Text({
    min: 1,
    max: 100,
    optional: true,
    description: 'Attribute that splits are made by; targetingKey unless told. Who lacks it is in no split.',
    example: 'tenant',
  })
  stickiness?: string;
}
