import { describe, expect, test } from '@jest/globals';
import type { FlagDefinition, FlagRule } from '@platform/contracts';
import fc from 'fast-check';
import murmur from 'murmurhash3js';
import { bucketOf, STEPS } from './bucket.js';
import { evaluate, type FlagSet, type StoredFlag } from './evaluate.js';
import { flagProblems } from './flag-problems.js';
import { staleReasons } from './stale.js';

const definition = (more: Partial<FlagDefinition> = {}): FlagDefinition => ({
  type: 'boolean',
  variants: { on: true, off: false },
  enabled: true,
  offVariant: 'off',
  defaultVariant: 'off',
  ...more,
});
const stored = (key: string, more: Partial<FlagDefinition> = {}): StoredFlag => ({
  key,
  version: 1,
  clientExposed: false,
  definition: definition(more),
});
const setOf = (flags: StoredFlag[], segments: FlagSet['segments'] = new Map()): FlagSet => ({
  version: '1',
  flags: new Map(flags.map((flag) => [flag.key, flag])),
  segments,
});
const decide = (more: Partial<FlagDefinition>, context: Record<string, unknown>, segments?: FlagSet['segments']) => {
  const flag = stored('acme.flag', more);
  return evaluate(setOf([flag], segments), flag, context);
};
const split = (share: number): FlagRule[] => [{ id: 'rollout', split: [{ variant: 'on', share }] }];

describe('a flag is decided', () => {
  test('by its default alone when nothing else is said', () => {
    expect(decide({}, {})).toEqual({ variant: 'off', value: false, reason: 'STATIC' });
  });

  test('by its switch before anything else', () => {
    const targets = [{ variant: 'on', keys: ['kari'] }];
    expect(decide({ enabled: false, targets }, { targetingKey: 'kari' })).toMatchObject({
      variant: 'off',
      reason: 'DISABLED',
    });
  });

  test('by a prerequisite before targets, by targets before rules, by rules in their order, by the default last', () => {
    const more: Partial<FlagDefinition> = {
      type: 'string',
      variants: { off: 'off', target: 'target', first: 'first', second: 'second', rest: 'rest' },
      defaultVariant: 'rest',
      prerequisites: [{ flag: 'acme.needed', variants: ['on'] }],
      targets: [{ variant: 'target', keys: ['kari'] }],
      rules: [
        { id: 'one', when: [{ attribute: 'tenant', operator: 'in', values: ['a', 'b'] }], variant: 'first' },
        { id: 'two', when: [{ attribute: 'tenant', operator: 'in', values: ['b', 'c'] }], variant: 'second' },
      ],
    };
    const of = (context: Record<string, unknown>, needed: string) => {
      const flag = stored('acme.flag', more);
      return evaluate(setOf([flag, stored('acme.needed', { defaultVariant: needed })]), flag, context);
    };
    expect(of({ targetingKey: 'kari', tenant: 'b' }, 'off')).toMatchObject({
      variant: 'off',
      rule: 'prerequisite:acme.needed',
    });
    expect(of({ targetingKey: 'kari', tenant: 'b' }, 'on')).toMatchObject({
      variant: 'target',
      reason: 'TARGETING_MATCH',
    });
    expect(of({ targetingKey: 'ola', tenant: 'b' }, 'on')).toMatchObject({ variant: 'first', rule: 'one' });
    expect(of({ targetingKey: 'ola', tenant: 'c' }, 'on')).toMatchObject({ variant: 'second', rule: 'two' });
    expect(of({ targetingKey: 'ola', tenant: 'd' }, 'on')).toMatchObject({ variant: 'rest', reason: 'DEFAULT' });
  });

  test.each([
    ['in', ['no', 'se'], 'no', 'dk'],
    ['not_in', ['no'], 'dk', 'no'],
    ['starts_with', ['Fj'], 'Fjord', 'fjord'],
    ['ends_with', ['.no'], 'kari@x.no', 'kari@x.dk'],
    ['contains', ['beta'], 'a-beta-b', 'alpha'],
    ['greater', ['10'], 11, 10],
    ['at_least', ['10'], '10', '9.9'],
    ['less', ['10'], 9, 10],
    ['at_most', ['10'], 10, 'ten'],
    ['before', ['2026-11-22T12:00:00Z'], '2026-11-22T11:59:59Z', '2026-11-22T12:00:00Z'],
    ['after', ['2026-11-22T12:00:00Z'], '2026-11-22T13:00:01+01:00', 'tomorrow'],
    ['exists', undefined, 'x', undefined],
    ['not_exists', undefined, null, 'x'],
  ] as const)('by an attribute: %s', (operator, values, fits, fitsNot) => {
    const rules: FlagRule[] = [
      { id: 'r', when: [{ attribute: 'a', operator, ...(values && { values: [...values] }) }], variant: 'on' },
    ];
    expect(decide({ rules }, { a: fits }).variant).toBe('on');
    expect(decide({ rules }, { a: fitsNot }).variant).toBe('off');
    if (operator !== 'not_in' && operator !== 'not_exists') expect(decide({ rules }, {}).variant).toBe('off');
  });

  test('by an attribute with many values when one fits, and by a segment', () => {
    const rules: FlagRule[] = [{ id: 'r', segments: ['acme.pilots'], variant: 'on' }];
    const segments = new Map([['acme.pilots', [{ attribute: 'groups', operator: 'in' as const, values: ['pilot'] }]]]);
    expect(decide({ rules }, { groups: ['staff', 'pilot'] }, segments).variant).toBe('on');
    expect(decide({ rules }, { groups: ['staff'] }, segments).variant).toBe('off');
    expect(decide({ rules }, { groups: ['pilot'] }, new Map()).variant).toBe('off');
  });
});

describe('a percentage', () => {
  test('takes nobody out when it is raised, whoever they are', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(STEPS), fc.nat(STEPS), (person, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const at = (share: number) => decide({ rules: split(share) }, { targetingKey: person }).variant;
        expect(at(low) === 'on' && at(high) === 'off').toBe(false);
      }),
      { numRuns: 10_000 },
    );
  });

  test('is met within one percent of a hundred thousand people', () => {
    const people = Array.from({ length: 100_000 }, (_, n) => `person-${n}`);
    for (const share of [100, 2_500, 5_000, 9_000]) {
      const on = people.filter(
        (person) => decide({ rules: split(share) }, { targetingKey: person }).variant === 'on',
      ).length;
      expect(Math.abs(on / people.length - share / STEPS)).toBeLessThan(0.01);
    }
  });

  test('holds nobody who has nothing to be divided by', () => {
    for (const context of [{}, { targetingKey: '' }, { targetingKey: 7 }])
      expect(decide({ rules: split(STEPS) }, context)).toMatchObject({ variant: 'off', reason: 'DEFAULT' });
    const byTenant = { rules: split(STEPS), stickiness: 'tenant' };
    expect(decide(byTenant, { tenant: 'fjordby' })).toMatchObject({ variant: 'on', reason: 'SPLIT', rule: 'rollout' });
  });

  test('of one split says nothing about another: other people come first', () => {
    const people = Array.from({ length: 10_000 }, (_, n) => `person-${n}`);
    const first = (flag: string, rule: string) => people.filter((person) => bucketOf(flag, rule, person) < 1_000);
    const a = new Set(first('acme.a', 'r'));
    for (const others of [first('acme.b', 'r'), first('acme.a', 's')])
      expect(others.filter((person) => a.has(person)).length).toBeLessThan(200);
  });

  test('is decided by MurmurHash3 (x86, 32 bit, seed 0) over the UTF-8 text, as every SDK would', () => {
    // Vectors of the reference implementation.
    expect(murmur.x86.hash32('hello')).toBe(0x248bfa47);
    expect(murmur.x86.hash32('The quick brown fox jumps over the lazy dog')).toBe(0x2e4ff723);
    const bytes = [...Buffer.from('acme.f:r:Åse')].map((byte) => String.fromCharCode(byte)).join('');
    expect(bucketOf('acme.f', 'r', 'Åse')).toBe(murmur.x86.hash32(bytes) % STEPS);
  });
});

describe('a definition that could not be decided one day is refused', () => {
  const around = {
    flags: new Map([
      ['acme.a', definition({ prerequisites: [{ flag: 'acme.b', variants: ['on'] }] })],
      ['acme.b', definition({ prerequisites: [{ flag: 'acme.c', variants: ['on'] }] })],
    ]),
    segments: new Set(['acme.pilots']),
  };
  const codes = (key: string, more: Partial<FlagDefinition>) =>
    flagProblems(key, definition(more), around).map(({ path, code }) => `${path} ${code}`);

  test.each<[string, Partial<FlagDefinition>, string]>([
    ['no variant', { variants: {} }, 'definition.variants missing'],
    ['a value of another type', { variants: { on: 'yes', off: false } }, 'definition.variants.on type'],
    ['half a number', { type: 'integer', variants: { on: 1.5, off: 0 } }, 'definition.variants.on type'],
    ['a default that is no variant', { defaultVariant: 'maybe' }, 'definition.defaultVariant unknown'],
    ['an off variant that is none', { offVariant: 'maybe' }, 'definition.offVariant unknown'],
    [
      'a target’s variant that is none',
      { targets: [{ variant: 'maybe', keys: [] }] },
      'definition.targets.0.variant unknown',
    ],
    ['a rule that says nothing', { rules: [{ id: 'r' }] }, 'definition.rules.0 shape'],
    ['a rule that says two things', { rules: [{ id: 'r', variant: 'on', split: [] }] }, 'definition.rules.0 shape'],
    [
      'two rules of one name',
      {
        rules: [
          { id: 'r', variant: 'on' },
          { id: 'r', variant: 'off' },
        ],
      },
      'definition.rules.1.id duplicate',
    ],
    [
      'more than everybody',
      {
        rules: [
          {
            id: 'r',
            split: [
              { variant: 'on', share: 6000 },
              { variant: 'off', share: 6000 },
            ],
          },
        ],
      },
      'definition.rules.0.split sum',
    ],
    [
      'an unknown segment',
      { rules: [{ id: 'r', segments: ['acme.none'], variant: 'on' }] },
      'definition.rules.0.segments unknown',
    ],
    [
      'a comparison with nothing',
      { rules: [{ id: 'r', when: [{ attribute: 'a', operator: 'in' }], variant: 'on' }] },
      'definition.rules.0.when.0.values values',
    ],
    [
      'a comparison with no number',
      { rules: [{ id: 'r', when: [{ attribute: 'a', operator: 'greater', values: ['x'] }], variant: 'on' }] },
      'definition.rules.0.when.0.values values',
    ],
    [
      'an instant that is none',
      { rules: [{ id: 'r', when: [{ attribute: 'a', operator: 'after', values: ['x'] }], variant: 'on' }] },
      'definition.rules.0.when.0.values values',
    ],
    [
      'a value for "exists"',
      { rules: [{ id: 'r', when: [{ attribute: 'a', operator: 'exists', values: ['x'] }], variant: 'on' }] },
      'definition.rules.0.when.0.values values',
    ],
    [
      'an unknown prerequisite',
      { prerequisites: [{ flag: 'acme.none', variants: ['on'] }] },
      'definition.prerequisites.0.flag unknown',
    ],
    [
      'a prerequisite’s variant that is none',
      { prerequisites: [{ flag: 'acme.a', variants: ['maybe'] }] },
      'definition.prerequisites.0.variants unknown',
    ],
  ])('%s', (_, more, problem) => {
    expect(codes('acme.new', more)).toContain(problem);
  });

  test('flags in a circle', () => {
    expect(codes('acme.c', { prerequisites: [{ flag: 'acme.a', variants: ['on'] }] })).toContain(
      'definition.prerequisites.0.flag circle',
    );
    expect(codes('acme.c', { prerequisites: [{ flag: 'acme.c', variants: ['on'] }] })).toContain(
      'definition.prerequisites.0.flag circle',
    );
  });

  test('and a sound one is not', () => {
    expect(
      codes('acme.new', { rules: [{ id: 'r', segments: ['acme.pilots'], split: [{ variant: 'on', share: STEPS }] }] }),
    ).toEqual([]);
  });
});

describe('a flag looks like one to remove', () => {
  const now = new Date('2026-11-22T12:00:00Z');
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const life = {
    definition: definition({ rules: split(5_000) }),
    expectedEnd: null,
    changedAt: daysAgo(60),
    createdAt: daysAgo(60),
    lastEvaluatedAt: daysAgo(1),
  };

  test.each([
    ['past its day', { ...life, expectedEnd: '2026-11-21' }, ['past_expected_end']],
    ['on its day not yet', { ...life, expectedEnd: '2026-11-22' }, []],
    [
      'the same for everybody for a month',
      { ...life, definition: definition({ rules: split(STEPS) }) },
      ['same_for_all'],
    ],
    [
      'the same for everybody since yesterday not yet',
      { ...life, definition: definition({}), changedAt: daysAgo(1) },
      [],
    ],
    ['nobody asked for a month', { ...life, lastEvaluatedAt: daysAgo(31) }, ['not_evaluated']],
    [
      'nobody asked yet, but it is new',
      { ...life, lastEvaluatedAt: null, createdAt: daysAgo(2), changedAt: daysAgo(2) },
      [],
    ],
    ['in use', life, []],
  ])('%s', (_, flag, reasons) => {
    expect(staleReasons(flag, now)).toEqual(reasons);
  });
});
