import { describe, expect, test } from '@jest/globals';
import type { GrantScope } from '@platform/contracts';
import fc from 'fast-check';
import { contains, exceeding, type Holding, mayBeGrantedAt, type Wanted } from './escalation.js';

const holding = (more: Partial<Holding> = {}): Holding => ({
  patterns: ['acme.report.*'],
  scope: 'tenant',
  orgId: null,
  expiresAt: null,
  ...more,
});
const wanted = (more: Partial<Wanted> = {}): Wanted => ({ ...holding(), ancestorIds: [], ...more });

const NEVER = null;
const SOON = new Date('2026-12-01T00:00:00Z');
const LATER = new Date('2027-01-01T00:00:00Z');

describe('nobody gives away more than they have', () => {
  test.each<[string, Holding[], Wanted, boolean]>([
    ['the same at the same place', [holding()], wanted(), true],
    ['a part of it', [holding()], wanted({ patterns: ['acme.report.read'] }), true],
    ['another resource', [holding()], wanted({ patterns: ['acme.archive.read'] }), false],
    ['all resources', [holding()], wanted({ patterns: ['acme.*.*'] }), false],
    ['everything', [holding()], wanted({ patterns: ['*'] }), false],
    [
      'the union of what two roles give',
      [holding(), holding({ patterns: ['acme.archive.*'] })],
      wanted({ patterns: ['acme.*.*'] }),
      false,
    ],
    [
      'two patterns, each within another role',
      [holding(), holding({ patterns: ['acme.archive.*'] })],
      wanted({ patterns: ['acme.report.read', 'acme.archive.read'] }),
      true,
    ],
    ['the tenant, out of an organization', [holding({ scope: 'org', orgId: 'a' })], wanted(), false],
    ['the same organization', [holding({ scope: 'org', orgId: 'a' })], wanted({ scope: 'org', orgId: 'a' }), true],
    [
      'an organization below',
      [holding({ scope: 'org', orgId: 'a' })],
      wanted({ scope: 'org', orgId: 'b', ancestorIds: ['a'] }),
      true,
    ],
    [
      'an organization beside',
      [holding({ scope: 'org', orgId: 'a' })],
      wanted({ scope: 'org', orgId: 'b', ancestorIds: ['c'] }),
      false,
    ],
    ['an organization above', [holding({ scope: 'org', orgId: 'b' })], wanted({ scope: 'org', orgId: 'a' }), false],
    [
      'own rows of somebody else, out of an organization',
      [holding({ scope: 'org', orgId: 'a' })],
      wanted({ scope: 'user' }),
      false,
    ],
    ['own rows, out of own rows', [holding({ scope: 'user' })], wanted({ scope: 'user' }), false],
    ['own rows, out of the tenant', [holding()], wanted({ scope: 'user' }), true],
    ['the system, out of a tenant', [holding({ patterns: ['*'] })], wanted({ scope: 'saas' }), false],
    ['a tenant, out of the system', [holding({ scope: 'saas' })], wanted(), true],
    ['for ever, out of a while', [holding({ expiresAt: SOON })], wanted({ expiresAt: NEVER }), false],
    ['for longer than one has it', [holding({ expiresAt: SOON })], wanted({ expiresAt: LATER }), false],
    ['for as long as one has it', [holding({ expiresAt: SOON })], wanted({ expiresAt: SOON }), true],
    ['a shorter while', [holding()], wanted({ expiresAt: SOON }), true],
  ])('%s', (_, holdings, want, allowed) => {
    expect(exceeding(holdings, want).length === 0).toBe(allowed);
  });
});

const PARTS = ['a', 'b', '*'] as const;
const KEYS = ['a', 'b', 'c'].flatMap((p) =>
  ['a', 'b', 'c'].flatMap((r) => ['a', 'b', 'c'].map((x) => `${p}.${r}.${x}`)),
);
const pattern = fc.oneof(
  fc
    .tuple(fc.constantFrom(...PARTS), fc.constantFrom(...PARTS), fc.constantFrom(...PARTS))
    .map((parts) => parts.join('.')),
  fc.constant('*'),
);

test('a pattern that contains another one matches everything that one matches', () => {
  fc.assert(
    fc.property(pattern, pattern, (outer, inner) => {
      const everyKey = KEYS.filter((key) => contains(inner, key)).every((key) => contains(outer, key));
      expect(contains(outer, inner)).toBe(everyKey);
    }),
    { numRuns: 500 },
  );
});

test('a role is granted at its own scope or a narrower one, and what is for the system stays in the system', () => {
  const scopes: GrantScope[] = ['saas', 'tenant', 'org', 'user'];
  const allowed = scopes.flatMap((role) =>
    scopes.filter((at) => mayBeGrantedAt(role, at)).map((at) => `${role}@${at}`),
  );
  expect(allowed).toEqual([
    'saas@saas',
    'tenant@tenant',
    'tenant@org',
    'tenant@user',
    'org@org',
    'org@user',
    'user@user',
  ]);
});

describe('whatever roles there are', () => {
  const ANCESTORS: Record<string, string[]> = { top: [], middle: ['top'], leaf: ['top', 'middle'], beside: [] };
  const orgs = Object.keys(ANCESTORS);
  const times = [null, SOON, LATER];
  const place = fc.oneof(
    fc.constantFrom<{ scope: GrantScope; orgId: string | null }>(
      { scope: 'saas', orgId: null },
      { scope: 'tenant', orgId: null },
      { scope: 'user', orgId: null },
    ),
    fc.constantFrom(...orgs).map((orgId) => ({ scope: 'org' as GrantScope, orgId })),
  );
  const held = fc
    .tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), place, fc.constantFrom(...times))
    .map(([patterns, where, expiresAt]): Holding => ({ patterns, ...where, expiresAt }));

  /** What a grant lets its holder do, said one act at a time: a permission on a row of an organization at a time. */
  const acts = ({ patterns, scope, orgId, expiresAt }: Holding): string[] =>
    KEYS.filter((key) => patterns.some((each) => contains(each, key))).flatMap((key) =>
      ['system', 'tenant', ...orgs]
        .filter((where) => {
          if (scope === 'saas') return true;
          if (where === 'system') return false;
          if (scope === 'tenant' || scope === 'user') return true;
          return where === orgId || ANCESTORS[where]?.includes(orgId as string);
        })
        .flatMap((where) =>
          ['now', 'later', 'ever']
            .filter((_, at) => at === 0 || expiresAt === null || (at === 1 && expiresAt >= LATER))
            .map((when) => `${key} ${where} ${when}`),
        ),
    );

  test('what may be granted lets nobody do what its grantor could not', () => {
    fc.assert(
      fc.property(fc.array(held, { maxLength: 4 }), held, (holdings, want) => {
        const ancestorIds = want.orgId === null ? [] : (ANCESTORS[want.orgId] as string[]);
        fc.pre(exceeding(holdings, { ...want, ancestorIds }).length === 0);
        const own = new Set(holdings.filter(({ scope }) => scope !== 'user').flatMap(acts));
        expect(acts(want).filter((act) => !own.has(act))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
