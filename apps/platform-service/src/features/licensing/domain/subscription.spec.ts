import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isLive,
  mayBecome,
  nextInstant,
  type SubscriptionTerms,
  statusAt,
  TRANSITIONS,
  transitionProblems,
} from './subscription.js';

describe('the statuses of a subscription', () => {
  test('are all reached, and all come to an end', () => {
    expect(transitionProblems(TRANSITIONS)).toEqual([]);
  });

  test.each<[string, Record<string, string[]>, string]>([
    ['one nobody reaches', { trialing: ['over'], active: ['over'], lost: ['over'], over: [] }, 'lost is never reached'],
    ['a circle', { trialing: ['active'], active: ['trialing'], over: [] }, 'trialing never ends'],
    [
      'a way to nowhere',
      { trialing: ['over'], active: ['gone'], over: [] },
      'active leads to gone, which is no status',
    ],
  ])('would not start with %s', (_, table, problem) => {
    expect(transitionProblems(table)).toContain(problem);
  });

  test('that are over stay over', () => {
    expect([mayBecome('cancelled', 'active'), mayBecome('expired', 'active'), mayBecome('active', 'trialing')]).toEqual(
      [false, false, false],
    );
  });
});

const at = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000);
const terms = (more: Partial<SubscriptionTerms> = {}): SubscriptionTerms => ({
  status: 'active',
  trial: false,
  validFrom: at(0),
  validUntil: at(10),
  graceUntil: at(20),
  scheduled: null,
  ...more,
});

describe('at an instant', () => {
  test.each([
    ['active', 5, terms()],
    ['trialing', 5, terms({ trial: true, status: 'trialing' })],
    ['past_due', 10, terms()],
    ['expired', 20, terms()],
    ['expired', 10, terms({ graceUntil: null })],
    ['active', 5, terms({ status: 'past_due' })],
    ['suspended', 30, terms({ status: 'suspended' })],
    ['cancelled', 30, terms({ status: 'suspended', scheduled: { change: 'cancel', at: at(8) } })],
    ['cancelled', 8, terms({ scheduled: { change: 'cancel', at: at(8) } })],
    ['active', 7, terms({ scheduled: { change: 'cancel', at: at(8) } })],
  ] as const)('it is %s on day %i', (status, day, given) => {
    expect(statusAt(at(day), given)).toBe(status);
  });

  test('the clock takes only steps that the table has, and looking once at the end is looking every day', () => {
    const day = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(day, fc.option(day), fc.option(day), fc.boolean(), (until, grace, cancel, trial) => {
        const given = terms({
          status: trial ? 'trialing' : 'active',
          trial,
          validUntil: at(until),
          graceUntil: grace === null ? null : at(until + grace),
          scheduled: cancel === null ? null : { change: 'cancel', at: at(cancel) },
        });
        let status = given.status;
        for (let today = 0; today <= 90; today++) {
          const next = statusAt(at(today), { ...given, status });
          expect(mayBecome(status, next)).toBe(true);
          if (next !== status) expect(isLive(status)).toBe(true);
          status = next;
        }
        expect(isLive(status)).toBe(false);
        expect(statusAt(at(90), given)).toBe(status);
        const due = nextInstant(at(0), given);
        expect(due).not.toBeNull();
        expect(statusAt(new Date((due as Date).getTime() - 1), given)).toBe(given.status);
      }),
    );
  });
});
