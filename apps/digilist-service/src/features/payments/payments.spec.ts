import {
  cancelPayment,
  getPayment,
  getReceipt,
  listBookings,
  listPayments,
  type Payment,
  type Receipt,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
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

const kroner = (amount: number) => ({ amount, currency: 'NOK' });

describe('starting to pay', () => {
  it('answers the page of the provider, and holds the time for longer than it can be paid', async () => {
    const booking = await town.booking(hall);
    expect(booking.payment).toEqual({ status: 'due', due: kroner(PRICE), paid: kroner(0), refunded: kroner(0) });
    const payment = await town.started([booking.id]);
    expect(payment).toMatchObject({
      status: 'open',
      amount: kroner(PRICE),
      redirectUrl: `https://pay.example/${payment.id}`,
      bookings: [{ bookingId: booking.id, amount: kroner(PRICE) }],
    });
    const { holdExpiresAt } = await town.read(booking.id);
    expect(Date.parse(holdExpiresAt as string) - Date.parse(payment.expiresAt)).toBeGreaterThanOrEqual(5 * 60_000);
    const [row] = await town.world.rows('SELECT subscription_id FROM digilist.payments WHERE id = $1', [payment.id]);
    expect(row).toEqual({ subscription_id: town.world.town.subscriptionId });
  });

  it('in two tabs is one payment', async () => {
    const booking = await town.booking(hall);
    const replies = await Promise.all([1, 2, 3].map(() => town.start([booking.id])));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(town.provider.truths.has(String(replies[0]?.body.id))).toBe(true);
  });

  it('of several bookings is one payment, and each of them is in no other', async () => {
    const [one, two] = [await town.booking(hall), await town.booking(hall)];
    const payment = await town.started([one.id, two.id]);
    expect(payment.amount).toEqual(kroner(2 * PRICE));
    const reply = await town.start([one.id]);
    expect([reply.code, reply.body.details]).toEqual([
      'PAYMENT_UNDER_WAY',
      expect.objectContaining({ paymentId: payment.id }),
    ]);
    await town.pay(payment);
    for (const { id } of [one, two]) await town.bookingBecomes(id, 'confirmed');
  });

  it('is refused for what is somebody else’s, not to be paid, or not to be paid together', async () => {
    const mine = await town.booking(hall);
    const stranger = await town.world.person('resident', 'user');
    expect((await town.start([mine.id], {}, stranger)).code).toBe('NOT_FOUND');
    expect((await town.start([])).code).toBe('NOTHING_TO_PAY');
    const invoiced = await town.booking(await town.hall({ paymentPolicy: 'INVOICE' }));
    expect((await town.start([invoiced.id])).code).toBe('NOTHING_TO_PAY');
    const elsewhere = await town.booking(await town.hall({ orgId: town.world.town.otherOrgId }));
    const together = await town.start([mine.id, elsewhere.id]);
    expect([together.code, together.body.details]).toEqual(['MIXED_POLICIES', { differs: 'orgId' }]);
    expect((await town.start([mine.id], { returnUrl: 'https://evil.example/paid' })).code).toBe(
      'RETURN_URL_NOT_ALLOWED',
    );
    expect((await town.start([mine.id], { returnUrl: 'http://localhost:3000@evil.example/' })).code).toBe(
      'RETURN_URL_NOT_ALLOWED',
    );
    await town.runOut(mine.id);
    const late = await town.start([mine.id]);
    expect([late.code, late.body.details]).toEqual(['INVALID_STATE', expect.objectContaining({ status: 'expired' })]);
  });

  it('whose outcome nobody knows is gone on with, under the same reference', async () => {
    const booking = await town.booking(hall);
    town.provider.fault = (name) => (name === 'checkout' ? 'lost_after' : null);
    const lost = await town.start([booking.id]);
    town.provider.fault = () => null;
    expect(lost.code).toBe('PAYMENT_OUTCOME_UNKNOWN');
    const again = await town.started([booking.id]);
    expect(again.id).toBe((lost.body.details as { paymentId: string }).paymentId);
    expect(again.status).toBe('open');
  });

  it('that the provider refuses has failed, and can be tried again five times in all', async () => {
    const booking = await town.booking(hall);
    town.provider.fault = (name) => (name === 'checkout' ? 'refuse' : null);
    const codes: (string | undefined)[] = [];
    for (let attempt = 0; attempt < 6; attempt++) codes.push((await town.start([booking.id])).code);
    town.provider.fault = () => null;
    expect(codes).toEqual([...Array(5).fill('PAYMENT_REFUSED'), 'TOO_MANY_PAYMENTS']);
    const { data } = (await town.world.call(listPayments, { bookingId: booking.id })).body as { data: Payment[] };
    expect(data.map(({ status }) => status)).toEqual(Array(5).fill('failed'));
  });
});

describe('paying', () => {
  it('confirms once the provider says so, takes the money, books it and tells', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    await town.tell(town.provider.webhook(payment.id));
    await town.atRest();
    // A webhook alone proves nothing.
    expect((await town.read(booking.id)).status).toBe('awaiting_payment');
    await town.pay(payment);
    expect(await town.becomes(payment.id, 'captured')).toMatchObject({ captured: kroner(PRICE), redirectUrl: null });
    expect(await town.read(booking.id)).toMatchObject({
      status: 'confirmed',
      holdExpiresAt: null,
      payment: { status: 'paid', due: kroner(0), paid: kroner(PRICE), refunded: kroner(0) },
    });
    expect(town.provider.moved.filter(({ reference }) => reference === payment.id)).toHaveLength(1);
    expect(await town.books(booking.id)).toEqual({ provider_clearing: PRICE, revenue: -80_000, vat_payable: -20_000 });
    expect(await town.told('booking.confirmed', booking.id)).toHaveLength(1);
    const [receipt] = await town.told('payment.received', booking.id);
    expect(receipt?.body).toContain(payment.id);
  });

  it('gives a receipt with lines, VAT by rate and the seller; before it is paid there is none', async () => {
    const booking = await town.booking(hall);
    const open = await town.started([booking.id]);
    expect((await town.world.call(getReceipt, { id: open.id })).code).toBe('PAYMENT_INVALID_STATE');
    await town.pay(open);
    await town.becomes(open.id, 'captured');
    const receipt = (await town.world.call(getReceipt, { id: open.id })).body as unknown as Receipt;
    expect(receipt).toMatchObject({
      seller: { name: 'Kultur', organizationNumber: null },
      bookings: [{ bookingId: booking.id, total: kroner(PRICE) }],
      vat: [{ vatBasisPoints: 2500, net: kroner(80_000), vat: kroner(20_000) }],
      total: kroner(PRICE),
    });
    expect(receipt.bookings[0]?.lines.length).toBeGreaterThan(0);
  });

  it('ahead of a decision brings the application to the queue, and those who decide hear of it', async () => {
    const place = await town.hall({ paymentPolicy: 'PAY_THEN_APPROVE' });
    const booking = await town.booking(place, { attendees: 500 });
    expect(booking.status).toBe('awaiting_payment');
    const payment = await town.started([booking.id]);
    await town.pay(payment);
    expect(await town.bookingBecomes(booking.id, 'awaiting_approval')).toMatchObject({ holdExpiresAt: null });
    const queue = 'SELECT status FROM digilist.booking_approvals WHERE booking_id = $1';
    expect(await town.world.rows(queue, [booking.id])).toEqual([{ status: 'open' }]);
    expect((await town.told('approval.requested', booking.id)).map(({ userId }) => userId)).toContain(
      town.world.handler,
    );
    await town.becomes(payment.id, 'captured');
  });

  it('of what nobody has to decide confirms it, whatever the order of policy', async () => {
    const place = await town.hall({ paymentPolicy: 'PAY_THEN_APPROVE' });
    const { booking } = await town.paid(place);
    expect(booking.status).toBe('confirmed');
  });

  it('is heard of whichever name the provider uses, also before its own answer came', async () => {
    const booking = await town.booking(hall);
    town.provider.meanwhile = async (name, reference) => {
      if (name === 'checkout') await town.tell(town.provider.webhook(reference, 'theirs'));
    };
    const payment = await town.started([booking.id]);
    town.provider.meanwhile = async () => undefined;
    const heard = 'SELECT status FROM digilist.payment_deliveries WHERE payment_id = $1';
    expect(await town.world.rows(heard, [payment.id])).toEqual([{ status: 'taken' }]);
    town.provider.pay(payment.id);
    await town.tell(town.provider.webhook(payment.id, 'theirs'));
    await town.becomes(payment.id, 'captured');
  });

  it('something else than was asked for is for a person to look at, and confirms nothing', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    town.provider.pay(payment.id, PRICE - 1);
    await town.tell(town.provider.webhook(payment.id));
    await town.atRest();
    expect((await town.read(booking.id)).status).toBe('awaiting_payment');
    const cases = await town.world.rows(
      'SELECT kind, status, detail FROM digilist.payment_cases WHERE payment_id = $1',
      [payment.id],
    );
    expect(cases).toEqual([
      { kind: 'amount_mismatch', status: 'open', detail: { finding: `${PRICE - 1} instead of ${PRICE}` } },
    ]);
    expect((await town.told('payment.reconciliation', booking.id)).map(({ userId }) => userId)).toEqual([
      town.world.handler,
    ]);
  });

  it('not after all is said by the provider too: the time is held on, and can be paid anew', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    town.provider.end(payment.id, 'failed');
    await town.tell(town.provider.webhook(payment.id));
    await town.becomes(payment.id, 'failed');
    expect(await town.told('payment.failed', booking.id)).toHaveLength(1);
    const next = await town.started([booking.id]);
    expect(next.id).not.toBe(payment.id);
    await town.pay(next);
    await town.bookingBecomes(booking.id, 'confirmed');
  });
});

describe('a payment', () => {
  it('is closed by who started it, unless it was paid just before', async () => {
    const [one, two] = [await town.booking(hall), await town.booking(hall)];
    const left = await town.started([one.id]);
    const stranger = await town.world.person('resident', 'user');
    expect((await town.world.call(cancelPayment, { id: left.id }, { by: stranger })).code).toBe('NOT_FOUND');
    const reply = await town.world.call(cancelPayment, { id: left.id });
    expect(reply.body).toMatchObject({ status: 'cancelled', redirectUrl: null });
    expect(town.provider.pay(left.id)).toBe(false);
    expect((await town.world.call(cancelPayment, { id: left.id })).code).toBe('PAYMENT_INVALID_STATE');
    const kept = await town.started([two.id]);
    town.provider.pay(kept.id);
    town.provider.truth(kept.id).captured = PRICE;
    await town.world.call(cancelPayment, { id: kept.id });
    await town.bookingBecomes(two.id, 'confirmed');
  });

  it('is read by who pays, and by who looks after the money of the organization', async () => {
    const { payment } = await town.paid(hall);
    const [stranger, above, beside] = [
      await town.world.person('resident', 'user'),
      await town.world.person('handler', 'org', { orgId: town.world.town.orgId }),
      await town.world.person('handler', 'org', { orgId: town.world.town.otherOrgId }),
    ];
    const code = async (by: string) => (await town.world.call(getPayment, { id: payment.id }, { by })).code;
    expect(await Promise.all([town.world.resident, above].map(code))).toEqual([undefined, undefined]);
    expect(await Promise.all([stranger, beside].map(code))).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    const list = async (by: string, query = {}) =>
      ((await town.world.call(listPayments, query, { by })).body as { data: Payment[] }).data;
    expect(await list(stranger)).toEqual([]);
    expect(await list(beside)).toEqual([]);
    expect((await list(above, { status: 'captured', limit: 1 }))[0]?.id).toBe(payment.id);
    expect(await list(above, { mine: true })).toEqual([]);
  });

  it('that nobody paid in time has expired, at the provider too, and the booking with its hold', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    await town.world.rows('UPDATE digilist.payments SET expires_at = now(), check_at = now() WHERE id = $1', [
      payment.id,
    ]);
    await town.reconcile();
    expect(await town.becomes(payment.id, 'expired')).toMatchObject({ redirectUrl: null });
    expect(town.provider.truth(payment.id).closed).toBe('cancelled');
    await town.runOut(booking.id);
    await town.sweep();
    expect((await town.read(booking.id)).status).toBe('expired');
    expect(await town.told('booking.expired', booking.id)).toHaveLength(1);
  });

  it('is asked about where no webhook ever came', async () => {
    const booking = await town.booking(hall);
    const payment = await town.started([booking.id]);
    town.provider.pay(payment.id);
    await town.reconcile(new Date(payment.expiresAt));
    await town.bookingBecomes(booking.id, 'confirmed');
    await town.becomes(payment.id, 'captured');
  });
});

it('lists of bookings say what is paid, in no more statements', async () => {
  const { booking } = await town.paid(hall);
  const { data } = (await town.world.call(listBookings, { limit: 200 })).body as {
    data: { id: string; payment: object }[];
  };
  expect(data.find(({ id }) => id === booking.id)?.payment).toMatchObject({ status: 'paid', paid: kroner(PRICE) });
});
