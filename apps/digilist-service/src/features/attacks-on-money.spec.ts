import {
  approveBooking,
  type Booking,
  type CancellationTerms,
  type CancelledBooking,
  cancelBooking,
  createRefund,
  getCancellationTerms,
  listApprovals,
  rescheduleBooking,
  updateBooking,
  waiveCancellationFee,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { bodyOf, day } from '../testing/booking-world.js';
import type { Reply } from '../testing/digilist-world.js';
import type { Hall } from '../testing/hall.js';
import { ApprovalsModule } from './approvals/index.js';
import { PaymentWorld, PRICE } from './payments/testing/payment-world.js';

let town: PaymentWorld;
let hall: Hall;

beforeAll(async () => {
  town = await PaymentWorld.open(ApprovalsModule);
  hall = await town.hall();
});
afterAll(async () => {
  await town?.close();
  await stopPostgres();
});

const staff = () => ({ by: town.world.handler });
const kroner = (amount: number) => ({ amount, currency: 'NOK' });
const cancel = (id: string) => town.world.call(cancelBooking, { id, reason: 'Avlyst' });
const moreCome = async (id: string) => {
  const { version } = await town.read(id);
  return town.world.call(updateBooking, { id, attendees: 150 }, { headers: { 'if-match': `"${version}"` } });
};
const waive = (id: string, by = town.world.handler) =>
  town.world.call(waiveCancellationFee, { id, reason: 'Sykdom' }, { by });
const outcomes = (replies: Reply[]) => replies.map(({ ok, code }) => (ok ? 'ok' : code)).sort();

async function approve(bookingId: string): Promise<Reply> {
  const { data } = (await town.world.call(listApprovals, {}, { by: town.world.handler })).body as unknown as {
    data: { id: string; booking: Pick<Booking, 'id'> }[];
  };
  const id = data.find(({ booking }) => booking.id === bookingId)?.id;
  return town.world.call(approveBooking, { id }, { by: town.world.handler });
}

describe('who wants back more than the terms say', () => {
  it('gets no more by asking for a change that somebody has to decide first', async () => {
    const { booking } = await town.paid(hall);
    await town.begins(booking.id, 12);
    expect(await moreCome(booking.id)).toMatchObject({ body: { status: 'awaiting_approval' } });
    const terms = (await town.world.call(getCancellationTerms, { id: booking.id }))
      .body as unknown as CancellationTerms;
    expect(terms).toMatchObject({ percent: 0, refund: kroner(0), kept: kroner(PRICE) });
    expect(bodyOf(await cancel(booking.id)) as CancelledBooking).toMatchObject({ refund: { amount: kroner(0) } });
  });

  it('owes what is kept on invoice, whatever waits for a decision', async () => {
    const invoiced = await town.hall({ paymentPolicy: 'INVOICE' });
    const booking = await town.booking(invoiced);
    await town.begins(booking.id, 12);
    expect(await moreCome(booking.id)).toMatchObject({ body: { status: 'awaiting_approval' } });
    expect((await cancel(booking.id)).ok).toBe(true);
    const [settled] = await town.world.rows<{ kept: number }>(
      'SELECT kept::float8 AS kept FROM digilist.booking_settlements WHERE booking_id = $1',
      [booking.id],
    );
    expect(settled).toEqual({ kept: PRICE });
  });

  it('still pays nothing for an application that nobody has granted', async () => {
    const asked = await town.hall({ paymentPolicy: 'PAY_THEN_APPROVE' });
    const booking = await town.booking(asked, { attendees: 150 });
    await town.pay(await town.started([booking.id]));
    await town.bookingBecomes(booking.id, 'awaiting_approval');
    await town.begins(booking.id, 12);
    expect(bodyOf(await cancel(booking.id))).toMatchObject({ refund: { amount: kroner(PRICE) } });
  });

  it('gets it once, though a case handler calls off at the same moment', async () => {
    const { booking, payment } = await town.paid(hall);
    const both = [cancel(booking.id), town.world.call(cancelBooking, { id: booking.id, reason: 'Stengt' }, staff())];
    expect(outcomes(await Promise.all(both))).toEqual(['INVALID_STATE', 'ok']);
    await town.atRest();
    expect((await town.payment(payment.id)).refunded).toEqual(kroner(PRICE));
  });

  it('has the fee waived once, however many waive it at once, and not at all by themselves', async () => {
    const { booking, payment } = await town.paid(hall);
    await town.begins(booking.id, 48);
    await cancel(booking.id);
    expect((await waive(booking.id, town.world.resident)).ok).toBe(false);
    const replies = await Promise.all(Array.from({ length: 8 }, () => waive(booking.id)));
    expect(outcomes(replies)).toEqual([...Array.from({ length: 7 }, () => 'NOTHING_KEPT'), 'ok']);
    await town.atRest();
    expect((await town.payment(payment.id)).refunded).toEqual(kroner(PRICE));
  });

  it('gets no more by moving far ahead first, and then cancelling', async () => {
    const { booking } = await town.paid(hall);
    await town.begins(booking.id, 12);
    const { version } = await town.read(booking.id);
    const later = { id: booking.id, startsAt: day(200, 10), endsAt: day(200, 12) };
    const moved = await town.world.call(rescheduleBooking, later, { headers: { 'if-match': `"${version}"` } });
    expect(moved.code).toBeUndefined();
    const terms = (await town.world.call(getCancellationTerms, { id: booking.id }))
      .body as unknown as CancellationTerms;
    expect(terms).toMatchObject({ percent: 0, refund: kroner(0), kept: kroner(PRICE), until: null });
    expect(bodyOf(await cancel(booking.id)) as CancelledBooking).toMatchObject({ refund: { amount: kroner(0) } });
  });

  it('loses nothing by having moved in good time', async () => {
    const { booking } = await town.paid(hall);
    const { version } = await town.read(booking.id);
    const later = { id: booking.id, startsAt: day(201, 10), endsAt: day(201, 12) };
    await town.world.call(rescheduleBooking, later, { headers: { 'if-match': `"${version}"` } });
    expect(bodyOf(await cancel(booking.id)) as CancelledBooking).toMatchObject({ refund: { amount: kroner(PRICE) } });
  });

  it('gets nothing from their own hand, whatever they may for others', async () => {
    const { booking, payment } = await town.paid(hall);
    await town.begins(booking.id, 12);
    await cancel(booking.id);
    // The case handler turns out to be the one who booked.
    await town.world.rows('UPDATE digilist.bookings SET user_id = $2 WHERE id = $1', [booking.id, town.world.handler]);
    await town.world.rows('UPDATE digilist.payments SET user_id = $2 WHERE id = $1', [payment.id, town.world.handler]);
    const refund = { id: payment.id, amount: 100, reason: 'Til meg' };
    expect((await town.world.call(createRefund, refund, staff())).code).toBe('REFUND_TO_ONESELF');
    expect((await waive(booking.id)).code).toBe('REFUND_TO_ONESELF');
  });

  it('gets what is left, when a part was given back before', async () => {
    const { booking, payment } = await town.paid(hall);
    await town.begins(booking.id, 200);
    const refund = { id: payment.id, amount: 30_000, reason: 'Kaldt' };
    expect((await town.world.call(createRefund, refund, staff())).ok).toBe(true);
    expect(bodyOf(await cancel(booking.id))).toMatchObject({ refund: { amount: kroner(70_000) } });
    await town.atRest();
    expect((await town.payment(payment.id)).refunded).toEqual(kroner(PRICE));
  });

  it.each([-1, 0, 0.5, 2 ** 53])('is not given back %d øre', async (amount) => {
    const { payment } = await town.paid(hall);
    const refund = { id: payment.id, amount, reason: 'Kaldt' };
    expect((await town.world.call(createRefund, refund, staff())).code).toBe('VALIDATION_FAILED');
  });
});

describe('who wants to be confirmed without paying', () => {
  it('does not move what was free, and waits for a decision, to where it costs something', async () => {
    const cheap = await town.hall({ paymentPolicy: 'PAY_THEN_APPROVE', pricePerHour: 0 });
    const booking = await town.booking(cheap, { attendees: 150 });
    expect(booking).toMatchObject({ status: 'awaiting_approval', total: kroner(0) });
    await town.world.rows('UPDATE digilist.pricing_rules SET amount = 40000 WHERE listing_id = $1', [cheap.listingId]);
    await town.world.rows('UPDATE digilist.listings SET version = version + 1 WHERE id = $1', [cheap.listingId]);
    const request = { id: booking.id, startsAt: day(60, 10), endsAt: day(60, 12) };
    expect((await town.world.call(rescheduleBooking, request)).code).toBe('PRICE_DIFFERENCE_DUE');
  });

  it('learns nothing and moves nothing by telling of what is not paid, or of no payment', async () => {
    const booking = await town.booking(hall);
    const { id } = await town.started([booking.id]);
    for (const reference of [id, uuidv7()])
      await town.tell({ eventId: uuidv7(), type: 'payment.captured', reference: { ours: reference } });
    await town.tell({ eventId: uuidv7(), type: 'payment.captured', reference: null });
    await town.atRest();
    expect((await town.read(booking.id)).status).toBe('awaiting_payment');
  });
});

describe('who has paid', () => {
  it('does not pay again, because a part was given back and more people come', async () => {
    const { booking, payment } = await town.paid(hall);
    await town.world.call(createRefund, { id: payment.id, amount: 10_000, reason: 'Kaldt' }, staff());
    expect(await moreCome(booking.id)).toMatchObject({ body: { status: 'awaiting_approval' } });
    expect((await approve(booking.id)).ok).toBe(true);
    expect((await town.read(booking.id)).status).toBe('confirmed');
  });

  it('is no stranger: nobody starts to pay for what others have booked', async () => {
    const booking = await town.booking(hall);
    const stranger = await town.world.person('resident', 'user');
    expect((await town.start([booking.id], {}, stranger)).code).toBe('NOT_FOUND');
  });
});
