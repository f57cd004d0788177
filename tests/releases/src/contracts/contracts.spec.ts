import { describe, expect, it } from '@jest/globals';
import { acceptedChanges, judge } from '../release/accepted.js';
import { lastRelease } from '../release/releases.js';
import { breaksOf, explain, keyOf } from './compare.js';
import type { Schema } from './contracts.js';
import { describeCheckout } from './describe-checkout.js';

describe('the contracts', () => {
  it('of this checkout serve whoever was built against the last release', async () => {
    const release = lastRelease();
    const { contracts } = await describeCheckout();
    const today = new Date().toISOString().slice(0, 10);
    const breaks = breaksOf(release.contracts, contracts, today);
    const { open, idle } = judge(breaks.map(keyOf), acceptedChanges('contracts'));
    const messages = breaks.filter((one) => open.includes(keyOf(one))).map(explain);
    if (messages.length > 0)
      throw new Error(
        `This would break those who were built against ${release.version}:\n\n  ${messages.join('\n  ')}\n\n` +
          'docs/operations/releases.md says how to change a contract. A break that must be is listed with its reason in ' +
          'releases/accepted.json.',
      );
    expect(idle).toEqual([]);
    expect(contracts.operations.length).toBeGreaterThan(400);
  });

  it('would be found without a field that clients read, and with one that they do not send', async () => {
    const { contracts } = lastRelease();
    const next = structuredClone(contracts);
    delete (next.schemas as Record<string, { properties?: Record<string, Schema> }>).Booking?.properties?.total;
    (next.schemas.CreateBooking as { required: string[] }).required.push('purpose');
    const found = breaksOf(contracts, next, '2026-12-01').map(({ rule, at, reaches }) => ({ rule, at, reaches }));
    expect(found).toEqual(
      expect.arrayContaining([
        { rule: 'answer-field-removed', at: 'Booking.total', reaches: expect.arrayContaining(['digilist.getBooking']) },
        { rule: 'request-field-required', at: 'CreateBooking.purpose', reaches: ['digilist.createBooking'] },
      ]),
    );
  });
});
