import type { Sample } from './samples.js';

/** An id that no row has: what can be done with a payment is shown where there is one, in the journeys of money. */
const NOTHING = '01980a3e-0000-7000-8000-000000000000';
const lacks = 'NOT_FOUND';
const nothing = () => ({ id: NOTHING });
const steps = [{ hours: 48, percent: 50, fee: 0 }];

export const paymentSamples: Record<string, Sample> = {
  startPayment: {
    request: () => ({
      bookingIds: [NOTHING],
      returnUrl: 'http://localhost:3000/',
    }),
    lacks,
  },
  getPayment: { request: nothing, lacks },
  listPayments: { request: () => ({}) },
  cancelPayment: { request: nothing, lacks },
  getReceipt: { request: nothing, lacks },
  createRefund: { request: () => ({ id: NOTHING, amount: 100, reason: 'Varmen var borte' }), lacks },
  listRefunds: { request: nothing, lacks },
  getCancellationTerms: { request: ({ bookingId }) => ({ id: bookingId }), ofOrg: true },
  waiveCancellationFee: { request: () => ({ id: NOTHING, reason: 'Sykdom' }), lacks },
  listPaymentCases: { request: () => ({}) },
  resolvePaymentCase: { request: () => ({ id: NOTHING, resolution: 'retry', note: 'Prøver igjen' }), lacks },
  getRefundTerms: { request: () => ({}) },
  putRefundTerms: { request: () => ({ steps }), ofTenant: true },
  getListingRefundTerms: { request: ({ listingId }) => ({ id: listingId }) },
  putListingRefundTerms: { request: ({ listingId }) => ({ id: listingId, steps }), ofOrg: true },
};
