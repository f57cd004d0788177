import type { InvoiceLine } from '@digilist/contracts';
import { v7 as uuidv7 } from 'uuid';
import { totalsOf } from '../domain/totals.js';
import type { InvoiceRow } from '../invoices.sql.js';

const nok = (amount: number) => ({ amount, currency: 'NOK' });

export interface SampleLine {
  net: number;
  vatBasisPoints: number;
  vat?: number;
  category?: InvoiceLine['vatCategory'];
  name?: string;
  cancelled?: boolean;
  quantity?: number;
}

const lineOf = (
  at: number,
  { net, vatBasisPoints, category, name = 'Storevik idrettshall', ...of }: SampleLine,
): InvoiceLine => {
  const vat = of.vat ?? Math.round((net * vatBasisPoints) / 10_000);
  return {
    id: uuidv7(),
    position: at + 1,
    bookingId: uuidv7(),
    name: { nb: name },
    zoneName: at % 2 === 0 ? null : { nb: 'Bane B', en: 'Court B' },
    startsAt: '2026-11-30T22:00:00.000Z',
    endsAt: '2026-12-01T00:00:00.000Z',
    timezone: 'Europe/Oslo',
    cancelled: of.cancelled ?? false,
    quantity: of.quantity ?? 1,
    net: nok(net),
    vatCategory: category ?? (vatBasisPoints > 0 ? 'S' : 'E'),
    vatBasisPoints,
    vat: nok(vat),
    total: nok(net + vat),
    credited: nok(0),
    creditsLineId: null,
  };
};

/** An invoice as it is read, without a database. */
export function sampleInvoice(lines: readonly SampleLine[], change: Partial<InvoiceRow> = {}): InvoiceRow {
  const all = lines.map((line, at) => lineOf(at, line));
  const totals = totalsOf(all.map(({ net, vat }) => ({ net: net.amount, vat: vat.amount })));
  return {
    id: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
    kind: 'invoice',
    number: 1016,
    status: 'issued',
    orgId: null,
    sellerName: 'Storevik kommune',
    buyerOrgId: uuidv7(),
    buyerUserId: null,
    buyerName: 'Storevik IL',
    issueDate: '2026-12-02',
    dueDate: '2026-12-16',
    net: nok(totals.net),
    vat: nok(totals.vat),
    total: nok(totals.total),
    left: nok(totals.total),
    kid: '0000010165',
    creditsInvoiceId: null,
    billingRunId: null,
    createdAt: '2026-12-02T09:00:00.000Z',
    version: 1,
    seller: {
      name: 'Storevik kommune',
      organizationNumber: '974760673',
      vatRegistered: true,
      street: 'Rådhusgata 1',
      postalCode: '6783',
      city: 'Storevik',
      email: 'faktura@storevik.example',
      accountNumber: '86011117947',
      terms: null,
    },
    buyer: { name: 'Storevik IL', organizationNumber: '889640782', email: null },
    buyerReference: null,
    reason: null,
    locale: 'nb',
    lines: all,
    credited: nok(0),
    settled: nok(0),
    settlements: [],
    creditsNumber: null,
    creditsDate: null,
    ...change,
  };
}

/** What makes a credit note of it. */
export const CREDIT_NOTE = {
  kind: 'credit_note',
  kid: null,
  dueDate: null,
  creditsInvoiceId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e80',
  creditsNumber: 1015,
  creditsDate: '2026-11-02',
  reason: 'Hallen var stengt',
} as const satisfies Partial<InvoiceRow>;
