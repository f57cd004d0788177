import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { brokenInvariants } from '../../database/invariants.js';
import type { Hall } from '../../testing/hall.js';
import { PaymentWorld, PRICE } from './testing/payment-world.js';

/** More of them where there is time. */
const RACES = process.env.LAW_CASES ? 50 : 20;
/** 300 in `npm run laws`. */
const CASES = Math.min(300, Number(process.env.LAW_CASES ?? 40));
const AT_A_TIME = 10;

let town: PaymentWorld;
let hall: Hall;

beforeAll(async () => {
  town = await PaymentWorld.open();
  hall = await town.hall();
});
afterAll(async () => {
  await town?.close();
  await stopPostgres();
});

/** Ours is what the provider has, and no key has moved money twice. */
async function expectEqualTruth(paymentId: string): Promise<void> {
  const truth = town.provider.truth(paymentId);
  const [ours] = await town.world.rows(
    'SELECT captured::float8 AS captured, refunded::float8 AS refunded FROM digilist.payments WHERE id = $1',
    [paymentId],
  );
  expect(ours).toEqual({ captured: truth.captured, refunded: truth.refunded });
  const moved = town.provider.moved.filter(({ reference }) => reference === paymentId);
  expect(new Set(moved.map(({ key }) => key)).size).toBe(moved.length);
  expect(moved.filter(({ kind }) => kind === 'capture').length).toBeLessThanOrEqual(1);
}

describe('whatever is heard, in which order and how often', () => {
  it('what is so in the end is the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('webhook', 'repeated', 'theirs', 'check', 'lost'), { maxLength: 8 }),
        fc.nat({ max: 8 }),
        async (heard, paidAfter) => {
          const booking = await town.booking(hall);
          const payment = await town.started([booking.id]);
          const first = town.provider.webhook(payment.id);
          for (const [at, what] of heard.entries()) {
            if (at === paidAfter) town.provider.pay(payment.id);
            if (what === 'webhook') await town.tell(town.provider.webhook(payment.id));
            if (what === 'repeated') await town.tell(first);
            if (what === 'theirs') await town.tell(town.provider.webhook(payment.id, 'theirs'));
            if (what === 'check') town.wake();
          }
          town.provider.pay(payment.id);
          await town.reconcile(new Date(payment.expiresAt));
          await town.atRest();
          expect((await town.read(booking.id)).status).toBe('confirmed');
          expect((await town.payment(payment.id)).status).toBe('captured');
          await expectEqualTruth(payment.id);
          expect(await town.told('payment.received', booking.id)).toHaveLength(1);
        },
      ),
      { numRuns: 20, seed: 20261123 },
    );
  });
});

describe('money that comes too late', () => {
  it('is let go before it was taken, and the payer is told', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    await town.runOut(booking.id);
    await town.pay(payment);
    await town.becomes(payment.id, 'cancelled');
    await town.sweep();
    expect(town.provider.truth(payment.id)).toMatchObject({ captured: 0, closed: 'cancelled' });
    expect((await town.read(booking.id)).status).toBe('expired');
    expect(await town.told('payment.refunded', booking.id)).toHaveLength(1);
    const cases = 'SELECT kind, status, resolution FROM digilist.payment_cases WHERE payment_id = $1';
    expect(await town.world.rows(cases, [payment.id])).toEqual([
      { kind: 'late_payment', status: 'resolved', resolution: 'itself' },
    ]);
  });

  it('is given back where the provider had taken it at once', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    await town.runOut(booking.id);
    town.provider.capturesAtOnce = true;
    await town.pay(payment);
    town.provider.capturesAtOnce = false;
    await town.becomes(payment.id, 'refunded');
    await expectEqualTruth(payment.id);
    expect(await town.books(booking.id)).toEqual({});
  });

  it('for one of several bookings is given back for that one only', async () => {
    const [kept, lost] = [await town.booking(hall), await town.booking(hall)];
    const payment = await town.started([kept.id, lost.id]);
    await town.runOut(lost.id);
    await town.pay(payment);
    await town.bookingBecomes(kept.id, 'confirmed');
    await town.atRest();
    expect(town.provider.truth(payment.id)).toMatchObject({ captured: 2 * PRICE, refunded: PRICE });
    await town.sweep();
    expect((await town.read(lost.id)).status).toBe('expired');
  });

  it('races the end of the hold, and there is never both and never neither', async () => {
    for (let round = 0; round < RACES; round++) {
      const booking = await town.booking(hall);
      const payment = await town.started([booking.id]);
      town.provider.pay(payment.id);
      const acts = [
        () => town.runOut(booking.id).then(() => town.sweep()),
        () => town.tell(town.provider.webhook(payment.id)),
      ];
      await Promise.all((round % 2 ? acts : acts.reverse()).map((act) => act()));
      // What the provider was too slow to answer is asked again.
      await eventually(async () => {
        await town.atRest();
        await town.sweep();
        const { status } = await town.read(booking.id);
        const { status: paid } = await town.payment(payment.id);
        expect([
          ['confirmed', 'captured'],
          ['expired', 'cancelled'],
          ['expired', 'refunded'],
        ]).toContainEqual([status, paid]);
      });
      await expectEqualTruth(payment.id);
    }
  });
});

/** Some at a time. */
async function inTurns<Of, To>(all: readonly Of[], act: (each: Of, n: number) => Promise<To>): Promise<To[]> {
  const done: To[] = [];
  for (let from = 0; from < all.length; from += AT_A_TIME)
    done.push(...(await Promise.all(all.slice(from, from + AT_A_TIME).map((each, n) => act(each, from + n)))));
  return done;
}

it('payments with a provider that fails at every third call end as if it had not', async () => {
  let call = 0;
  const faults = ['lost_after', 'lost_before', null, null, 'lost_after', null, null, null, null, null] as const;
  town.provider.fault = () => faults[(call++ * 7) % faults.length] ?? null;
  const places = await Promise.all(Array.from({ length: 3 }, () => town.hall()));
  const bookings = [];
  for (let n = 0; n < CASES; n++) bookings.push(await town.booking(places[n % 3] as Hall));
  const started = async (id: string): Promise<string> => {
    const reply = await town.start([id]);
    if (reply.ok) return String(reply.body.id);
    if (reply.code !== 'PAYMENT_OUTCOME_UNKNOWN') throw new Error(JSON.stringify(reply.body));
    return started(id);
  };
  const payments = await inTurns(bookings, ({ id }) => started(id));
  await inTurns(payments, async (id, n) => {
    town.provider.pay(id);
    const webhook = town.provider.webhook(id, n % 2 ? 'ours' : 'theirs');
    // Some are never heard, some five times.
    for (let times = 0; times < n % 6; times++) await town.tell(webhook);
  });
  // Holds outlive payments: what is learned in between is in time, and the rest is given back.
  const later = (minutes: number) => town.reconcile(new Date(Date.now() + minutes * 60_000));
  for (let minutes = 31; minutes < 35; minutes += 0.5) await later(minutes);
  town.provider.fault = () => null;
  for (const minutes of [120, 240, 360]) await later(minutes);
  await town.atRest();
  for (const id of payments) await expectEqualTruth(id);
  const ends = await town.world.rows<{ booking: string; payment: string; n: number }>(
    `SELECT b.status AS booking, p.status AS payment, count(*)::int AS n FROM digilist.payment_bookings pb
     JOIN digilist.payments p ON p.id = pb.payment_id JOIN digilist.bookings b ON b.id = pb.booking_id
     WHERE p.id = ANY ($1::uuid[]) GROUP BY 1, 2`,
    [payments],
  );
  // Taken and confirmed, or neither.
  for (const { booking, payment } of ends) expect(booking === 'confirmed').toBe(payment === 'captured');
  const confirmed = ends.find(({ booking }) => booking === 'confirmed')?.n ?? 0;
  expect(confirmed).toBeGreaterThan(CASES * 0.9);
  expect(await brokenInvariants((text) => town.world.rows(text))).toEqual([]);
}, 300_000);
