import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import fc from 'fast-check';
import { brokenInvariants } from '../../database/invariants.js';
import type { Hall } from '../../testing/hall.js';
import { PaymentWorld, PRICE } from './testing/payment-world.js';

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
    await town.sweep();
    town.provider.pay(payment.id);
    await town.tell(town.provider.webhook(payment.id));
    await town.becomes(payment.id, 'cancelled');
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
    for (let round = 0; round < 50; round++) {
      const booking = await town.booking(hall);
      const payment = await town.started([booking.id]);
      town.provider.pay(payment.id);
      const acts = [
        () => town.runOut(booking.id).then(() => town.sweep()),
        () => town.tell(town.provider.webhook(payment.id)),
      ];
      await Promise.all((round % 2 ? acts : acts.reverse()).map((act) => act()));
      await town.atRest();
      await town.sweep();
      const { status } = await town.read(booking.id);
      const { status: paid } = await town.payment(payment.id);
      expect([
        ['confirmed', 'captured'],
        ['expired', 'cancelled'],
        ['expired', 'refunded'],
      ]).toContainEqual([status, paid]);
      await expectEqualTruth(payment.id);
    }
  });
});

it('three hundred payments with a provider that fails at every third call end as if it had not', async () => {
  let call = 0;
  const faults = ['lost_after', 'lost_before', null, null, 'lost_after', null, null, null, null, null] as const;
  town.provider.fault = () => faults[(call++ * 7) % faults.length] ?? null;
  const places = await Promise.all(Array.from({ length: 3 }, () => town.hall()));
  const bookings = [];
  for (let n = 0; n < 300; n++) bookings.push(await town.booking(places[n % 3] as Hall));
  const started = async (id: string): Promise<string> => {
    const reply = await town.start([id]);
    if (reply.ok) return String(reply.body.id);
    if (reply.code !== 'PAYMENT_OUTCOME_UNKNOWN') throw new Error(JSON.stringify(reply.body));
    return started(id);
  };
  const payments: string[] = [];
  for (let from = 0; from < bookings.length; from += 20)
    payments.push(...(await Promise.all(bookings.slice(from, from + 20).map(({ id }) => started(id)))));
  await Promise.all(
    payments.map(async (id, n) => {
      town.provider.pay(id);
      const webhook = town.provider.webhook(id, n % 2 ? 'ours' : 'theirs');
      // Some are never heard, some five times.
      for (let times = 0; times < n % 6; times++) await town.tell(webhook);
    }),
  );
  const inAnHour = () => town.reconcile(new Date(Date.now() + 3_600_000));
  // The job comes every minute; holds outlive payments, so what is learned within them is in time.
  await town.reconcile(new Date(Date.now() + 31 * 60_000));
  for (let turn = 0; turn < 6; turn++) await inAnHour();
  town.provider.fault = () => null;
  await inAnHour();
  await town.atRest();
  const [sums] = await town.world.rows(
    `SELECT count(*)::int AS n, count(*) FILTER (WHERE p.status = 'captured')::int AS captured
     FROM digilist.payments p WHERE p.id = ANY ($1::uuid[])`,
    [payments],
  );
  expect(sums).toEqual({ n: 300, captured: 300 });
  for (const id of payments) await expectEqualTruth(id);
  const confirmed = `SELECT count(*)::int AS n FROM digilist.bookings WHERE id = ANY ($1::uuid[]) AND status = 'confirmed'`;
  expect(await town.world.rows(confirmed, [bookings.map(({ id }) => id)])).toEqual([{ n: 300 }]);
  expect(await brokenInvariants((text) => town.world.rows(text))).toEqual([]);
}, 300_000);
