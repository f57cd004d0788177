import {
  cancelBooking,
  createInvoice,
  creditInvoice,
  getInvoice,
  type Invoice,
  listNotifications,
  settleInvoice,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { isKid } from './domain/check-digits.js';
import { OverdueJob } from './overdue.job.js';
import { InvoiceWorld } from './testing/invoice-world.js';

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
/** Øre of VAT included; a hall costs 800 net for two hours. */
const HOURS = 100_000;

/** A resident who books for the club, and one of its members who may read its invoices. */
async function club() {
  const { clubId } = here.world.town;
  const [leader, treasurer] = [
    await here.world.person('resident', 'user'),
    await here.world.person('treasurer', 'org', { orgId: clubId }),
  ];
  await here.world.member(leader, clubId);
  await here.world.member(treasurer, clubId);
  return { clubId, leader, treasurer };
}

describe('an invoice', () => {
  it('says what was booked, by whom, what it costs with VAT by rate, and how and until when it is paid', async () => {
    const bookingId = await here.booked();
    const invoice = await here.issued([bookingId]);
    expect(invoice).toMatchObject({
      kind: 'invoice',
      status: 'issued',
      orgId: null,
      sellerName: 'Storevik kommune',
      buyerOrgId: null,
      buyerUserId: here.world.resident,
      buyerName: 'Kari Nordmann',
      net: { amount: 80_000 },
      vat: { amount: 20_000 },
      total: { amount: HOURS },
      left: { amount: HOURS },
      credited: { amount: 0 },
      settled: { amount: 0 },
      version: 1,
      seller: { organizationNumber: '974760673', accountNumber: '86011117947', terms: null },
      lines: [
        {
          position: 1,
          bookingId,
          name: { nb: 'Storevik idrettshall' },
          zoneName: null,
          cancelled: false,
          vatCategory: 'S',
          vatBasisPoints: 2500,
          total: { amount: HOURS },
        },
      ],
      vatByRate: [{ category: 'S', vatBasisPoints: 2500, net: { amount: 80_000 }, vat: { amount: 20_000 } }],
      settlements: [],
    });
    expect(isKid(invoice.kid as string, 'MOD10')).toBe(true);
    expect(Date.parse(invoice.dueDate as string) - Date.parse(invoice.issueDate)).toBe(14 * 86_400_000);
    const [told] = await rows<{ payload: string }>(
      `SELECT payload FROM digilist.outbox WHERE subject LIKE '%.invoice.' || $1 || '.issued.v1'`,
      [invoice.id],
    );
    expect(JSON.parse(told?.payload as string).data).toMatchObject({ number: invoice.number, totalAmount: HOURS });
    expect(told?.payload).not.toContain('Kari');
  });

  it('is in the books: owed by the buyer, sold and taxed', async () => {
    const invoice = await here.issued([await here.booked()]);
    const lines = await rows<{ account: string; amount: number }>(
      `SELECT l.account, l.amount::integer AS amount FROM digilist.ledger_lines l
       JOIN digilist.ledger_entries e ON e.id = l.entry_id WHERE e.source_id = $1 ORDER BY l.amount DESC`,
      [invoice.lines[0]?.id],
    );
    expect(lines).toEqual([
      { account: 'receivable', amount: HOURS },
      { account: 'vat_payable', amount: -20_000 },
      { account: 'revenue', amount: -80_000 },
    ]);
  });

  it('goes to the organization that was booked for, and its members who may read invoices are told', async () => {
    const { clubId, leader, treasurer } = await club();
    const invoice = await here.issued([await here.booked({ club: clubId, by: leader })]);
    expect(invoice).toMatchObject({ buyerOrgId: clubId, buyerUserId: null, buyerName: 'Storevik IL' });
    const told = async () =>
      (await here.call(listNotifications, {}, { by: treasurer })).body.data as { event: string }[];
    await eventually(async () => expect(await told()).toMatchObject([{ event: 'invoice.issued' }]));
    // Who booked may have nothing to do with the club's money.
    expect((await here.call(getInvoice, { id: invoice.id }, { by: leader })).code).toBe('FORBIDDEN');
    expect((await here.call(getInvoice, { id: invoice.id }, { by: treasurer })).ok).toBe(true);
  });

  it('is of one buyer and of bookings that can be invoiced, each once', async () => {
    const { clubId, leader } = await club();
    const [own, theirs] = [await here.booked(), await here.booked({ club: clubId, by: leader })];
    expect((await here.call(createInvoice, { bookingIds: [own, theirs] })).code).toBe('INVOICES_DIFFER');
    const paid = await here.booked({ hall: await here.hall({ paymentPolicy: 'FREE', pricePerHour: null }) });
    const refused = await here.call(createInvoice, { bookingIds: [own, paid] });
    expect(refused.code).toBe('NOTHING_TO_INVOICE');
    expect(refused.body.details).toEqual({ bookings: [{ bookingId: paid, reason: 'not_by_invoice' }] });
    await here.issued([own]);
    expect((await here.call(createInvoice, { bookingIds: [own] })).body.details).toEqual({
      bookings: [{ bookingId: own, reason: 'billed_already' }],
    });
    expect((await here.call(createInvoice, { bookingIds: [uuidv7()] })).code).toBe('NOT_FOUND');
    expect((await here.call(createInvoice, { bookingIds: [] })).code).toBe('NOT_FOUND');
  });

  it('is once, however many ask for it at once', async () => {
    const bookingId = await here.booked();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => here.call(createInvoice, { bookingIds: [bookingId] })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(replies.filter(({ ok }) => !ok).map(({ code }) => code))).toEqual(new Set(['NOTHING_TO_INVOICE']));
  });

  it('cannot be changed or deleted by the service, but for what becomes of it', async () => {
    const columns = await rows<{ table: string; column: string }>(
      `SELECT c.relname::text AS "table", a.attname::text AS "column" FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relnamespace = 'digilist'::regnamespace AND c.relname IN ('invoices', 'invoice_lines', 'invoice_settlements')
         AND has_column_privilege('digilist_app', c.oid, a.attnum, 'UPDATE') ORDER BY 1, 2`,
    );
    expect(columns.map(({ table, column }) => `${table}.${column}`)).toEqual(
      ['credited', 'settled', 'status', 'updated_at', 'updated_by', 'version'].map((column) => `invoices.${column}`),
    );
    const [tables] = await rows<{ n: number }>(
      `SELECT count(*)::integer AS n FROM unnest(ARRAY['invoices', 'invoice_lines', 'invoice_settlements']) t
       WHERE has_table_privilege('digilist_app', 'digilist.' || t, 'DELETE')
         OR has_table_privilege('digilist_app', 'digilist.' || t, 'TRUNCATE')`,
    );
    expect(tables).toEqual({ n: 0 });
  });
});

describe('a credit note', () => {
  it('takes back all of an invoice, which stays as it was issued', async () => {
    const invoice = await here.issued([await here.booked()]);
    const note = (await here.must(creditInvoice, { id: invoice.id, reason: 'Feil kjøper' })) as unknown as Invoice;
    expect(note).toMatchObject({
      kind: 'credit_note',
      status: 'paid',
      creditsInvoiceId: invoice.id,
      reason: 'Feil kjøper',
      total: { amount: HOURS },
      left: { amount: 0 },
      kid: null,
      dueDate: null,
      lines: [{ creditsLineId: invoice.lines[0]?.id, net: { amount: 80_000 }, vat: { amount: 20_000 } }],
    });
    const after = await here.read(invoice.id);
    expect(after).toMatchObject({ status: 'credited', credited: { amount: HOURS }, left: { amount: 0 }, version: 2 });
    expect({ ...after, ...changing(invoice) }).toEqual({ ...invoice, ...changing(invoice) });
    expect((await here.call(creditInvoice, { id: invoice.id, reason: 'Igjen' })).code).toBe('CREDIT_ABOVE_INVOICE');
    expect((await here.call(creditInvoice, { id: note.id, reason: 'Angret' })).code).toBe('INVOICE_NOT_CREDITABLE');
  });

  it('takes back a part of a line, and says how much is left when it is asked for more', async () => {
    const invoice = await here.issued([await here.booked(), await here.booked()]);
    const [first] = invoice.lines;
    const note = await here.must(creditInvoice, {
      id: invoice.id,
      reason: 'Kort strøm',
      lines: [{ lineId: first?.id, amount: 25_000 }],
    });
    expect(note).toMatchObject({ net: { amount: 20_000 }, vat: { amount: 5_000 } });
    const refused = await here.call(creditInvoice, {
      id: invoice.id,
      reason: 'For mye',
      lines: [{ lineId: first?.id, amount: 75_001 }],
    });
    expect(refused.code).toBe('CREDIT_ABOVE_INVOICE');
    expect((refused.body.details as { lines: object[] }).lines).toEqual([
      { lineId: first?.id, left: 75_000 },
      { lineId: invoice.lines[1]?.id, left: HOURS },
    ]);
    expect(await here.read(invoice.id)).toMatchObject({
      left: { amount: 175_000 },
      lines: [{ credited: { amount: 25_000 } }, {}],
    });
  });

  it('is never above the invoice: 50 at once of 3 000 on 100 000 leave what is left of it, to the øre', async () => {
    const invoice = await here.issued([await here.booked()]);
    const credit = { id: invoice.id, reason: 'Kappløp', lines: [{ lineId: invoice.lines[0]?.id, amount: 3_000 }] };
    const replies = await Promise.all(Array.from({ length: 50 }, () => here.patiently(creditInvoice, credit)));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(33);
    expect(new Set(replies.flatMap(({ code }) => code ?? []))).toEqual(new Set(['CREDIT_ABOVE_INVOICE']));
    expect(await here.read(invoice.id)).toMatchObject({ credited: { amount: 99_000 }, left: { amount: 1_000 } });
    await here.must(creditInvoice, { id: invoice.id, reason: 'Resten' });
    const [sum] = await rows(
      `SELECT sum(net)::integer AS net, sum(vat)::integer AS vat FROM digilist.invoices WHERE credits_invoice_id = $1`,
      [invoice.id],
    );
    expect(sum).toEqual({ net: 80_000, vat: 20_000 });
  });

  it('lets its bookings be invoiced anew only when that was asked for', async () => {
    const [kept, again] = [await here.booked(), await here.booked()];
    const invoices = [await here.issued([kept]), await here.issued([again])];
    await here.must(creditInvoice, { id: invoices[0]?.id, reason: 'Goodwill' });
    await here.must(creditInvoice, { id: invoices[1]?.id, reason: 'Feil kjøper', billAgain: true });
    expect((await here.call(createInvoice, { bookingIds: [kept] })).code).toBe('NOTHING_TO_INVOICE');
    expect((await here.issued([again])).number).toBeGreaterThan(invoices[1]?.number as number);
  });

  it('comes by itself for what a cancelled booking is not owed any more', async () => {
    const { clubId, leader, treasurer } = await club();
    const [called, stays] = [
      await here.booked({ club: clubId, by: leader }),
      await here.booked({ club: clubId, by: leader }),
    ];
    const invoice = await here.issued([called, stays]);
    await here.must(cancelBooking, { id: called, reason: 'Syk' }, { by: leader });
    const [note] = await rows<{ id: string }>('SELECT id FROM digilist.invoices WHERE credits_invoice_id = $1', [
      invoice.id,
    ]);
    const [settled] = await rows<{ kept: number }>(
      'SELECT kept::integer AS kept FROM digilist.booking_settlements WHERE booking_id = $1',
      [called],
    );
    const whole = invoice.lines[0]?.total.amount as number;
    expect(await here.read(note?.id as string)).toMatchObject({
      total: { amount: whole - (settled?.kept ?? 0) },
      lines: [{ bookingId: called }],
    });
    await eventually(async () => {
      const { data } = (await here.call(listNotifications, {}, { by: treasurer })).body as {
        data: { event: string }[];
      };
      expect(data.map(({ event }) => event)).toContain('invoice.credited');
    });
  });
});

/** What may differ between an invoice as it was issued and as it is now. */
const changing = ({ status, left, credited, settled, settlements, version, lines }: Invoice) => ({
  status,
  left,
  credited,
  settled,
  settlements,
  version,
  lines,
});

describe('paying an invoice', () => {
  const paidAt = '2026-01-15';

  it('in parts makes it paid with the last one, never more than is left', async () => {
    const invoice = await here.issued([await here.booked()]);
    const settle = (amount: number, more: object = {}) =>
      here.call(settleInvoice, { id: invoice.id, amount, paidAt, ...more });
    expect((await settle(40_000, { reference: 'Bank 1' })).body).toMatchObject({
      status: 'issued',
      left: { amount: 60_000 },
    });
    const refused = await settle(60_001);
    expect(refused.code).toBe('SETTLEMENT_ABOVE_REST');
    expect(refused.body.details).toEqual({ left: 60_000 });
    expect((await settle(1, { paidAt: '2999-01-01' })).code).toBe('SETTLEMENT_IN_FUTURE');
    expect((await settle(60_000)).body).toMatchObject({
      status: 'paid',
      left: { amount: 0 },
      settlements: [{ amount: { amount: 40_000 }, paidAt, reference: 'Bank 1' }, { amount: { amount: 60_000 } }],
    });
  });

  it('is counted once, however many record it at once', async () => {
    const invoice = await here.issued([await here.booked()]);
    const payment = { id: invoice.id, amount: 30_000, paidAt };
    const replies = await Promise.all(Array.from({ length: 20 }, () => here.patiently(settleInvoice, payment)));
    expect(replies.filter(({ ok }) => ok)).toHaveLength(3);
    expect(await here.read(invoice.id)).toMatchObject({ settled: { amount: 90_000 }, left: { amount: 10_000 } });
  });

  it('that is credited afterwards leaves a credit note to be paid back, and the books even', async () => {
    const invoice = await here.issued([await here.booked()]);
    await here.must(settleInvoice, { id: invoice.id, amount: 70_000, paidAt });
    const note = await here.must(creditInvoice, { id: invoice.id, reason: 'Stengt hall' });
    expect(note).toMatchObject({ status: 'issued', left: { amount: 70_000 } });
    const back = await here.must(settleInvoice, { id: note.id, amount: 70_000, paidAt });
    expect(back).toMatchObject({ status: 'paid', left: { amount: 0 } });
    const sums = await rows<{ account: string; sum: number }>(
      `SELECT l.account, sum(l.amount)::integer AS sum FROM digilist.ledger_lines l
       JOIN digilist.ledger_entries e ON e.tenant_id = l.tenant_id AND e.id = l.entry_id
       WHERE e.source_id IN (SELECT id FROM digilist.invoice_lines WHERE invoice_id = ANY ($1::uuid[])
         UNION SELECT id FROM digilist.invoice_settlements WHERE invoice_id = ANY ($1::uuid[]))
       GROUP BY 1 HAVING sum(l.amount) <> 0`,
      [[invoice.id, note.id]],
    );
    expect(sums).toEqual([]);
  });

  it('is overdue from the day after its due date, and told once', async () => {
    const invoice = await here.issued([await here.booked()]);
    const job = here.service.app.get(OverdueJob);
    const due = Date.parse(`${invoice.dueDate}T12:00:00Z`);
    await job.turn(new Date(due));
    expect((await here.read(invoice.id)).status).toBe('issued');
    await job.turn(new Date(due + 86_400_000));
    await job.turn(new Date(due + 2 * 86_400_000));
    expect(await here.read(invoice.id)).toMatchObject({ status: 'overdue', version: 2 });
    const told = await rows(`SELECT 1 FROM digilist.outbox WHERE subject LIKE '%.invoice.' || $1 || '.overdue.v1'`, [
      invoice.id,
    ]);
    expect(told).toHaveLength(1);
  });
});
