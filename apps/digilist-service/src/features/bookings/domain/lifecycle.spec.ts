import { BOOKING_STATUSES, type BookingStatus, PAYMENT_POLICIES, type PaymentPolicy } from '@digilist/contracts';
import fc from 'fast-check';
import {
  EXPIRING,
  faultsOf,
  freeFrom,
  holds,
  holdUntil,
  isFinal,
  mayBecome,
  obstacleToCancel,
  obstacleToChange,
  obstacleToEnd,
  statusOnApproval,
  statusOnChange,
  statusOnSubmit,
  TRANSITIONS,
} from './lifecycle.js';

const NOW = new Date('2026-12-01T12:00:00Z');
const LATER = new Date('2026-12-02T12:00:00Z');
const EARLIER = new Date('2026-12-01T11:00:00Z');
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
        'rejected>refunded rejected>awaiting_approval cancelled>refunded refunded>awaiting_approval',
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

  it('ends by itself only while it waits for money, or was never submitted', () => {
    fc.assert(fc.property(status, (at) => (holdUntil(at, NOW) !== null) === EXPIRING.includes(at)));
    expect(EXPIRING).toEqual(['draft', 'awaiting_payment']);
    expect(holdUntil('awaiting_payment', NOW)).toEqual(new Date('2026-12-01T12:15:00Z'));
    expect(holdUntil('draft', NOW)).toEqual(new Date('2026-12-31T12:00:00Z'));
  });

  it('keeps its time while it holds it and once it was carried out, and gives back all of it otherwise, or the rest', () => {
    fc.assert(
      fc.property(status, (at) => {
        const from = freeFrom(at, new Date('2026-12-01T12:00:20Z'));
        if (at === 'no_show') expect(from).toBe('2026-12-01T12:01:00.000Z');
        else expect(from).toBe(holds(at) || at === 'completed' ? null : '-infinity');
      }),
    );
  });
});

describe('changing', () => {
  it('leads only where the table leads, or nowhere', () => {
    fc.assert(
      fc.property(status, standing, (at, given) => {
        if (obstacleToChange({ status: at, startsAt: LATER, endsAt: LATER, expiresAt: null }, NOW, false)) return;
        const to = statusOnChange(at, given);
        expect(to === at || mayBecome(at, to)).toBe(true);
        if (at === 'confirmed') expect(to).toBe(given.needsApproval ? 'awaiting_approval' : 'confirmed');
        if (given.total === 0) expect(to === 'awaiting_payment').toBe(false);
      }),
    );
  });

  it('is for what holds its time or is a draft, until it has begun, and then for staff', () => {
    fc.assert(
      fc.property(status, fc.boolean(), fc.boolean(), (at, begun, asStaff) => {
        const standpoint = { status: at, startsAt: begun ? EARLIER : LATER, endsAt: LATER, expiresAt: null };
        const obstacle = obstacleToChange(standpoint, NOW, asStaff);
        if (!holds(at) && at !== 'draft') expect(obstacle).toBe('INVALID_STATE');
        else expect(obstacle).toBe(begun && holds(at) && !asStaff ? 'BOOKING_STARTED' : null);
      }),
    );
  });

  it('is not for a hold that has run out', () => {
    const run = { status: 'awaiting_payment', startsAt: LATER, endsAt: LATER, expiresAt: EARLIER } as const;
    expect(obstacleToChange(run, NOW, true)).toBe('INVALID_STATE');
    expect(obstacleToChange({ ...run, expiresAt: LATER }, NOW, true)).toBeNull();
  });
});

describe('bringing to an end', () => {
  it('is for what is confirmed: completed after its end, a no-show after its start', () => {
    fc.assert(
      fc.property(status, fc.constantFrom(EARLIER, LATER), fc.constantFrom(EARLIER, LATER), (at, startsAt, endsAt) => {
        const standpoint = { status: at, startsAt, endsAt };
        const [completed, noShow] = [
          obstacleToEnd(standpoint, 'completed', NOW),
          obstacleToEnd(standpoint, 'no_show', NOW),
        ];
        if (at !== 'confirmed') expect([completed, noShow]).toEqual(['INVALID_STATE', 'INVALID_STATE']);
        else {
          expect(completed).toBe(endsAt === LATER ? 'BOOKING_NOT_OVER' : null);
          expect(noShow).toBe(startsAt === LATER ? 'BOOKING_NOT_STARTED' : null);
        }
      }),
    );
  });
});

describe('cancelling', () => {
  it('is allowed exactly where the table allows it', () => {
    fc.assert(
      fc.property(
        status,
        (at) => (obstacleToCancel({ status: at, startsAt: LATER }, NOW, false) === null) === mayBecome(at, 'cancelled'),
      ),
    );
  });

  it('is refused to the booker once it has begun, not to staff', () => {
    expect(obstacleToCancel({ status: 'confirmed', startsAt: EARLIER }, NOW, false)).toBe('BOOKING_STARTED');
    expect(obstacleToCancel({ status: 'confirmed', startsAt: EARLIER }, NOW, true)).toBeNull();
    expect(obstacleToCancel({ status: 'draft', startsAt: EARLIER }, NOW, false)).toBeNull();
  });
});
