import { type Booking, getBooking, rescheduleBooking } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stopPostgres } from '@kit/testing';
import { InvoiceWorld } from './testing/invoice-world.js';

/** An hour at 400 kroner and 25 % VAT. */
const HOUR = 50_000;

let here: InvoiceWorld;

beforeAll(async () => {
  here = await InvoiceWorld.open();
});
afterAll(async () => {
  await here?.close();
  await stopPostgres();
});

const by = () => ({ by: here.world.resident });
const read = async (id: string) => (await here.must(getBooking, { id }, by())) as unknown as Booking;
/** To so many hours from where it begins. */
const lasts = async (id: string, hours: number) => {
  const { startsAt } = await read(id);
  const endsAt = new Date(Date.parse(startsAt) + hours * 3_600_000).toISOString();
  return (await here.must(rescheduleBooking, { id, startsAt, endsAt }, by())) as unknown as Booking;
};
const creditsOf = (invoiceId: string) =>
  here.world.rows('SELECT total::int FROM digilist.invoices WHERE credits_invoice_id = $1', [invoiceId]);

describe('a booking on invoice that is moved to another price', () => {
  it('stays confirmed, dearer or cheaper, and is invoiced at what it costs then', async () => {
    const id = await here.booked();
    expect(await lasts(id, 3)).toMatchObject({ status: 'confirmed', total: { amount: 3 * HOUR } });
    expect(await lasts(id, 1)).toMatchObject({ status: 'confirmed', total: { amount: HOUR } });
    await lasts(id, 4);
    expect(await here.issued([id])).toMatchObject({ total: { amount: 4 * HOUR } });
  });

  it('after it was invoiced is credited what became cheaper; the invoice stays as it was issued', async () => {
    const id = await here.booked();
    const invoice = await here.issued([id]);
    expect(await lasts(id, 3)).toMatchObject({ status: 'confirmed', total: { amount: 3 * HOUR } });
    expect(await creditsOf(invoice.id)).toEqual([]);
    await lasts(id, 1);
    expect(await creditsOf(invoice.id)).toEqual([{ total: HOUR }]);
    const { lines, total, number } = await here.read(invoice.id);
    expect({ total, number, line: lines[0]?.total }).toEqual({
      ...{ total: { amount: 2 * HOUR, currency: 'NOK' }, number: invoice.number },
      line: invoice.lines[0]?.total,
    });
  });
});
