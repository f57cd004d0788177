import { describe, expect, test } from '@jest/globals';
import {
  type EntitlementTerms,
  entitlementChanges,
  entitlementsOf,
  type HeldEntitlement,
  licenceAt,
  type SubscriptionTerms,
} from './licence.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const BEFORE = new Date('2026-11-01T00:00:00Z');
const AFTER = new Date('2026-12-01T00:00:00Z');

const subscription = (more: Partial<SubscriptionTerms> = {}): SubscriptionTerms => ({
  status: 'active',
  validFrom: BEFORE,
  validUntil: null,
  graceUntil: null,
  ...more,
});
const entitlement = (more: Partial<EntitlementTerms> = {}): EntitlementTerms => ({
  status: 'active',
  validFrom: BEFORE,
  validUntil: null,
  ...more,
});

describe('a licence', () => {
  test.each<[string, SubscriptionTerms | null, EntitlementTerms | null, string]>([
    ['active', subscription(), entitlement(), 'entitled'],
    ['on trial', subscription({ status: 'trialing' }), entitlement(), 'entitled'],
    ['unpaid, within its time', subscription({ status: 'past_due', validUntil: AFTER }), entitlement(), 'entitled'],
    ['without the module', subscription(), null, 'not_entitled'],
    ['with the module taken back', subscription(), entitlement({ status: 'revoked' }), 'not_entitled'],
    ['suspended', subscription({ status: 'suspended' }), entitlement(), 'suspended'],
    ['suspended and over', subscription({ status: 'suspended', validUntil: BEFORE }), entitlement(), 'suspended'],
    ['cancelled', subscription({ status: 'cancelled' }), entitlement(), 'expired'],
    ['whose time is over, though nobody wrote it down', subscription({ validUntil: NOW }), entitlement(), 'expired'],
    ['within its grace', subscription({ validUntil: BEFORE, graceUntil: AFTER }), entitlement(), 'entitled'],
    ['whose grace is over', subscription({ validUntil: BEFORE, graceUntil: NOW }), entitlement(), 'expired'],
    ['that begins later', subscription({ validFrom: AFTER }), entitlement(), 'not_entitled'],
    ['given by hand', null, entitlement({ validUntil: AFTER }), 'entitled'],
    ['given by hand until now', null, entitlement({ validUntil: NOW }), 'not_entitled'],
    ['that is not there', null, null, 'not_entitled'],
  ])('%s', (_, bought, given, expected) => {
    expect(licenceAt(NOW, bought, given)).toBe(expected);
  });
});

const wanted = (moduleKey: string, limits: Record<string, number | null> = {}) => ({
  moduleKey,
  limits,
  validFrom: BEFORE,
  validUntil: null,
  source: 'subscription' as const,
  subscriptionId: 's',
});
const held = (
  module_key: string,
  limits: Record<string, number | null> = {},
  more: Partial<HeldEntitlement> = {},
): HeldEntitlement => ({
  id: `id of ${module_key}`,
  module_key,
  subscription_id: 's',
  source: 'subscription',
  valid_from: BEFORE,
  valid_until: null,
  limits,
  ...more,
});

describe('moving to another plan', () => {
  test('begins, changes and ends exactly what differs', () => {
    const changes = entitlementChanges(
      [held('a.same', { m: 1 }), held('a.more', { n: 1 }), held('a.gone')],
      [wanted('a.same', { m: 1 }), wanted('a.more', { n: null }), wanted('a.new')],
      's',
    );
    expect(changes.begin.map(({ moduleKey }) => moduleKey)).toEqual(['a.new']);
    expect(changes.change.map(({ id }) => id)).toEqual(['id of a.more']);
    expect(changes.end).toEqual(['id of a.gone']);
  });

  test('leaves alone what was given by hand, and what belongs to another subscription', () => {
    const changes = entitlementChanges(
      [
        held('a.gift', {}, { source: 'manual', subscription_id: null }),
        held('b.other', {}, { subscription_id: 'other' }),
      ],
      [wanted('a.gift', { m: 5 })],
      's',
    );
    expect(changes).toEqual({ begin: [], change: [], end: [] });
  });

  test('gives each module the limits of its own meters, unlimited ones included', () => {
    const meters = [
      { key: 'a.exports', module: 'a.reports' },
      { key: 'a.shelves', module: 'a.archive' },
    ];
    expect(
      entitlementsOf({ modules: ['a.reports', 'a.archive'], limits: { 'a.exports': null, 'a.shelves': 0 } }, meters),
    ).toEqual([
      { moduleKey: 'a.reports', limits: { 'a.exports': null } },
      { moduleKey: 'a.archive', limits: { 'a.shelves': 0 } },
    ]);
  });
});
