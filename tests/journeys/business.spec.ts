import { etagOf } from '@digilist/client';
import type { Booking, PaymentPolicy } from '@digilist/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { money } from '@kit/contracts';
import { eventually, query, readMail } from '@kit/testing';
import { http, outcome, refusal } from './support/http.js';
import {
  at,
  buildHall,
  caughtUp,
  type Hall,
  type Municipality,
  municipality,
  type Person,
  TERMS,
} from './support/municipality.js';
import { choosing, payFor } from './support/paying.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const RETURN_URL = `${system.gatewayUrl}/docs`;
/** 10 000 øre an hour and 25 % VAT. */
const TWO_HOURS = 25_000;

let town: Municipality;
const halls = new Map<PaymentPolicy, Hall>();
const hallOf = (policy: PaymentPolicy) => halls.get(policy) as Hall;
const me = () => town.resident.client.digilist;
const staff = () => town.handler.client.digilist;

beforeAll(async () => {
  town = await municipality(system);
  const policies = ['PAY_AND_CONFIRM', 'APPROVE_THEN_PAY', 'PAY_THEN_APPROVE', 'INVOICE', 'FREE'] as const;
  for (const policy of policies) {
    halls.set(policy, await buildHall(town.manager.client, town.orgId, `Sal ${policy}`, policy));
    const decided = policy === 'APPROVE_THEN_PAY' || policy === 'PAY_THEN_APPROVE';
    const when = decided ? { kind: 'always' as const } : { kind: 'attendees_above' as const, attendees: 1_000 };
    await town.admin.client.digilist.createApprovalWorkflow({
      ...{
        orgId: town.orgId,
        listingId: hallOf(policy).id,
        name: { nb: decided ? 'Alt avgjøres' : 'Bare mange avgjøres' },
      },
      steps: [{ key: 'step', when, level: 'manager', workingDays: 2 }],
    });
  }
  await town.admin.client.digilist.createInvoiceSeller({
    ...{ name: 'Fjordvik kommune', organizationNumber: '974760673', vatRegistered: true },
    ...{ street: 'Rådhusgata 1', postalCode: '6783', city: 'Fjordvik', accountNumber: '86011117947' },
    ...{ kidLength: 10, kidAlgorithm: 'MOD10', paymentDays: 14 },
  });
}, 120_000);

const wish = (policy: PaymentPolicy, startsAt: string, hours = 2) => ({
  ...{ listingId: hallOf(policy).id, zoneId: hallOf(policy).thirds[0], termsVersion: TERMS, startsAt },
  endsAt: new Date(Date.parse(startsAt) + hours * 3_600_000).toISOString(),
});
const becomes = (id: string, status: string, who = me()) =>
  eventually(async () => {
    const booking = await who.getBooking({ id });
    expect(booking.status).toBe(status);
    return booking;
  });
const approvalOf = async (bookingId: string) => {
  const { data } = await staff().listApprovals({ limit: 200 });
  const found = data.find(({ booking }) => booking.id === bookingId);
  if (!found) throw new Error('nobody has to decide about it');
  return found;
};
const pay = (bookings: readonly { id: string }[], who: Person = town.resident) =>
  payFor(
    who.client,
    bookings.map(({ id }) => id),
    RETURN_URL,
  );

describe('from search to receipt', () => {
  const found = async (policy: PaymentPolicy, startsAt: string) => {
    const { endsAt } = wish(policy, startsAt);
    const { data } = await me().searchAvailability({ from: startsAt, to: endsAt, limit: 200 });
    expect(data.map(({ listingId }) => listingId)).toContain(hallOf(policy).id);
    const { termsVersion: _, ...asked } = wish(policy, startsAt);
    const quote = await me().createQuote(asked);
    expect(quote.price.total.amount).toBe(TWO_HOURS);
    return me().createBooking({ ...wish(policy, startsAt), quoteId: quote.id });
  };
  const receiptOf = async (paymentId: string) => {
    const receipt = await eventually(() => me().getReceipt({ id: paymentId }));
    expect(receipt).toMatchObject({
      total: { amount: TWO_HOURS },
      vat: [{ vatBasisPoints: 2500, net: { amount: 20_000 }, vat: { amount: 5_000 } }],
    });
    const [mail] = await readMail(system.mail, { to: town.resident.email, subject: /Kvittering/ });
    expect(mail?.text).toContain('250');
  };

  it('PAY_AND_CONFIRM: only the provider’s word confirms it, and the browser that comes back proves nothing', async () => {
    const booking = await found('PAY_AND_CONFIRM', at(9, 10));
    expect(booking).toMatchObject({ status: 'awaiting_payment', payment: { status: 'due' } });
    const payment = await me().startPayment({ bookingIds: [booking.id], returnUrl: RETURN_URL });
    expect(await me().startPayment({ bookingIds: [booking.id], returnUrl: RETURN_URL })).toMatchObject({
      id: payment.id,
    });
    await http(system.gatewayUrl, 'GET', `${new URL(RETURN_URL).pathname}?paid=true`);
    expect((await me().getBooking({ id: booking.id })).status).toBe('awaiting_payment');
    await choosing('pay', payment.redirectUrl as string);
    expect(await becomes(booking.id, 'confirmed')).toMatchObject({ payment: { status: 'paid' } });
    await eventually(async () => expect((await me().getPayment({ id: payment.id })).status).toBe('captured'));
    await receiptOf(payment.id);
  });

  it('PAY_AND_CONFIRM: a payer who changes their mind can try again as long as the time is held', async () => {
    const booking = await found('PAY_AND_CONFIRM', at(9, 14));
    const first = await me().startPayment({ bookingIds: [booking.id], returnUrl: RETURN_URL });
    await choosing('cancel', first.redirectUrl as string);
    await eventually(async () => expect((await me().getPayment({ id: first.id })).status).toBe('cancelled'));
    expect((await me().getBooking({ id: booking.id })).status).toBe('awaiting_payment');
    await pay([booking]);
    await becomes(booking.id, 'confirmed');
  });

  it('PAY_AND_CONFIRM: two bookings are paid by one payment, all or none', async () => {
    const both = [await found('PAY_AND_CONFIRM', at(10, 10)), await found('PAY_AND_CONFIRM', at(10, 14))];
    const payment = await pay(both);
    for (const { id } of both) await becomes(id, 'confirmed');
    expect(payment.amount.amount).toBe(2 * TWO_HOURS);
    const mixed = await me().createBooking(wish('PAY_AND_CONFIRM', at(11, 10)));
    const other = await me().createBooking(wish('PAY_THEN_APPROVE', at(11, 10)));
    const no = await refusal(me().startPayment({ bookingIds: [mixed.id, other.id], returnUrl: RETURN_URL }));
    expect(no.code).toBe('MIXED_POLICIES');
  });

  it('APPROVE_THEN_PAY: nothing is paid until somebody has said yes, then there is time to pay', async () => {
    const booking = await found('APPROVE_THEN_PAY', at(9, 10));
    expect(booking).toMatchObject({ status: 'awaiting_approval', payment: { status: 'none' } });
    const early = await refusal(me().startPayment({ bookingIds: [booking.id], returnUrl: RETURN_URL }));
    expect(early.code).toBe('INVALID_STATE');
    await staff().approveBooking({ id: (await approvalOf(booking.id)).id });
    const approved = await becomes(booking.id, 'awaiting_payment');
    expect(Date.parse(approved.holdExpiresAt as string) - Date.now()).toBeGreaterThan(70 * 3_600_000);
    const [due] = await readMail(system.mail, { to: town.resident.email, subject: /Betal for å bekrefte/ });
    expect(due?.text).toContain('Betal');
    const payment = await pay([booking]);
    await becomes(booking.id, 'confirmed');
    await receiptOf(payment.id);
  });

  it('PAY_THEN_APPROVE: paid first, decided afterwards', async () => {
    const booking = await found('PAY_THEN_APPROVE', at(9, 10));
    expect(booking.status).toBe('awaiting_payment');
    const payment = await pay([booking]);
    await becomes(booking.id, 'awaiting_approval');
    await staff().approveBooking({ id: (await approvalOf(booking.id)).id });
    await becomes(booking.id, 'confirmed');
    await receiptOf(payment.id);
  });

  it('INVOICE: confirmed at once, and the invoice comes as a page and with a KID', async () => {
    const booking = await found('INVOICE', at(9, 10));
    expect(booking.status).toBe('confirmed');
    const invoice = await staff().createInvoice({ bookingIds: [booking.id] });
    expect(invoice).toMatchObject({ number: 1, status: 'issued', total: { amount: TWO_HOURS } });
    expect(invoice.kid).toMatch(/^\d{10}$/);
    const pdf = await http(system.gatewayUrl, 'GET', `/api/v1/invoices/${invoice.id}/pdf`, {
      client: town.resident.client,
    });
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(pdf.text.slice(0, 5)).toBe('%PDF-');
    const settled = await staff().settleInvoice({ id: invoice.id, amount: TWO_HOURS, paidAt: at(0, 0).slice(0, 10) });
    expect(settled.status).toBe('paid');
  });

  it('FREE: there is nothing to pay and nothing to wait for', async () => {
    const booking = await me().createBooking(wish('FREE', at(9, 10)));
    expect(booking).toMatchObject({ status: 'confirmed', payment: { status: 'none' } });
    const no = await refusal(me().startPayment({ bookingIds: [booking.id], returnUrl: RETURN_URL }));
    expect(no.code).toBe('NOTHING_TO_PAY');
  });
});

describe('money goes back', () => {
  it('in full when a paid application is rejected, with the reason', async () => {
    const booking = await me().createBooking(wish('PAY_THEN_APPROVE', at(12, 10)));
    const payment = await pay([booking]);
    await becomes(booking.id, 'awaiting_approval');
    const { id } = await approvalOf(booking.id);
    await staff().rejectBooking({ id, reasonCode: 'capacity', reason: 'Salen er for liten til dette.' });
    await becomes(booking.id, 'refunded');
    expect(await me().getPayment({ id: payment.id })).toMatchObject({
      status: 'refunded',
      refunded: { amount: TWO_HOURS },
    });
    const [mail] = await readMail(system.mail, { to: town.resident.email, subject: /avslått/ });
    expect(mail?.text).toContain('Salen er for liten');
    await readMail(system.mail, { to: town.resident.email, subject: /penger tilbake/ });
  });

  /** Hours before the start, and what is given back of 1 000 kr. */
  const LADDER: [hours: number, given: number][] = [
    [8 * 24, 100_000],
    [5 * 24, 70_000],
    [2 * 24, 40_000],
    [12, 0],
  ];
  it.each(LADDER)('by the ladder: cancelled %i hours ahead', async (hours, given) => {
    const whole = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + hours * 3_600_000;
    const asked = wish('PAY_AND_CONFIRM', new Date(whole).toISOString(), 8);
    const booking = await me().createBooking({ ...asked, zoneId: hallOf('PAY_AND_CONFIRM').thirds[1] });
    expect(booking.total.amount).toBe(100_000);
    const payment = await pay([booking]);
    await becomes(booking.id, 'confirmed');
    const terms = await me().getCancellationTerms({ id: booking.id });
    expect(terms).toMatchObject({ refund: { amount: given }, kept: { amount: 100_000 - given } });
    const cancelled = await me().cancelBooking({ id: booking.id, reason: 'Vi er syke' });
    expect(cancelled.refund.amount.amount).toBe(given);
    if (given > 0) await becomes(booking.id, 'refunded');
    await eventually(async () => expect((await me().getPayment({ id: payment.id })).refunded.amount).toBe(given));
  });

  it('never more than was paid, however many hands are at it', async () => {
    const booking = await me().createBooking(wish('PAY_AND_CONFIRM', at(13, 10)));
    const payment = await pay([booking]);
    await becomes(booking.id, 'confirmed');
    await eventually(async () => expect((await me().getPayment({ id: payment.id })).status).toBe('captured'));
    const tries = Array.from({ length: 40 }, () =>
      staff()
        .createRefund({ id: payment.id, amount: 1_000, reason: 'Varmen var borte' })
        .then(
          () => 1,
          (error: { code?: string }) => {
            expect(error.code).toBe('REFUND_TOO_LARGE');
            return 0;
          },
        ),
    );
    const given = (await Promise.all(tries)).reduce((sum: number, one) => sum + one, 0);
    expect(given).toBe(TWO_HOURS / 1_000);
    await eventually(async () => expect((await me().getPayment({ id: payment.id })).refunded.amount).toBe(TWO_HOURS));
  });
});

describe('a club on invoice over a season', () => {
  let clubId: string;
  let leader: Person;
  let dates: string[];

  beforeAll(async () => {
    const club = { name: 'Fjordvik IL', kind: 'association', organizationNumber: '999000002' } as const;
    clubId = (await town.admin.client.platform.createOrganization(club)).id;
    leader = await town.person('liv', [{ role: 'end_user' }, { role: 'organization_administrator', orgId: clubId }]);
    await town.admin.client.platform.addMember({ id: clubId, userId: leader.id });
  });

  it('books a Tuesday a week', async () => {
    const series = await caughtUp(() =>
      leader.client.digilist.createRecurringBooking({
        ...{ listingId: hallOf('INVOICE').id, zoneId: hallOf('INVOICE').thirds[1], onBehalfOfOrgId: clubId },
        ...{ rule: 'FREQ=WEEKLY;COUNT=10', firstDate: at(14, 0).slice(0, 10), startsTime: '17:00', endsTime: '19:00' },
        ...{ conflictPolicy: 'ALL_OR_NOTHING', termsVersion: TERMS },
      }),
    );
    const { data } = await leader.client.digilist.listBookings({ recurringBookingId: series.id as string, limit: 200 });
    expect(data).toHaveLength(10);
    for (const { id, status } of data)
      if (status === 'awaiting_approval') await staff().approveBooking({ id: (await approvalOf(id)).id });
    dates = data.map(({ id }) => id);
  });

  it('is billed once for what is over, however often the run is started', async () => {
    // The season goes by: nothing but a clock could do this over HTTP.
    await query(
      system.urls.digilist.superuser,
      `WITH moved AS (UPDATE digilist.bookings SET starts_at = starts_at - interval '371 days', ends_at = ends_at - interval '371 days'
         WHERE id = ANY ($1::uuid[]) RETURNING id)
       UPDATE digilist.allocations a SET during = tstzrange(lower(a.during) - interval '371 days', upper(a.during) - interval '371 days')
       FROM moved WHERE a.booking_id = moved.id`,
      [dates],
    );
    const season = { from: at(-371, 0).slice(0, 10), to: at(-200, 0).slice(0, 10), organizationId: clubId };
    const dry = await staff().startBillingRun({ ...season, dryRun: true });
    expect(dry.buyers).toMatchObject([
      { buyerOrgId: clubId, bookings: 10, total: { amount: 10 * TWO_HOURS }, problem: null },
    ]);
    const tries = await Promise.all([1, 2, 3].map(() => outcome(staff().startBillingRun(season))));
    expect(tries).toContain('ok');
    expect(tries.filter((one) => one !== 'ok' && one !== 'BILLING_RUN_UNDER_WAY')).toEqual([]);
    const invoices = await eventually(async () => {
      const { data } = await leader.client.digilist.listInvoices({ buyerOrgId: clubId });
      expect(data.length).toBeGreaterThan(0);
      return data;
    });
    expect(invoices).toMatchObject([{ total: { amount: 10 * TWO_HOURS }, status: 'issued', buyerName: 'Fjordvik IL' }]);
    await eventually(async () => expect(await outcome(staff().startBillingRun(season))).toBe('ok'));
    const again = await staff().startBillingRun({ ...season, dryRun: true });
    expect(again.bookings).toBe(0);
    const [invoice] = invoices;
    const ehf = await http(system.gatewayUrl, 'GET', `/api/v1/invoices/${invoice?.id}/ehf`, { client: leader.client });
    expect(ehf.text).toContain('urn:fdc:peppol.eu:2017:poacc:billing:3.0');
    expect(ehf.text).toContain(`<cbc:PayableAmount currencyID="NOK">2500.00</cbc:PayableAmount>`);
    await readMail(system.mail, { to: leader.email, subject: /^Faktura/ });
  });
});

describe('a municipality closes a hall for repair', () => {
  it('and everyone concerned is told why and gets all of it back', async () => {
    const hall = await buildHall(town.manager.client, town.orgId, 'Vannskadet sal', 'PAY_AND_CONFIRM');
    const neighbour = await town.person('nina', [{ role: 'end_user' }]);
    await caughtUp(() => neighbour.client.digilist.listBookings({}));
    const book = async (who: Person, zone: 0 | 1, hour: number): Promise<Booking> => {
      const asked = { listingId: hall.id, zoneId: hall.thirds[zone], termsVersion: TERMS };
      const booking = await who.client.digilist.createBooking({
        ...asked,
        startsAt: at(1, hour),
        endsAt: at(1, hour + 2),
      });
      await pay([booking], who);
      return becomes(booking.id, 'confirmed', who.client.digilist);
    };
    const affected = [
      { who: town.resident, booking: await book(town.resident, 0, 16) },
      { who: neighbour, booking: await book(neighbour, 1, 16) },
    ];
    const { digilist } = town.manager.client;
    const listing = await digilist.getListing({ id: hall.id });
    const seen = await digilist.startMaintenance(
      { id: hall.id, bookings: 'cancel', publicReason: 'Vannskade', reason: 'Rør sprakk, sak 26/114', dryRun: true },
      { ifMatch: etagOf(listing) as string },
    );
    expect(seen.impact.count).toBe(2);
    await digilist.startMaintenance(
      { id: hall.id, bookings: 'cancel', publicReason: 'Vannskade', reason: 'Rør sprakk, sak 26/114' },
      { ifMatch: etagOf(listing) as string },
    );
    for (const { who, booking } of affected) {
      const ended = await becomes(booking.id, 'refunded', who.client.digilist);
      expect(ended.payment).toMatchObject({ status: 'refunded', refunded: money(TWO_HOURS) });
      const [mail] = await readMail(system.mail, { to: who.email, subject: /avlyst/ });
      expect(mail?.text).toContain('Vannskade');
      expect(mail?.text).not.toContain('26/114');
      await readMail(system.mail, { to: who.email, subject: /penger tilbake/ });
    }
  });
});
