import {
  createInvoice,
  createInvoiceSeller,
  createRefund,
  creditInvoice,
  type Invoice,
  settleInvoice,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { buildHall } from '../../testing/hall.js';
import { InvoicesModule } from '../invoices/index.js';
import { SELLER } from '../invoices/testing/index.js';
import { PaymentWorld, PRICE } from '../payments/testing/index.js';
import { RetentionJob, RetentionModule } from './index.js';

let town: PaymentWorld;
let accountant: string;
let nobody: string;

beforeAll(async () => {
  town = await PaymentWorld.open(InvoicesModule, RetentionModule);
  accountant = await town.world.person('accountant', 'tenant');
  await must(createInvoiceSeller, SELLER, accountant);
  const [service] = await town.world.rows<{ id: string }>(
    `INSERT INTO digilist.platform_users (tenant_id, id, version, email, name, kind, status, locale)
     SELECT id, service_user_id, 1, 'tjeneste', 'Tjeneste', 'service', 'active', 'nb' FROM digilist.platform_tenants WHERE id = $1
     RETURNING id`,
    [town.world.town.tenantId],
  );
  nobody = service?.id as string;
});
afterAll(async () => {
  await town?.close();
  await stopPostgres();
});

async function must(operation: unknown, request: object, by: string) {
  const reply = await town.world.call(operation, request, { by });
  if (!reply.ok) throw new Error(JSON.stringify(reply.body));
  return reply.body;
}
const turn = () => town.the(RetentionJob).turn(new Date());
/** All of the books, to the last column. */
const ledger = () =>
  town.world.rows(
    `SELECT md5(coalesce(string_agg(e::text, ' ' ORDER BY e.id), '')) AS entries,
       (SELECT md5(coalesce(string_agg(l::text, ' ' ORDER BY l.id), '')) FROM digilist.ledger_lines l) AS lines,
       (SELECT count(*)::int FROM digilist.ledger_lines) AS count
     FROM digilist.ledger_entries e`,
  );
const told = async (subject: string) =>
  (
    await town.world.rows<{ payload: string }>(
      "SELECT payload FROM digilist.outbox WHERE payload LIKE '%digilist.retention.anonymise%'",
    )
  )
    .map(({ payload }) => JSON.parse(payload).changes)
    .filter((changes) => changes.subject === subject);

describe('a payment in the sixth year after its own', () => {
  it('is nobody’s: where its payer came from and what they were told is gone, amounts and books stay', async () => {
    const hall = await town.hall();
    const [old, recent] = [await town.paid(hall), await town.paid(hall)];
    await must(createRefund, { id: old.payment.id, amount: 10_000, reason: 'Kari var syk' }, town.world.handler);
    await town.atRest();
    await town.world.rows(
      `UPDATE digilist.payments SET created_at = created_at - interval '7 years', captured_at = captured_at - interval '7 years'
       WHERE id = $1`,
      [old.payment.id],
    );
    const read = async (id: string) =>
      (
        await town.world.rows(
          `SELECT p.user_id AS "userId", p.created_by AS "createdBy", p.return_url AS "returnUrl", p.redirect_url AS "redirectUrl",
             p.provider_reference AS reference, p.amount::int, p.captured::int, p.refunded::int, p.status,
             r.reason, r.amount::int AS "refundAmount", r.created_by AS "refundedBy"
           FROM digilist.payments p LEFT JOIN digilist.refunds r ON r.tenant_id = p.tenant_id AND r.payment_id = p.id
           WHERE p.id = $1`,
          [id],
        )
      )[0];
    const [books, before, untouched] = [await ledger(), await read(old.payment.id), await read(recent.payment.id)];
    expect(before).toMatchObject({
      userId: town.world.resident,
      reason: 'Kari var syk',
      reference: expect.any(String),
    });
    await Promise.all([turn(), turn()]);
    expect(await read(old.payment.id)).toEqual({
      ...before,
      ...{ userId: nobody, createdBy: nobody, refundedBy: nobody },
      ...{ returnUrl: '', redirectUrl: null, reference: null, reason: null },
    });
    expect(await read(old.payment.id)).toMatchObject({ amount: PRICE, captured: PRICE, refunded: 10_000 });
    expect(await read(recent.payment.id)).toEqual(untouched);
    expect(await ledger()).toEqual(books);
    expect(await told('payments')).toMatchObject([{ rows: 1, years: 5 }]);
  });
});

describe('an invoice in the sixth year after its own', () => {
  it('is nobody’s, as is its credit note: the buyer’s name is gone, number, KID, lines, amounts and books stay', async () => {
    const hall = await buildHall(town.world.digilist, town.world.town);
    const invoice = async () => {
      const { id: bookingId } = await town.booking(hall);
      const request = { bookingIds: [bookingId], buyerReference: 'Kari Nordmann' };
      return (await must(createInvoice, request, accountant)) as unknown as Invoice;
    };
    const [old, recent] = [await invoice(), await invoice()];
    await must(
      settleInvoice,
      { id: old.id, amount: 1_000, paidAt: new Date().toISOString().slice(0, 10), reference: 'Kari N' },
      accountant,
    );
    const credit = { id: old.id, reason: 'Kari var syk', lines: [{ lineId: old.lines[0]?.id, amount: 5_000 }] };
    const note = (await must(creditInvoice, credit, accountant)) as unknown as Invoice;
    await town.world.rows(
      `UPDATE digilist.invoices SET issue_date = issue_date - interval '7 years', due_date = due_date - interval '7 years'
       WHERE id = ANY ($1::uuid[])`,
      [[old.id, note.id]],
    );
    const read = async (id: string) =>
      (
        await town.world.rows<Record<string, unknown>>(
          `SELECT i.kind, i.number, i.kid, i.net::int, i.vat::int, i.total::int, i.settled::int, i.credited::int, i.issue_date AS issued,
             i.buyer ->> 'name' AS name, i.buyer ->> 'email' AS email, i.buyer_reference AS "buyerReference", i.reason,
             i.buyer_user_id AS "buyerId", i.created_by AS "createdBy", i.seller,
             (SELECT jsonb_agg(to_jsonb(l) - 'created_by' ORDER BY l.position) FROM digilist.invoice_lines l WHERE l.invoice_id = i.id) AS lines,
             (SELECT array_agg(s.reference) FROM digilist.invoice_settlements s WHERE s.invoice_id = i.id) AS references
           FROM digilist.invoices i WHERE i.id = $1`,
          [id],
        )
      )[0];
    const [books, before, noteBefore, untouched] = [
      await ledger(),
      await read(old.id),
      await read(note.id),
      await read(recent.id),
    ];
    expect(before).toMatchObject({
      buyerId: town.world.resident,
      buyerReference: 'Kari Nordmann',
      references: ['Kari N'],
    });
    expect(before?.name).not.toBe('');
    await Promise.all([turn(), turn()]);
    const gone = { name: '', email: null, buyerReference: null, buyerId: nobody, createdBy: nobody };
    expect(await read(old.id)).toEqual({ ...before, ...gone, references: [null] });
    expect(await read(note.id)).toEqual({ ...noteBefore, ...gone, reason: '' });
    expect(await read(recent.id)).toEqual(untouched);
    expect(await ledger()).toEqual(books);
    expect(await told('invoices')).toMatchObject([{ rows: 2, years: 5 }]);
  });
});
