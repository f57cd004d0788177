import { BOOKING_STATUSES, type BookingStatus, PAYMENT_POLICIES, type PaymentPolicy } from '@digilist/contracts';
import fc from 'fast-check';
import {
  decideCancel,
  faultsOf,
  holds,
  holdUntil,
  isFinal,
  mayBecome,
  statusOnApproval,
  statusOnSubmit,
  TRANSITIONS,
} from './lifecycle.js';

const NOW = new Date('2026-12-01T12:00:00Z');
const status = fc.constantFrom(...BOOKING_STATUSES);
const standing = fc.record({
  paymentPolicy: fc.constantFrom(...PAYMENT_POLICIES),
  needsApproval: fc.boolean(),
  total: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10_000_000 })),
});

describe('the life of a booking', () => {
  it('is a sound graph: every status is reached from draft and leads to an end', () => {
    expect(faultsOf(TRANSITIONS, 'draft')).toEqual([]);
    expect(Object.keys(TRANSITIONS).sort()).toEqual([...BOOKING_STATUSES].sort());
  });

  it.each([
    ['an unknown target', { draft: ['gone'] }, 'draft leads to the unknown status gone'],
    ['a loop onto itself', { draft: ['draft', 'done'], done: [] }, 'draft leads to itself'],
    ['a doubled target', { draft: ['done', 'done'], done: [] }, 'draft names a target twice'],
    ['an island', { draft: ['done'], done: [], island: ['done'] }, 'island is never reached from draft'],
    ['a life without an end', { draft: ['a', 'z'], a: ['b'], b: ['a'], z: [] }, 'a leads to no final status'],
  ])('is refused at start with %s', (_fault, table, message) => {
    expect(faultsOf(table, 'draft')).toContain(message);
  });

  it('agrees with the table of the design for every pair of statuses', () => {
    const allowed = new Set(
      [
        'draft>pending draft>cancelled draft>expired',
        'pending>awaiting_payment pending>awaiting_approval pending>confirmed pending>cancelled pending>expired',
        'awaiting_payment>awaiting_approval awaiting_payment>confirmed awaiting_payment>cancelled awaiting_payment>expired',
        'awaiting_approval>awaiting_payment awaiting_approval>confirmed awaiting_approval>rejected',
        'awaiting_approval>cancelled awaiting_approval>expired',
        'confirmed>completed confirmed>cancelled confirmed>no_show confirmed>awaiting_approval',
        'rejected>refunded rejected>awaiting_approval cancelled>refunded',
      ].flatMap((line) => line.split(' ')),
    );
    fc.assert(
      fc.property(status, status, (from, to) => mayBecome(from, to) === allowed.has(`${from}>${to}`)),
      { numRuns: 2000 },
    );
  });

  it('never leaves a final status, however a walk through it goes', () => {
    fc.assert(
      fc.property(fc.array(status, { maxLength: 40 }), (attempts) => {
        let at: BookingStatus = 'draft';
        let ended = false;
        for (const to of attempts) {
          if (!mayBecome(at, to)) continue;
          if (ended) return false;
          at = to;
          ended = isFinal(at);
        }
        return true;
      }),
      { numRuns: 2000 },
    );
  });

  it('sends a submission where it may go from pending, and waits for money only when there is some to pay', () => {
    fc.assert(
      fc.property(standing, (given) => {
        const to = statusOnSubmit(given);
        expect(mayBecome('pending', to)).toBe(true);
        expect(holds(to)).toBe(true);
        if (given.total === 0) expect(to).not.toBe('awaiting_payment');
        if (given.needsApproval) expect(to).not.toBe('confirmed');
      }),
    );
  });

  it('sends an approved booking where it may go from awaiting_approval', () => {
    fc.assert(fc.property(standing, (given) => mayBecome('awaiting_approval', statusOnApproval(given))));
  });

  it.each<[PaymentPolicy, boolean, BookingStatus, BookingStatus]>([
    ['FREE', false, 'confirmed', 'confirmed'],
    ['FREE', true, 'awaiting_approval', 'confirmed'],
    ['INVOICE', false, 'confirmed', 'confirmed'],
    ['INVOICE', true, 'awaiting_approval', 'confirmed'],
    ['PAY_AND_CONFIRM', false, 'awaiting_payment', 'awaiting_payment'],
    ['PAY_AND_CONFIRM', true, 'awaiting_approval', 'awaiting_payment'],
    ['APPROVE_THEN_PAY', false, 'awaiting_payment', 'awaiting_payment'],
    ['APPROVE_THEN_PAY', true, 'awaiting_approval', 'awaiting_payment'],
    ['PAY_THEN_APPROVE', false, 'awaiting_payment', 'confirmed'],
    ['PAY_THEN_APPROVE', true, 'awaiting_payment', 'confirmed'],
  ])('%s, approval needed %s: first %s, after approval %s', (paymentPolicy, needsApproval, first, approved) => {
    expect(statusOnSubmit({ paymentPolicy, needsApproval, total: 120_000 })).toBe(first);
    expect(statusOnApproval({ paymentPolicy, total: 120_000 })).toBe(approved);
  });

  it('ends by itself only while it waits for money', () => {
    fc.assert(fc.property(status, (at) => (holdUntil(at, NOW) !== null) === (at === 'awaiting_payment')));
    expect(holdUntil('awaiting_payment', NOW)).toEqual(new Date('2026-12-01T12:15:00Z'));
  });
});

describe('cancelling', () => {
  const later = new Date('2026-12-02T12:00:00Z');
  const earlier = new Date('2026-12-01T11:00:00Z');

  it('is allowed exactly where the table allows it', () => {
    fc.assert(
      fc.property(
        status,
        (at) => decideCancel({ status: at, startsAt: later }, NOW, false).allowed === mayBecome(at, 'cancelled'),
      ),
    );
  });

  it('is refused to the booker once it has begun, not to staff', () => {
    expect(decideCancel({ status: 'confirmed', startsAt: earlier }, NOW, false)).toEqual({
      allowed: false,
      reason: 'BOOKING_STARTED',
    });
    expect(decideCancel({ status: 'confirmed', startsAt: earlier }, NOW, true)).toEqual({ allowed: true });
    expect(decideCancel({ status: 'draft', startsAt: earlier }, NOW, false)).toEqual({ allowed: true });
  });
});
