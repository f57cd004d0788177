import {
  createInvoice,
  createInvoiceSeller,
  creditInvoice,
  downloadInvoiceEhf,
  downloadInvoicePdf,
  getInvoice,
  getInvoiceSeller,
  type InvoicePage,
  listInvoiceSellers,
  listInvoices,
  putInvoiceSeller,
  settleInvoice,
} from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { InvoiceWorld, SELLER } from './testing/invoice-world.js';

let here: InvoiceWorld;

beforeAll(async () => {
  here = await InvoiceWorld.open();
});
afterAll(async () => {
  await here?.close();
  await stopPostgres();
});

const rows = (text: string, values: unknown[] = []) => here.world.rows(text, values);

describe('who sells', () => {
  it('is checked to the last digit, set up once for each organization, and changed by its version', async () => {
    const { otherOrgId } = here.world.town;
    const wrong = { ...SELLER, organizationNumber: '974760674', accountNumber: '86011117948' };
    const refused = await here.call(createInvoiceSeller, { ...wrong, orgId: otherOrgId });
    expect(refused.code).toBe('SELLER_INVALID');
    expect((refused.body.errors as { path: string }[]).map(({ path }) => path)).toEqual([
      'organizationNumber',
      'accountNumber',
    ]);
    expect((await here.call(createInvoiceSeller, SELLER)).code).toBe('SELLER_EXISTS');
    expect((await here.call(createInvoiceSeller, { ...SELLER, orgId: uuidv7() })).code).toBe('NOT_FOUND');
    const { id } = await here.must(createInvoiceSeller, { ...SELLER, orgId: otherOrgId, name: 'Skolen' });
    const change = { id, ...SELLER, name: 'Storevik skole', terms: 'Netto 14 dager' };
    expect((await here.call(putInvoiceSeller, change, { headers: { 'if-match': '"2"' } })).code).toBe('STALE_VERSION');
    expect((await here.call(putInvoiceSeller, change)).code).toBe('PRECONDITION_REQUIRED');
    const changed = await here.must(putInvoiceSeller, change, { headers: { 'if-match': '"1"' } });
    expect(changed).toMatchObject({ name: 'Storevik skole', terms: 'Netto 14 dager', version: 2, zeroRate: 'exempt' });
    expect((await here.must(getInvoiceSeller, { id })).version).toBe(2);
    expect((await here.must(listInvoiceSellers, {})).data).toHaveLength(2);
  });

  it('is who lends out, or stands above: invoices of one are not seen by the staff of another', async () => {
    const { orgId, subOrgId } = here.world.town;
    const clerk = await here.world.person('accountant', 'org', { orgId });
    const hall = await here.hall({ orgId: subOrgId });
    const bookings = [await here.booked({ hall }), await here.booked({ hall }), await here.booked()];
    // Not in the name of the whole tenant.
    expect((await here.call(createInvoice, { bookingIds: [bookings[0]] }, { by: clerk })).code).toBe('FORBIDDEN');
    expect((await here.call(createInvoiceSeller, SELLER, { by: clerk })).code).toBe('FORBIDDEN');
    await here.must(createInvoiceSeller, { ...SELLER, orgId, name: 'Kulturetaten' }, { by: clerk });
    const invoice = await here.issued([bookings[0] as string], { by: clerk });
    expect(invoice).toMatchObject({ orgId, sellerName: 'Kulturetaten' });
    const other = await here.world.person('accountant', 'org', { orgId: here.world.town.otherOrgId });
    for (const operation of [getInvoice, downloadInvoicePdf, downloadInvoiceEhf])
      expect((await here.call(operation, { id: invoice.id }, { by: other })).code).toBe('NOT_FOUND');
    expect((await here.call(creditInvoice, { id: invoice.id, reason: 'Feil' }, { by: other })).code).toBe('NOT_FOUND');
    const settlement = { id: invoice.id, amount: 1, paidAt: '2026-01-01' };
    expect((await here.call(settleInvoice, settlement, { by: other })).code).toBe('NOT_FOUND');
    expect((await here.call(createInvoice, { bookingIds: [bookings[1]] }, { by: other })).code).toBe('NOT_FOUND');
    expect((await here.call(getInvoiceSeller, { id: here.seller.id }, { by: clerk })).code).toBe('NOT_FOUND');
  });

  it('must be known, registered where prices have VAT, and have room for the number in the KID', async () => {
    const { of, accountant, resident } = await here.town({ vatRegistered: false, kidLength: 2 });
    const options = { by: accountant, of };
    const halls = { by: resident, of };
    const taxed = await here.booked(halls);
    expect((await here.call(createInvoice, { bookingIds: [taxed] }, options)).code).toBe(
      'SELLER_NOT_REGISTERED_FOR_VAT',
    );
    await rows('UPDATE digilist.invoice_sellers SET vat_registered = true WHERE tenant_id = $1', [of.tenantId]);
    await rows(
      `INSERT INTO digilist.invoice_counters (tenant_id, series, next, created_by, updated_by) VALUES ($1, 'invoice', 10, $1, $1)`,
      [of.tenantId],
    );
    expect((await here.call(createInvoice, { bookingIds: [taxed] }, options)).code).toBe('KID_TOO_SHORT');
    await rows('DELETE FROM digilist.invoice_sellers WHERE tenant_id = $1', [of.tenantId]);
    expect((await here.call(createInvoice, { bookingIds: [taxed] }, options)).code).toBe('SELLER_MISSING');
    await rows('DELETE FROM digilist.invoice_counters WHERE tenant_id = $1', [of.tenantId]);
  });
});

describe('the list of invoices', () => {
  it('shows buyers their own and staff all, by status, kind, buyer and day, page by page', async () => {
    const buyer = await here.world.person('resident', 'user');
    const reader = await here.world.person('treasurer', 'user');
    const mine = [];
    for (let n = 0; n < 3; n++) mine.push((await here.issued([await here.booked({ by: buyer })])).id);
    await rows('UPDATE digilist.invoices SET buyer_user_id = $2 WHERE id = ANY ($1::uuid[])', [mine, reader]);
    const list = async (query: object, by?: string) =>
      (await here.must(listInvoices, query, by ? { by } : {})) as unknown as InvoicePage;
    const own = await list({}, reader);
    expect(own.data.map(({ id }) => id)).toEqual([...mine].reverse());
    const first = await list({ limit: 2 }, reader);
    const second = await list({ limit: 2, cursor: first.nextCursor }, reader);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([...mine].reverse());
    expect(second.nextCursor).toBeNull();
    await here.must(creditInvoice, { id: mine[0], reason: 'Feil' });
    const of = { buyerUserId: reader };
    expect((await list({ ...of, status: ['credited'] })).data.map(({ id }) => id)).toEqual([mine[0]]);
    expect((await list({ ...of, kind: 'credit_note' })).data).toMatchObject([{ creditsInvoiceId: mine[0] }]);
    expect((await list({ ...of, from: '2020-01-01', to: '2020-02-01' })).data).toEqual([]);
    expect(
      (await list({ buyerOrgId: here.world.town.clubId })).data.every(({ buyerName }) => buyerName === 'Storevik IL'),
    ).toBe(true);
    expect((await list({ mine: true })).data).toEqual([]);
    const stranger = await here.world.person('treasurer', 'user');
    expect((await list({}, stranger)).data).toEqual([]);
    expect((await here.call(getInvoice, { id: mine[1] }, { by: stranger })).code).toBe('NOT_FOUND');
  });
});
