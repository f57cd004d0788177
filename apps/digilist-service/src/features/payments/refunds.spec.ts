import {
  type Booking,
  type CancellationTerms,
  type CancelledBooking,
  cancelBooking,
  createRefund,
  getCancellationTerms,
  getListingRefundTerms,
  getRefundTerms,
  listPaymentCases,
  listRefunds,
  type PaymentCase,
  putListingRefundTerms,
  putRefundTerms,
  type Refund,
  rejectBooking,
  rescheduleBooking,
  resolvePaymentCase,
  waiveCancellationFee,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import type { Reply } from '../../testing/digilist-world.js';
import type { Hall } from '../../testing/hall.js';
import { statementsOf } from '../../testing/statements.js';
import { BookingMoves } from '../bookings/index.js';
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
const staff = () => ({ by: town.world.handler });
const cancel = async (booking: Booking, by = town.world.resident) => {
  const reply = await town.world.call(cancelBooking, { id: booking.id, reason: 'Avlyst' }, { by });
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body as unknown as CancelledBooking;
};
const refundsOf = async (paymentId: string) =>
  ((await town.world.call(listRefunds, { id: paymentId }, staff())).body as { data: Refund[] }).data;

describe('a booking that its booker cancels', () => {
  it.each([
    [200, 100, 100_000, 0],
    [100, 75, 70_000, 30_000],
    [48, 50, 40_000, 60_000],
    [12, 0, 0, 100_000],
  ])('%i hours before is paid back by the terms: %i %%', async (hours, percent, refund, kept) => {
    const { booking, payment } = await town.paid(hall);
    await town.begins(booking.id, hours);
    const terms = (await town.world.call(getCancellationTerms, { id: booking.id }))
      .body as unknown as CancellationTerms;
    expect(terms).toMatchObject({
      possible: true,
      paid: kroner(PRICE),
      refund: kroner(refund),
      kept: kroner(kept),
      percent,
    });
    const cancelled = await cancel(booking);
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      refund: { amount: kroner(refund), status: refund > 0 ? 'pending' : 'none' },
    });
    if (refund > 0) {
      expect((await town.bookingBecomes(booking.id, 'refunded')).payment).toMatchObject({
        status: kept > 0 ? 'partially_refunded' : 'refunded',
        refunded: kroner(refund),
      });
      expect(await refundsOf(payment.id)).toMatchObject([
        { status: 'confirmed', cause: 'cancelled', amount: kroner(refund) },
      ]);
      expect(await town.told('payment.refunded', booking.id)).toHaveLength(1);
    }
    expect(town.provider.truth(payment.id).refunded).toBe(refund);
    const settled = 'SELECT kept::float8 AS kept FROM digilist.booking_settlements WHERE booking_id = $1';
    expect(await town.world.rows(settled, [booking.id])).toEqual([{ kept }]);
    const books = await town.books(booking.id);
    expect(books.revenue ?? 0).toBe(0);
    expect((books.fees_kept ?? 0) + (books.vat_payable ?? 0) + kept).toBe(0);
  });

  it('keeps what was agreed when it was placed, whatever the terms become', async () => {
    const place = await town.hall();
    const { booking: before } = await town.paid(place);
    const read = await town.world.call(getListingRefundTerms, { id: place.listingId }, staff());
    expect(read.body).toMatchObject({ inherited: true, steps: [{ hours: 168 }, { hours: 72 }, { hours: 24 }] });
    const put = (steps: object[] | null, version: unknown) =>
      town.world.call(
        putListingRefundTerms,
        { id: place.listingId, steps },
        { ...staff(), headers: { 'if-match': `"${version}"` } },
      );
    const own = await put([], read.body.version);
    expect(own.body).toMatchObject({ inherited: false, steps: [] });
    const { booking: after } = await town.paid(place);
    expect((await cancel(before)).refund.amount).toEqual(kroner(PRICE));
    expect((await cancel(after)).refund.amount).toEqual(kroner(0));
    expect((await put([], read.body.version)).code).toBe('STALE_VERSION');
    expect((await put(null, own.body.version)).body).toMatchObject({ inherited: true });
  });

  it('gets nothing less because staff waive what was kept, once', async () => {
    const { booking, payment } = await town.paid(hall);
    await town.begins(booking.id, 48);
    await cancel(booking);
    await town.bookingBecomes(booking.id, 'refunded');
    const waive = () => town.world.call(waiveCancellationFee, { id: booking.id, reason: 'Sykdom' }, staff());
    expect((await waive()).body).toMatchObject({ waived: kroner(60_000), refund: kroner(60_000) });
    expect((await waive()).code).toBe('NOTHING_KEPT');
    await town.becomes(payment.id, 'refunded');
    expect(await town.books(booking.id)).toEqual({});
    const { booking: going } = await town.paid(hall);
    expect((await town.world.call(waiveCancellationFee, { id: going.id, reason: 'x' }, staff())).code).toBe(
      'INVALID_STATE',
    );
  });
});

describe('terms of refunds of the tenant', () => {
  it('are the usual ones until somebody sets them; then new bookings follow them', async () => {
    const read = await town.world.call(getRefundTerms, {}, staff());
    expect(read.body).toMatchObject({ inherited: true, version: 0 });
    const put = (steps: object[], by: string, version: unknown) =>
      town.world.call(putRefundTerms, { steps }, { by, headers: { 'if-match': `"${version}"` } });
    const local = await town.world.person('handler', 'org', { orgId: town.world.town.orgId });
    expect((await put([], local, 0)).code).toBe('FORBIDDEN');
    const rising = [
      { hours: 24, percent: 50, fee: 0 },
      { hours: 48, percent: 60, fee: 0 },
    ];
    expect((await put(rising, town.world.handler, 0)).code).toBe('VALIDATION_FAILED');
    const flat = [{ hours: 0, percent: 90, fee: 0 }];
    expect((await put(flat, town.world.handler, 0)).body).toMatchObject({ inherited: false, version: 1 });
    const { booking } = await town.paid(hall);
    expect((await cancel(booking)).refund.amount).toEqual(kroner(90_000));
    const usual = read.body.steps as object[];
    expect((await put(usual, town.world.handler, 1)).ok).toBe(true);
  });
});

describe('a booking that the owner of the place ends', () => {
  it('is paid back in full, however late', async () => {
    const { booking, payment } = await town.paid(hall);
    await town.begins(booking.id, 2);
    expect((await cancel(booking, town.world.handler)).refund.amount).toEqual(kroner(PRICE));
    await town.becomes(payment.id, 'refunded');
    expect((await town.bookingBecomes(booking.id, 'refunded')).payment.status).toBe('refunded');
    expect(await town.books(booking.id)).toEqual({});
    expect(await refundsOf(payment.id)).toMatchObject([{ cause: 'called_off' }]);
  });

  it('by closing the place on many at once, in no more statements than on one', async () => {
    const paid = [];
    for (let n = 0; n < 6; n++) paid.push(await town.paid(hall));
    const callOff = (ids: string[]) =>
      statementsOf(() =>
        town
          .the(UnitOfWork)
          .runAs(jobOrigin(town.world.town.tenantId, 'spec', town.world.handler), (tx) =>
            town.the(BookingMoves).cancelMany(tx, ids, { reason: 'Vannskade', by: 'municipality' }),
          ),
      );
    const [one, ...others] = paid.map(({ booking }) => booking.id) as [string, ...string[]];
    // What follows after the commit is for the queue, one call at a time.
    const inside = (statements: string[]) => statements.slice(0, statements.indexOf('write-ledger') + 1);
    await town.atRest();
    const few = await callOff([one]);
    await town.bookingBecomes(one, 'refunded');
    await town.atRest();
    const many = await callOff(others);
    expect(inside(few)).toContain('promise-refunds');
    expect(inside(many)).toEqual(inside(few));
    for (const { payment } of paid) await town.becomes(payment.id, 'refunded');
  });

  it('by rejecting what was paid ahead, too', async () => {
    const place = await town.hall({ paymentPolicy: 'PAY_THEN_APPROVE' });
    const booking = await town.booking(place, { attendees: 500 });
    const payment = await town.started([booking.id]);
    await town.pay(payment);
    await town.becomes(payment.id, 'captured');
    const queued = 'SELECT id, version FROM digilist.booking_approvals WHERE booking_id = $1';
    const [application] = await town.world.rows<{ id: string; version: number }>(queued, [booking.id]);
    const rejected = await town.world.call(
      rejectBooking,
      { id: application?.id, reasonCode: 'capacity', reason: 'Fullt' },
      { ...staff(), headers: { 'if-match': `"${application?.version}"` } },
    );
    expect(rejected.code).toBeUndefined();
    await town.becomes(payment.id, 'refunded');
    await town.bookingBecomes(booking.id, 'refunded');
  });
});

describe('a paid booking that is moved', () => {
  const move = (booking: Booking, hours: number) =>
    town.world.call(rescheduleBooking, {
      id: booking.id,
      startsAt: booking.startsAt,
      endsAt: new Date(Date.parse(booking.startsAt) + hours * 3_600_000).toISOString(),
    });

  it('to something cheaper gets the difference back, and stays confirmed', async () => {
    const { booking, payment } = await town.paid(hall);
    expect((await move(booking, 1)).body).toMatchObject({ status: 'confirmed', total: kroner(PRICE / 2) });
    await town.atRest();
    expect((await town.read(booking.id)).payment).toMatchObject({
      status: 'partially_refunded',
      refunded: kroner(PRICE / 2),
    });
    expect(await refundsOf(payment.id)).toMatchObject([{ cause: 'price_lowered', amount: kroner(PRICE / 2) }]);
    expect((await town.read(booking.id)).status).toBe('confirmed');
  });

  it('to something dearer is refused with the difference; a price that somebody may be paying does not change', async () => {
    const { booking } = await town.paid(await town.hall());
    const dearer = await move(booking, 3);
    expect([dearer.code, dearer.body.details]).toEqual([
      'PRICE_DIFFERENCE_DUE',
      { bookingId: booking.id, due: PRICE / 2, paid: PRICE },
    ]);
    const waiting = await town.booking(await town.hall());
    await town.started([waiting.id]);
    expect((await move(waiting, 1)).code).toBe('PAYMENT_UNDER_WAY');
  });
});

describe('a refund by staff', () => {
  const refund = (id: string, amount: number, by = town.world.handler) =>
    town.world.call(createRefund, { id, amount, reason: 'Kaldt' }, { by });

  it('is never more than was taken, whoever asks at the same time', async () => {
    const { booking, payment } = await town.paid(hall);
    // Whoever is told to come again because there are so many comes again.
    const insist = async (): Promise<Reply> => {
      const reply = await refund(payment.id, 11_000);
      return reply.code === 'OVERLOADED' || reply.code === 'SERVICE_UNAVAILABLE' ? insist() : reply;
    };
    const replies = await Promise.all(Array.from({ length: 200 }, insist));
    const codes = new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(9);
    expect([...codes]).toEqual(['REFUND_TOO_LARGE']);
    await town.atRest();
    expect(town.provider.truth(payment.id)).toMatchObject({ captured: PRICE, refunded: 99_000 });
    expect((await refund(payment.id, 1_001)).body.details).toEqual({ left: 1_000 });
    expect((await refund(payment.id, 1_000)).ok).toBe(true);
    await town.becomes(payment.id, 'refunded');
    expect(await town.books(booking.id)).toEqual({});
    expect((await town.read(booking.id)).status).toBe('confirmed');
  });

  it('reaches no other organization, and names the booking where there are several', async () => {
    const bookings = [await town.booking(hall), await town.booking(hall)];
    const payment = await town.started(bookings.map(({ id }) => id));
    expect((await refund(payment.id, 100)).code).toBe('VALIDATION_FAILED');
    await town.pay(payment);
    await town.becomes(payment.id, 'captured');
    const beside = await town.world.person('handler', 'org', { orgId: town.world.town.otherOrgId });
    expect((await refund(payment.id, 100, beside)).code).toBe('NOT_FOUND');
    const named = { id: payment.id, bookingId: bookings[1]?.id, amount: 100, reason: 'Kaldt' };
    expect((await town.world.call(createRefund, named, staff())).body).toMatchObject({ bookingId: bookings[1]?.id });
    expect((await town.world.call(createRefund, { ...named, bookingId: payment.id }, staff())).code).toBe('NOT_FOUND');
    await town.atRest();
  });

  it('of what was never taken is refused', async () => {
    const payment = await town.started([(await town.booking(hall)).id]);
    expect((await refund(payment.id, 100)).code).toBe('PAYMENT_INVALID_STATE');
  });

  it('that the provider refuses is for a person: tried again, or settled otherwise', async () => {
    const { booking, payment } = await town.paid(hall);
    town.provider.fault = (name) => (name === 'refund' ? 'refuse' : null);
    await refund(payment.id, 10_000);
    await refund(payment.id, 20_000);
    await town.atRest();
    town.provider.fault = () => null;
    const open = await eventually(async () => {
      const { data } = (await town.world.call(listPaymentCases, {}, staff())).body as { data: PaymentCase[] };
      const cases = data.filter(({ paymentId }) => paymentId === payment.id);
      if (cases.length !== 2) throw new Error('not both are there yet');
      return cases;
    });
    expect(open.map(({ kind, status }) => [kind, status])).toEqual([
      ['refund_failed', 'open'],
      ['refund_failed', 'open'],
    ]);
    const [first, second] = open as [PaymentCase, PaymentCase];
    const resolve = (id: string, resolution: string, by = town.world.handler) =>
      town.world.call(resolvePaymentCase, { id, resolution, note: 'Etter samtale' }, { by });
    const beside = await town.world.person('handler', 'org', { orgId: town.world.town.otherOrgId });
    expect((await resolve(first.id, 'retry', beside)).code).toBe('NOT_FOUND');
    expect((await resolve(first.id, 'retry')).body).toMatchObject({ status: 'resolved', resolution: 'retry' });
    expect((await resolve(first.id, 'retry')).code).toBe('CASE_RESOLVED');
    expect((await resolve(second.id, 'accept')).ok).toBe(true);
    await town.atRest();
    expect((await refundsOf(payment.id)).map(({ status }) => status)).toEqual(['confirmed', 'settled']);
    expect(town.provider.truth(payment.id).refunded).toBe(10_000);
    expect((await town.books(booking.id)).refunds_payable).toBeUndefined();
  });
});
