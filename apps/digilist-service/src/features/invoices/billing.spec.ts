import {
  type BillingRun,
  createInvoiceSeller,
  creditInvoice,
  getBillingRun,
  listBillingRuns,
  listUnbilledBookings,
  startBillingRun,
  type UnbilledBookingPage,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import type { Town } from '../../platform/testing/platform-stand-in.js';
import { statementsOf } from '../../testing/statements.js';
import { BillingWorker } from './billing.worker.js';
import { Issuing } from './issuing.js';
import { MonthlyBillingJob } from './monthly-billing.job.js';
import { type CallOptions, InvoiceWorld, SELLER } from './testing/invoice-world.js';

let here: InvoiceWorld;

beforeAll(async () => {
  here = await InvoiceWorld.open();
});
afterAll(async () => {
  await here?.close();
  await stopPostgres();
});

const rows = <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  here.world.rows<Row>(text, values);
const MARCH = { from: '2026-03-01', to: '2026-04-01' };

/** A town where a resident and a club have so many bookings behind them, all in March. */
async function behind({ own = 2, club = 3 }: { own?: number; club?: number } = {}) {
  const { of, accountant, resident } = await here.town();
  const options = { by: accountant, of };
  const model = await here.booked({ by: resident, of });
  const ids = { own: await here.past(model, own, '2026-03-10'), club: await here.past(model, club, '2026-03-20') };
  await rows('UPDATE digilist.bookings SET on_behalf_of_org_id = $2 WHERE id = ANY ($1::uuid[])', [
    ids.club,
    of.clubId,
  ]);
  return { of, options, resident, model, ids };
}

const billedTimes = (of: Town) =>
  rows<{ bookings: number; invoices: number; lines: number }>(
    `SELECT count(DISTINCT l.booking_id)::integer AS bookings, count(DISTINCT l.invoice_id)::integer AS invoices,
       count(*)::integer AS lines FROM digilist.invoice_lines l WHERE l.tenant_id = $1`,
    [of.tenantId],
  ).then(([row]) => row);
const numbersOf = (of: Town) =>
  rows<{ number: number }>('SELECT number FROM digilist.invoices WHERE tenant_id = $1 ORDER BY number', [
    of.tenantId,
  ]).then((found) => found.map(({ number }) => number));
/** Their price rises by a krone, as a change of the booking makes it rise. */
const dearer = (ids: readonly string[]) =>
  rows(
    `UPDATE digilist.bookings SET total = total + 100, vat = vat + 100, price_lines = jsonb_set(jsonb_set(price_lines,
       '{0,vat,amount}', to_jsonb(vat + 100)), '{0,total,amount}', to_jsonb(total + 100)) WHERE id = ANY ($1::uuid[])`,
    [ids],
  );
/** What a dead process had in hand is free when its claim ends: for a spec, now. */
const takenUp = (runId: string) =>
  rows(`UPDATE digilist.billing_runs SET claimed_until = '-infinity' WHERE id = $1 AND random() < 0.5`, [runId]);
const unbilled = async (options: CallOptions, query: object = MARCH) =>
  (await here.must(listUnbilledBookings, query, options)) as unknown as UnbilledBookingPage;

describe('a billing run', () => {
  it('puts what is over on one invoice for each buyer, and leaves what is not', async () => {
    const { of, options } = await behind();
    const dry = await here.must(startBillingRun, { ...MARCH, dryRun: true }, options);
    expect(dry).toMatchObject({
      id: null,
      invoices: 2,
      bookings: 5,
      total: { amount: 500_000 },
      buyers: [
        { buyerOrgId: of.clubId, buyerName: 'Storevik IL', bookings: 3, total: { amount: 300_000 }, problem: null },
        { buyerName: 'Kari Nordmann', bookings: 2, total: { amount: 200_000 } },
      ],
    });
    expect(await numbersOf(of)).toEqual([]);
    const run = await here.billed(MARCH, options);
    expect(run).toMatchObject({
      status: 'completed',
      invoices: 2,
      bookings: 5,
      total: { amount: 500_000 },
      buyers: [],
    });
    expect(await billedTimes(of)).toEqual({ bookings: 5, invoices: 2, lines: 5 });
    expect(await numbersOf(of)).toEqual([1, 2]);
    const told = await rows<{ fact: string }>(
      `SELECT split_part(subject, '.', 6) AS fact FROM digilist.outbox WHERE subject LIKE '%.billing-run.' || $1 || '.%' ORDER BY pos`,
      [run.id],
    );
    expect(told.map(({ fact }) => fact)).toEqual(['started', 'completed']);
  });

  it('run again finds nothing, and what was taken back to be billed anew is', async () => {
    const { of, options, ids } = await behind();
    await here.billed(MARCH, options);
    expect(await here.billed(MARCH, options)).toMatchObject({ invoices: 0, bookings: 0 });
    const [invoice] = await rows<{ id: string }>(
      'SELECT invoice_id AS id FROM digilist.billed_bookings WHERE booking_id = $1',
      [ids.own[0]],
    );
    await here.must(creditInvoice, { id: invoice?.id, reason: 'Feil pris', billAgain: true }, options);
    expect(await here.billed(MARCH, options)).toMatchObject({ invoices: 1, bookings: 2 });
    expect(await billedTimes(of)).toMatchObject({ bookings: 5 });
  });

  it('is of one buyer or of one seller when it is asked for so, and of the days between', async () => {
    const { of, options } = await behind();
    expect(await here.billed({ ...MARCH, organizationId: of.clubId }, options)).toMatchObject({
      invoices: 1,
      bookings: 3,
    });
    expect(await here.billed({ from: '2026-03-11', to: '2026-04-01' }, options)).toMatchObject({ bookings: 0 });
    const own = await here.must(createInvoiceSeller, { ...SELLER, orgId: of.otherOrgId }, options);
    expect(await here.billed({ ...MARCH, sellerId: own.id }, options)).toMatchObject({ bookings: 0 });
    expect(await here.billed({ from: '2026-03-10', to: '2026-03-11' }, options)).toMatchObject({ bookings: 2 });
  });

  it('gives a buyer of many bookings as many invoices as it takes, each in the same number of statements', async () => {
    const { of, options } = await behind({ own: 150, club: 0 });
    expect(await here.billed(MARCH, options)).toMatchObject({ invoices: 2, bookings: 150 });
    expect(await billedTimes(of)).toEqual({ bookings: 150, invoices: 2, lines: 150 });
    const few = await behind({ own: 1, club: 0 });
    const many = await behind({ own: 60, club: 0 });
    const cost = async (town: typeof few) =>
      (await statementsOf(async () => void (await here.billed(MARCH, town.options)))).filter((text) =>
        /invoice/.test(text),
      ).length;
    expect(await cost(many)).toBe(await cost(few));
  });

  it('is refused for a period that is none, for foreign sellers and buyers, and while another one is under way', async () => {
    const { of, options } = await behind();
    const start = (request: object, more: CallOptions = {}) =>
      here.call(startBillingRun, { ...MARCH, ...request }, { ...options, ...more }).then(({ code }) => code);
    expect(await start({ to: '2026-03-01' })).toBe('BILLING_PERIOD_INVALID');
    expect(await start({ from: '2020-01-01' })).toBe('BILLING_PERIOD_INVALID');
    expect(await start({ sellerId: here.seller.id })).toBe('NOT_FOUND');
    expect(await start({ organizationId: here.world.town.clubId })).toBe('NOT_FOUND');
    const clerk = await here.world.person('accountant', 'org', { orgId: of.orgId, of });
    expect(await start({}, { by: clerk })).toBe('FORBIDDEN');
    await rows(
      `INSERT INTO digilist.billing_runs (tenant_id, first_date, end_date, ends_after, ends_until, claimed_until, created_by, updated_by)
       VALUES ($1, '2026-01-01', '2026-02-01', now(), now(), 'infinity', $1, $1)`,
      [of.tenantId],
    );
    expect(await start({})).toBe('BILLING_RUN_UNDER_WAY');
    await rows(`DELETE FROM digilist.billing_runs WHERE tenant_id = $1`, [of.tenantId]);
    const run = await here.billed(MARCH, options);
    expect((await here.call(getBillingRun, { id: run.id }, { by: clerk, of })).code).toBe('NOT_FOUND');
    expect((await here.must(listBillingRuns, {}, { by: clerk, of })).data).toEqual([]);
    expect((await here.must(listBillingRuns, {}, options)).data).toMatchObject([{ id: run.id }]);
  });

  it('says whom it could not invoice, and why; so does the reconciliation', async () => {
    const { of, options, model } = await behind({ own: 2, club: 0 });
    await rows('UPDATE digilist.invoice_sellers SET org_id = $2 WHERE tenant_id = $1', [of.tenantId, of.otherOrgId]);
    const run: BillingRun = await here.billed(MARCH, options);
    expect(run).toMatchObject({ invoices: 0, buyers: [{ bookings: 2, problem: 'seller_missing', sellerId: null }] });
    const reasons = async () => (await unbilled(options)).data.map(({ reason }) => reason);
    expect(await reasons()).toEqual(['seller_missing', 'seller_missing']);
    await rows('UPDATE digilist.invoice_sellers SET org_id = NULL, vat_registered = false WHERE tenant_id = $1', [
      of.tenantId,
    ]);
    expect(await reasons()).toEqual(Array(2).fill('seller_not_registered_for_vat'));
    await rows('UPDATE digilist.invoice_sellers SET vat_registered = true, kid_length = 2 WHERE tenant_id = $1', [
      of.tenantId,
    ]);
    expect(await reasons()).toEqual(Array(2).fill('not_billed_yet'));
    await here.billed(MARCH, options);
    expect(await reasons()).toEqual([]);
    const [later] = await here.past(model, 1, '2026-03-25');
    await rows(
      `INSERT INTO digilist.invoice_counters (tenant_id, series, next, created_by, updated_by) VALUES ($1, 'invoice', 10, $1, $1)
       ON CONFLICT (tenant_id, series) DO UPDATE SET next = 10`,
      [of.tenantId],
    );
    expect(await unbilled(options)).toMatchObject({
      data: [{ bookingId: later, reason: 'kid_too_short', owed: { amount: 100_000 }, billed: { amount: 0 } }],
    });
    // The law of numbers without gaps is about numbers that were given.
    await rows(`UPDATE digilist.invoice_counters SET next = 2 WHERE tenant_id = $1 AND series = 'invoice'`, [
      of.tenantId,
    ]);
  });

  it('is reconciled with what should be billed: what nobody has decided, and what was billed too low', async () => {
    const { options, ids } = await behind({ own: 3, club: 0 });
    const [first, second, third] = ids.own;
    await here.billed(MARCH, options);
    await dearer([first as string]);
    const data = async (query: object = MARCH) => (await unbilled(options, query)).data;
    expect(await data()).toMatchObject([
      { bookingId: first, owed: { amount: 100_100 }, billed: { amount: 100_000 }, reason: 'billed_too_little' },
    ]);
    await dearer([second as string, third as string]);
    const page = await unbilled(options, { ...MARCH, limit: 2 });
    const rest = await unbilled(options, { ...MARCH, limit: 2, cursor: page.nextCursor });
    expect([...page.data, ...rest.data].map(({ bookingId }) => bookingId)).toEqual([...ids.own].sort());
    expect((await here.call(listUnbilledBookings, { from: '2026-02-01', to: '2026-01-01' }, options)).code).toBe(
      'BILLING_PERIOD_INVALID',
    );
  });

  it('bills what is kept of a booking that was called off, as a fee', async () => {
    const { of, options, ids } = await behind({ own: 2, club: 0 });
    const [kept, free] = ids.own;
    await rows(`UPDATE digilist.bookings SET status = 'cancelled' WHERE id = ANY ($1::uuid[])`, [ids.own]);
    await rows(
      `INSERT INTO digilist.booking_history (tenant_id, booking_id, from_status, to_status, actor_kind, created_by)
       SELECT $2, id, 'completed', 'cancelled', 'job', id FROM unnest($1::uuid[]) id`,
      [ids.own, of.tenantId],
    );
    await rows(
      `INSERT INTO digilist.booking_settlements (tenant_id, org_id, booking_id, cause, total, paid, refund, kept, currency, percent,
         fee, created_by, updated_by)
       SELECT $1, $2, b.id, 'cancelled', 100000, 0, 0, b.kept, 'NOK', 75, 5000, $1, $1
       FROM (VALUES ($3::uuid, 30003), ($4::uuid, 0)) b (id, kept)`,
      [of.tenantId, of.orgId, kept, free],
    );
    expect(await here.billed(MARCH, options)).toMatchObject({ invoices: 1, bookings: 1, total: { amount: 30_003 } });
    const lines = await rows(
      `SELECT booking_id, cancelled, total::integer AS total, (SELECT string_agg(DISTINCT x.account, ' ') FROM digilist.ledger_lines x
         WHERE x.booking_id = l.booking_id) AS accounts FROM digilist.invoice_lines l WHERE l.tenant_id = $1`,
      [of.tenantId],
    );
    expect(lines).toEqual([
      { booking_id: kept, cancelled: true, total: 30_003, accounts: 'fees_kept receivable vat_payable' },
    ]);
  });
});

describe('numbers', () => {
  it('have no gap and none twice after 64 issues at once of which a third is rolled back', async () => {
    const { of, ids } = await behind({ own: 64, club: 0 });
    const [work, issuing] = [here.service.app.get(UnitOfWork), here.service.app.get(Issuing)];
    const issue = (id: string, at: number) =>
      work.runAs(jobOrigin(of.tenantId, 'spec', of.tenantId), async (tx) => {
        const bookings = await issuing.lock(tx, [id]);
        await issuing.issue(tx, bookings, { bookingIds: [id], buyerReference: null, billingRunId: null });
        if (at % 3 === 0) throw new Error('rolled back');
      });
    const outcomes = await Promise.allSettled(
      ids.own.map(async (id, at) => {
        for (;;) {
          try {
            return await issue(id, at);
          } catch (error) {
            // The pool has no connection for so many at once.
            if (!/SERVICE_UNAVAILABLE|DEADLINE/.test(String((error as { code?: string }).code))) throw error;
          }
        }
      }),
    );
    const issued = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(issued).toBe(64 - 22);
    expect(await numbersOf(of)).toEqual(Array.from({ length: issued }, (_, n) => n + 1));
  });

  it('have no gap, and every booking is billed once, when connections die again and again while a run is under way', async () => {
    const { of, options, model } = await behind({ own: 0, club: 0 });
    // Forty buyers, so that there is something between which to be cut off.
    const buyers = await rows<{ id: string }>(
      `INSERT INTO digilist.platform_users (tenant_id, id, email, name, status, version)
       SELECT $1, uuidv7(), n || '@example.no', 'Kjøper ' || n, 'active', 1 FROM generate_series(1, 40) n RETURNING id`,
      [of.tenantId],
    );
    const ids = await here.past(model, 120, '2026-03-15');
    await rows(
      `UPDATE digilist.bookings b SET user_id = ($3::uuid[])[1 + array_position($2::uuid[], b.id) % 40]
       WHERE b.tenant_id = $1 AND b.id = ANY ($2::uuid[])`,
      [of.tenantId, ids, buyers.map(({ id }) => id)],
    );
    const { id } = await here.must(startBillingRun, MARCH, options);
    const worker = here.service.app.get(BillingWorker);
    for (let cut = 0; cut < 25; cut++) {
      await rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND usename ~ 'app' AND state <> 'idle' AND random() < 0.5`,
      );
      await takenUp(id as string);
      worker.wake();
    }
    await eventually(
      async () => {
        await takenUp(id as string);
        worker.wake();
        expect(await here.call(getBillingRun, { id }, options)).toMatchObject({ body: { status: 'completed' } });
      },
      { within: 45_000, every: 250 },
    );
    expect(await billedTimes(of)).toEqual({ bookings: 120, invoices: 40, lines: 120 });
    expect(await numbersOf(of)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(await here.ended(id as string, options)).toMatchObject({ invoices: 40, bookings: 120, buyers: [] });
  });
});

describe('the month before', () => {
  it('is billed by itself on the first, once, for sellers who want that', async () => {
    const { of, options } = await behind();
    const job = here.service.app.get(MonthlyBillingJob);
    await job.turn(new Date('2026-04-01T05:00:00Z'));
    expect(await numbersOf(of)).toEqual([]);
    await rows('UPDATE digilist.invoice_sellers SET bills_monthly = true WHERE tenant_id = $1', [of.tenantId]);
    // In Norway it is April already.
    await job.turn(new Date('2026-03-31T22:30:00Z'));
    await eventually(async () => expect(await numbersOf(of)).toEqual([1, 2]));
    const [run] = (await here.must(listBillingRuns, {}, options)).data as BillingRun[];
    expect(await here.ended(run?.id as string, options)).toMatchObject({ ...MARCH, bookings: 5 });
    await job.turn(new Date('2026-04-02T05:00:00Z'));
    expect((await here.must(listBillingRuns, {}, options)).data).toHaveLength(1);
  });
});

it('nobody reads a billing run by an id that is none', async () => {
  expect((await here.call(getBillingRun, { id: uuidv7() })).code).toBe('NOT_FOUND');
});
