import { anonymous, NOT_FOUND, OneOf, Text } from '@kit/contracts';
import { operation } from './context.js';
import { BILLING_EVENT_INVALID, BILLING_SIGNATURE_INVALID } from './licensing.errors.js';

export const BILLING_EVENTS = ['subscription.activated', 'subscription.past_due', 'subscription.cancelled'] as const;
export type BillingEventType = (typeof BILLING_EVENTS)[number];

/** Standard Webhooks 1.0: what is signed is the body as it was sent. */
export class ReceiveBillingEvent {
  @Text({ min: 2, max: 40, example: 'acme-billing' })
  provider: string;

  @Text({ min: 1, max: 150, example: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' })
  webhookId: string;

  @Text({ min: 1, max: 20, example: '1764000000' })
  webhookTimestamp: string;

  @Text({ min: 1, max: 1000, example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=' })
  webhookSignature: string;

  @Text({
    min: 2,
    max: 64_000,
    description:
      'type (one of subscription.activated, subscription.past_due, subscription.cancelled), timestamp, and data: tenantId, ' +
      'product, sequence (rises with each event of a subscription), validUntil?, graceUntil?',
    example:
      '{"type":"subscription.activated","timestamp":"2026-12-01T10:00:00Z","data":{"tenantId":"01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f","product":"acme","sequence":4}}',
  })
  payload: string;
}

export class ReceivedBillingEvent {
  @OneOf(['applied', 'stale', 'refused', 'repeated'], {
    description: 'stale: a later event was applied before; refused: the subscription’s state does not allow it',
  })
  outcome: 'applied' | 'stale' | 'refused' | 'repeated';
}

export const receiveBillingEvent = operation({
  id: 'receiveBillingEvent',
  subject: 'billing.receive.v1',
  summary: 'Take an event of a billing provider',
  http: {
    method: 'POST',
    path: '/billing/webhooks/{provider}',
    raw: 'payload',
    fields: {
      webhookId: 'webhook-id',
      webhookTimestamp: 'webhook-timestamp',
      webhookSignature: 'webhook-signature',
    },
  },
  request: ReceiveBillingEvent,
  response: ReceivedBillingEvent,
  access: anonymous('a billing provider has no token: it signs what it sends', { tenant: false }),
  errors: [NOT_FOUND, BILLING_SIGNATURE_INVALID, BILLING_EVENT_INVALID],
});

export const billingOperations = [receiveBillingEvent] as const;
