import { describe, expect, test } from '@jest/globals';
import {
  type EntitlementTerms,
  entitlementChanges,
  entitlementsAt,
  entitlementsOf,
  type HeldEntitlement,
  licenceAt,
  type ModuleGrant,
  type SubscribedPlan,
} from './licence.js';
import type { SubscriptionTerms } from './subscription.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const BEFORE = new Date('2026-11-01T00:00:00Z');
const AFTER = new Date('2026-12-01T00:00:00Z');
const LATER = new Date('2027-02-01T00:00:00Z');

const subscription = (more: Partial<SubscriptionTerms> = {}): SubscriptionTerms => ({
  status: 'active',
  trial: false,
  validFrom: BEFORE,
  validUntil: null,
  graceUntil: null,
  scheduled: null,
  ...more,
});
const entitlement = (more: Partial<EntitlementTerms> = {}): EntitlementTerms => ({
  status: 'active',
  validFrom: BEFORE,
  validUntil: null,
  manual: false,
  ...more,
});

describe('a licence', () => {
  test.each<[string, SubscriptionTerms | null, EntitlementTerms | null, string]>([
    ['that runs', subscription(), entitlement(), 'entitled'],
    ['on trial', subscription({ status: 'trialing', trial: true }), entitlement(), 'entitled'],
    ['in its grace', subscription({ validUntil: BEFORE, graceUntil: AFTER }), entitlement(), 'entitled'],
    ['over its grace', subscription({ validUntil: BEFORE, graceUntil: NOW }), entitlement(), 'expired'],
    ['whose time is over', subscription({ validUntil: NOW }), entitlement(), 'expired'],
    ['that has not begun', subscription({ validFrom: AFTER }), entitlement({ validFrom: AFTER }), 'not_entitled'],
    ['cancelled', subscription({ status: 'cancelled' }), entitlement(), 'expired'],
    [
      'to be cancelled a moment ago',
      subscription({ scheduled: { change: 'cancel', at: NOW } }),
      entitlement(),
      'expired',
    ],
    ['to be cancelled later', subscription({ scheduled: { change: 'cancel', at: AFTER } }), entitlement(), 'entitled'],
    ['suspended', subscription({ status: 'suspended' }), entitlement(), 'suspended'],
    ['suspended, with a gift', subscription({ status: 'suspended' }), entitlement({ manual: true }), 'suspended'],
    ['without the module', subscription(), null, 'not_entitled'],
    ['whose module was revoked', subscription(), entitlement({ status: 'revoked' }), 'not_entitled'],
    ['that is only a gift', null, entitlement({ manual: true }), 'entitled'],
    ['that is only a gift, over', null, entitlement({ manual: true, validUntil: NOW }), 'not_entitled'],
    ['over, with a gift', subscription({ status: 'expired' }), entitlement({ manual: true }), 'entitled'],
    ['that never was', null, null, 'not_entitled'],
  ])('%s', (_, terms, module, expected) => {
    expect(licenceAt(NOW, terms, module)).toBe(expected);
  });
});

const meters = [
  { key: 'a.exports', module: 'a.reports' },
  { key: 'a.shelves', module: 'a.archive' },
];
const plan = (modules: string[], limits = {}, more: Partial<SubscribedPlan> = {}): SubscribedPlan => ({
  ...subscription(),
  id: 's',
  product: 'a',
  plan: { modules, limits },
  ...more,
});
const grant = (moduleKey: string, more: Partial<ModuleGrant> = {}): ModuleGrant => ({
  moduleKey,
  layer: 'grant',
  validFrom: BEFORE,
  validUntil: null,
  ...more,
});

describe('what a tenant holds', () => {
  test('is what its plan gives, each module with the limits of its own meters, unlimited ones included', () => {
    expect(
      entitlementsOf({ modules: ['a.reports', 'a.archive'], limits: { 'a.exports': null, 'a.shelves': 0 } }, meters),
    ).toEqual([
      { moduleKey: 'a.reports', limits: { 'a.exports': null } },
      { moduleKey: 'a.archive', limits: { 'a.shelves': 0 } },
    ]);
  });

  test('is of every product it subscribes to', () => {
    const other = plan(['b.things'], {}, { id: 't', product: 'b' });
    const held = entitlementsAt(NOW, [plan(['a.reports'], { 'a.exports': 1 }), other], [], meters);
    expect(held.map(({ moduleKey, subscriptionId }) => [moduleKey, subscriptionId])).toEqual([
      ['a.reports', 's'],
      ['b.things', 't'],
    ]);
  });

  test('holds a grant beside the plan, which a module keeps that has no limit of its own in the plan', () => {
    const held = entitlementsAt(NOW, [plan(['a.reports'], { 'a.exports': 1 })], [grant('a.archive')], meters);
    expect(held[1]).toMatchObject({ moduleKey: 'a.archive', source: 'manual', limits: { 'a.shelves': 0 } });
  });

  test('lasts as long as the longer of plan and grant', () => {
    const ends = plan(['a.reports'], { 'a.exports': 1 }, { validUntil: AFTER });
    const of = (validUntil: Date | null) =>
      entitlementsAt(NOW, [ends], [grant('a.reports', { validUntil })], meters)[0];
    expect(of(LATER)).toMatchObject({ source: 'manual', validUntil: LATER, limits: { 'a.exports': 1 } });
    expect(of(NOW)).toMatchObject({ source: 'subscription', validUntil: AFTER });
    expect(of(null)).toMatchObject({ source: 'manual', validUntil: null });
  });

  test('has add-ons only with a subscription that lives', () => {
    const addon = grant('a.archive', { layer: 'addon' });
    expect(entitlementsAt(NOW, [plan([])], [addon], meters)).toHaveLength(1);
    expect(entitlementsAt(NOW, [plan([], {}, { status: 'expired' })], [addon], meters)).toEqual([]);
    expect(entitlementsAt(NOW, [], [addon], meters)).toEqual([]);
    expect(entitlementsAt(NOW, [], [grant('a.archive')], meters)).toHaveLength(1);
  });
});

test('moving to another plan begins, changes and ends exactly what differs', () => {
  const held = (module_key: string, plan_limits = {}): HeldEntitlement => ({
    id: `id of ${module_key}`,
    module_key,
    subscription_id: 's',
    source: 'subscription',
    valid_from: BEFORE,
    valid_until: null,
    plan_limits,
  });
  const wanted = (moduleKey: string, limits = {}) => ({
    moduleKey,
    limits,
    validFrom: BEFORE,
    validUntil: null,
    source: 'subscription' as const,
    subscriptionId: 's',
  });
  const changes = entitlementChanges(
    [held('a.same', { m: 1 }), held('a.more', { n: 1 }), held('a.gone')],
    [wanted('a.same', { m: 1 }), wanted('a.more', { n: null }), wanted('a.new')],
  );
  expect(changes.begin.map(({ moduleKey }) => moduleKey)).toEqual(['a.new']);
  expect(changes.change.map(({ id }) => id)).toEqual(['id of a.more']);
  expect(changes.end).toEqual(['id of a.gone']);
});
