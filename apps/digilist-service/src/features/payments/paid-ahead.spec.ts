import {
  appealBooking,
  approveBooking,
  type Booking,
  cancelBooking,
  createApprovalWorkflow,
  createRecurringBooking,
  getRecurringBooking,
  type RecurringBooking,
  rejectBooking,
  updateRecurringBooking,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { day } from '../../testing/booking-world.js';
import type { Hall } from '../../testing/hall.js';
import { RecurringModule } from '../recurring/index.js';
import { PaymentWorld, PRICE } from './testing/payment-world.js';

let town: PaymentWorld;
let hall: Hall;
let colleague: string;

beforeAll(async () => {
  town = await PaymentWorld.open(RecurringModule);
  hall = await town.hall({ paymentPolicy: 'PAY_THEN_APPROVE' });
  colleague = await town.world.person('handler', 'tenant');
});
afterAll(async () => {
  await town?.close();
  await stopPostgres();
});

const staff = () => ({ by: town.world.handler });
const must = async (asked: ReturnType<PaymentWorld['world']['call']>) => {
  const reply = await asked;
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body;
};
const openCase = async ({ id }: Booking) => {
  const [row] = await town.world.rows<{ id: string }>(
    `SELECT id FROM digilist.booking_approvals WHERE booking_id = $1 AND status = 'open'`,
    [id],
  );
  return row?.id as string;
};
/** Applied for, and paid with the application. */
async function paidAhead() {
  const booking = await town.booking(hall, { attendees: 500 });
  const payment = await town.started([booking.id]);
  await town.pay(payment);
  await town.becomes(payment.id, 'captured');
  return { booking, payment };
}
async function rejected() {
  const { booking, payment } = await paidAhead();
  const refusal = { id: await openCase(booking), reasonCode: 'capacity', reason: 'Fullt' };
  await must(town.world.call(rejectBooking, refusal, staff()));
  return { booking, payment };
}
const appeal = ({ id }: Booking) => town.world.call(appealBooking, { id, text: 'Vi er fem, ikke fem hundre.' });
const uphold = async (booking: Booking) =>
  must(town.world.call(approveBooking, { id: await openCase(booking) }, { by: colleague }));

describe('an appeal against the rejection of what was paid ahead', () => {
  it('upheld after the money went back, is paid once more and confirmed; called off then, it is paid back once', async () => {
    const { booking, payment } = await rejected();
    await town.becomes(payment.id, 'refunded');
    await town.bookingBecomes(booking.id, 'refunded');
    await must(appeal(booking));
    await uphold(booking);
    expect(await town.read(booking.id)).toMatchObject({ status: 'awaiting_payment', payment: { status: 'due' } });
    const second = await town.started([booking.id]);
    expect(second.amount.amount).toBe(PRICE);
    await town.pay(second);
    await town.becomes(second.id, 'captured');
    expect((await town.read(booking.id)).status).toBe('confirmed');
    await must(town.world.call(cancelBooking, { id: booking.id, reason: 'Vannskade' }, staff()));
    await town.becomes(second.id, 'refunded');
    await town.bookingBecomes(booking.id, 'refunded');
    await town.atRest();
    const [{ back, taken } = {}] = await town.world.rows(
      `SELECT sum(pb.refunded)::int AS back, sum(pb.paid)::int AS taken FROM digilist.payment_bookings pb WHERE pb.booking_id = $1`,
      [booking.id],
    );
    expect([taken, back]).toEqual([2 * PRICE, 2 * PRICE]);
  });

  it('is not ended by the money that goes back meanwhile, whichever comes first', async () => {
    const { booking, payment } = await rejected();
    await must(appeal(booking));
    const id = await openCase(booking);
    await town.becomes(payment.id, 'refunded');
    await town.bookingBecomes(booking.id, 'refunded');
    expect(await openCase(booking)).toBe(id);
    await uphold(booking);
    expect((await town.read(booking.id)).status).toBe('awaiting_payment');
  });

  it('is not there for what was called off and paid back', async () => {
    const { booking, payment } = await paidAhead();
    await must(town.world.call(cancelBooking, { id: booking.id, reason: 'Vi er syke' }));
    await town.becomes(payment.id, 'refunded');
    await town.bookingBecomes(booking.id, 'refunded');
    expect((await appeal(booking)).code).toBe('INVALID_STATE');
  });
});

describe('a series that was paid and is changed', () => {
  it('to something dearer is refused as a whole; to something cheaper each date gets its difference back', async () => {
    const place = await town.hall();
    const workflow = { orgId: town.world.town.orgId, listingId: place.listingId, name: { nb: 'Bare mange avgjøres' } };
    const when = { kind: 'attendees_above', attendees: 1_000 };
    const steps = [{ key: 'many', when, level: 'manager', workingDays: 2 }];
    await must(town.world.call(createApprovalWorkflow, { ...workflow, steps }, staff()));
    const wish = { listingId: place.listingId, rule: 'FREQ=WEEKLY;COUNT=2', firstDate: day(0).slice(0, 10) };
    const hours = { startsTime: '10:00', endsTime: '12:00', termsVersion: '1' };
    const made = await must(town.world.call(createRecurringBooking, { ...wish, ...hours }));
    const { id, occurrences } = made as unknown as RecurringBooking;
    const bookingIds = occurrences.map(({ bookingId }) => bookingId as string);
    const payment = await town.started(bookingIds);
    await town.pay(payment);
    await town.becomes(payment.id, 'captured');
    const change = async (request: object) => {
      const { version } = await must(town.world.call(getRecurringBooking, { id }));
      return town.world.call(updateRecurringBooking, { id, ...request }, { headers: { 'if-match': `"${version}"` } });
    };
    const dearer = await change({ endsTime: '13:00' });
    expect([dearer.code, dearer.body.details]).toEqual([
      'PRICE_DIFFERENCE_DUE',
      { bookingId: expect.any(String), due: PRICE / 2, paid: PRICE },
    ]);
    for (const one of bookingIds) expect((await town.read(one)).total.amount).toBe(PRICE);
    await must(change({ endsTime: '11:00' }));
    await town.atRest();
    for (const one of bookingIds)
      expect(await town.read(one)).toMatchObject({
        ...{ status: 'confirmed', total: { amount: PRICE / 2 } },
        payment: { status: 'partially_refunded', refunded: { amount: PRICE / 2 } },
      });
    const refunds = await town.world.rows('SELECT cause, amount::int FROM digilist.refunds WHERE payment_id = $1', [
      payment.id,
    ]);
    expect(refunds).toEqual(bookingIds.map(() => ({ cause: 'price_lowered', amount: PRICE / 2 })));
  });
});
