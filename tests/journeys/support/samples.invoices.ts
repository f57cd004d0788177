import { eventually } from '@kit/testing';
import type { Municipality } from './municipality.js';
import type { Sample } from './samples.js';

export interface InvoiceTargets {
  invoiceSellerId: string;
  billingRunId: string;
}

/** An id that no row has: what can be done with an invoice is shown where there is one, in the specs of invoices. */
const NOTHING = '01980a3e-0000-7000-8000-000000000000';
const lacks = 'NOT_FOUND';
const nothing = () => ({ id: NOTHING });
/** Nobody had booked anything then. */
const period = { from: '2020-01-01', to: '2020-02-01' };
const seller = {
  name: 'Kommunen',
  organizationNumber: '974760673',
  vatRegistered: true,
  street: 'Rådhusgata 1',
  postalCode: '6783',
  city: 'Fjordvik',
  accountNumber: '86011117947',
  kidLength: 10,
  kidAlgorithm: 'MOD10',
  paymentDays: 14,
} as const;

export const invoiceSamples: Record<string, Sample> = {
  listInvoices: { request: () => ({}) },
  getInvoice: { request: nothing, lacks },
  createInvoice: { request: () => ({ bookingIds: [NOTHING] }), lacks },
  creditInvoice: { request: () => ({ id: NOTHING, reason: 'Feil kjøper' }), lacks },
  settleInvoice: { request: () => ({ id: NOTHING, amount: 100, paidAt: '2026-01-15' }), lacks },
  downloadInvoicePdf: { request: nothing, lacks },
  downloadInvoiceEhf: { request: nothing, lacks },
  listInvoiceSellers: { request: () => ({}) },
  getInvoiceSeller: { request: ({ invoiceSellerId }) => ({ id: invoiceSellerId }), ofTenant: true },
  createInvoiceSeller: { request: ({ orgId }) => ({ ...seller, orgId }), ofOrg: true },
  putInvoiceSeller: { request: ({ invoiceSellerId }) => ({ ...seller, id: invoiceSellerId }), ofTenant: true },
  startBillingRun: { request: () => period, ofTenant: true },
  getBillingRun: { request: ({ billingRunId }) => ({ id: billingRunId }), ofTenant: true },
  listBillingRuns: { request: () => ({}) },
  listUnbilledBookings: { request: () => period },
};

/** A seller for the whole tenant, and a billing run that found nothing. */
export async function invoiceTargetsOf({ admin }: Municipality): Promise<InvoiceTargets> {
  const { digilist } = admin.client;
  const { id: invoiceSellerId } = await digilist.createInvoiceSeller(seller);
  const run = await digilist.startBillingRun(period);
  const billingRunId = run.id as string;
  await eventually(
    async () => {
      if ((await digilist.getBillingRun({ id: billingRunId })).status !== 'completed') throw new Error('under way');
    },
    { within: 20_000, every: 100 },
  );
  return { invoiceSellerId, billingRunId };
}
