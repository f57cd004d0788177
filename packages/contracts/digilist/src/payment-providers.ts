import {
  anonymous,
  HtmlPage,
  Id,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Redirect,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  PAYMENT_INTEGRATION_UNKNOWN,
  PAYMENT_PROVIDER_EXISTS,
  PAYMENT_WEBHOOK_REFUSED,
} from './payment-providers.errors.js';

/** `development` is the one that needs no contract with anybody; it moves no money. */
export const PAYMENT_PROVIDERS = ['vipps', 'stripe', 'development'] as const;
export type PaymentProviderKey = (typeof PAYMENT_PROVIDERS)[number];

export const PAYMENT_PROVIDER_STATUSES = ['active', 'disabled'] as const;
export type PaymentProviderStatus = (typeof PAYMENT_PROVIDER_STATUSES)[number];

export const PAYMENT_CURRENCIES = ['NOK', 'EUR', 'SEK', 'DKK'] as const;

/** A provider with which the tenant has an account. */
export class PaymentProviderAccount {
  @Id()
  id: string;

  @OneOf(PAYMENT_PROVIDERS, { example: 'vipps' })
  provider: PaymentProviderKey;

  @Id({ description: 'The integration that holds its settings, see `GET /integrations`' })
  integrationId: string;

  @OneOf(PAYMENT_CURRENCIES, { example: 'NOK' })
  currency: string;

  @OneOf(PAYMENT_PROVIDER_STATUSES, { description: 'disabled: takes no new payments; those under way go on' })
  status: PaymentProviderStatus;

  @Whole({ min: 0, max: 1000, description: 'The lowest of the active ones is used where nobody names one' })
  position: number;

  @Text({
    max: 1000,
    description: 'To register at the provider: there it says what happens to payments',
    example: 'https://booking.example.no/api/v1/payments/webhooks/vipps/01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f',
  })
  webhookUrl: string;

  @Whole({ min: 1 })
  version: number;
}

export class PaymentProviderPage extends pageOf(PaymentProviderAccount) {}

export class PaymentProviderId {
  @Id()
  id: string;
}

export class CreatePaymentProvider {
  @Id({ description: 'An integration of the kind digilist.vipps or digilist.stripe' })
  integrationId: string;

  @OneOf(PAYMENT_CURRENCIES, { optional: true, description: 'NOK unless told' })
  currency?: string;

  @Whole({ min: 0, max: 1000, optional: true })
  position?: number;
}

export class UpdatePaymentProvider {
  @Id()
  id: string;

  @OneOf(PAYMENT_PROVIDER_STATUSES, { optional: true })
  status?: PaymentProviderStatus;

  @Whole({ min: 0, max: 1000, optional: true })
  position?: number;
}

/** A delivery as it came; each provider signs in header fields of its own. */
export class ReceivePaymentWebhook {
  @Text({ max: 40, example: 'vipps' })
  provider: string;

  @Text({ max: 40, description: 'The integration', example: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f' })
  integrationId: string;

  @Text({ max: 1000, optional: true, description: 'Vipps MobilePay: `HMAC-SHA256 SignedHeaders=…&Signature=…`' })
  authorization?: string;

  @Text({ max: 100, optional: true, description: 'Vipps MobilePay: when it was signed' })
  signedAt?: string;

  @Text({ max: 100, optional: true, description: 'Vipps MobilePay: hash of the body' })
  contentHash?: string;

  @Text({ max: 2000, optional: true, description: 'Stripe: `t=…,v1=…`' })
  stripeSignature?: string;

  @Text({ max: 150, optional: true, description: 'Standard Webhooks: id of the message' })
  webhookId?: string;

  @Text({ max: 20, optional: true, description: 'Standard Webhooks: when it was signed' })
  webhookTimestamp?: string;

  @Text({ max: 1000, optional: true, description: 'Standard Webhooks: signatures' })
  webhookSignature?: string;

  @Text({
    max: 65_536,
    description: 'JSON of the provider, letter by letter as it was signed',
    example: '{"reference":"01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f","name":"AUTHORIZED"}',
  })
  payload: string;
}

export class DevelopmentCheckoutToken {
  @Text({ max: 100, description: 'Part of the redirectUrl of the payment' })
  token: string;
}

export class DecideDevelopmentCheckout extends DevelopmentCheckoutToken {
  @OneOf(['pay', 'cancel'], { example: 'pay' })
  choice: 'pay' | 'cancel';
}

export const listPaymentProviders = operation({
  id: 'listPaymentProviders',
  subject: 'payment-provider.list.v1',
  summary: 'Providers by which the tenant is paid, the preferred one first',
  http: { method: 'GET', path: '/payment-providers' },
  request: PageQuery,
  response: PaymentProviderPage,
  access: permission('digilist.payment-provider.read'),
  module: 'digilist.payments',
});

export const getPaymentProvider = operation({
  id: 'getPaymentProvider',
  subject: 'payment-provider.get.v1',
  summary: 'One payment provider',
  http: { method: 'GET', path: '/payment-providers/{id}' },
  request: PaymentProviderId,
  response: PaymentProviderAccount,
  access: permission('digilist.payment-provider.read'),
  module: 'digilist.payments',
  errors: [NOT_FOUND],
  version: 'answers',
});

// Without Idempotency-Key: an integration is connected once, and whoever repeats it is told so.
export const createPaymentProvider = operation({
  id: 'createPaymentProvider',
  subject: 'payment-provider.create.v1',
  summary: 'Be paid by the account of an integration; answers the address to register for webhooks there',
  http: { method: 'POST', path: '/payment-providers', status: 201 },
  request: CreatePaymentProvider,
  response: PaymentProviderAccount,
  access: permission('digilist.payment-provider.update'),
  module: 'digilist.payments',
  errors: [PAYMENT_INTEGRATION_UNKNOWN, PAYMENT_PROVIDER_EXISTS],
  version: 'answers',
});

export const updatePaymentProvider = operation({
  id: 'updatePaymentProvider',
  subject: 'payment-provider.update.v1',
  summary: 'Switch a payment provider off or on, or prefer another one',
  http: { method: 'PATCH', path: '/payment-providers/{id}' },
  request: UpdatePaymentProvider,
  response: PaymentProviderAccount,
  access: permission('digilist.payment-provider.update'),
  module: 'digilist.payments',
  errors: [NOT_FOUND],
  version: 'required',
});

export const receivePaymentWebhook = operation({
  id: 'receivePaymentWebhook',
  subject: 'payment-webhook.receive.v1',
  summary: 'Take what a payment provider tells',
  http: {
    method: 'POST',
    path: '/payments/webhooks/{provider}/{integrationId}',
    status: 204,
    raw: 'payload',
    fields: {
      authorization: 'authorization',
      signedAt: 'x-ms-date',
      contentHash: 'x-ms-content-sha256',
      stripeSignature: 'stripe-signature',
      webhookId: 'webhook-id',
      webhookTimestamp: 'webhook-timestamp',
      webhookSignature: 'webhook-signature',
    },
    tenantIn: { property: 'integrationId', as: 'integration' },
  },
  request: ReceivePaymentWebhook,
  response: null,
  access: anonymous('a payment provider has no token: it signs what it sends', { tenant: false }),
  errors: [PAYMENT_WEBHOOK_REFUSED],
});

const PAYER = 'whoever pays comes from another page and need not be signed in; the address is the secret';

export const showDevelopmentCheckout = operation({
  id: 'showDevelopmentCheckout',
  subject: 'development-checkout.show.v1',
  summary: 'Page of the development provider where a payer pays or not; not there in production',
  http: {
    method: 'GET',
    path: '/development-payments/{token}',
    answers: 'page',
    tenantIn: { property: 'token', as: 'secret' },
  },
  request: DevelopmentCheckoutToken,
  response: HtmlPage,
  access: anonymous(PAYER, { tenant: false }),
  errors: [NOT_FOUND],
});

export const decideDevelopmentCheckout = operation({
  id: 'decideDevelopmentCheckout',
  subject: 'development-checkout.decide.v1',
  summary: 'Pay at the development provider, or do not; then back to where the payer came from',
  http: {
    method: 'POST',
    path: '/development-payments/{token}',
    answers: 'redirect',
    form: true,
    tenantIn: { property: 'token', as: 'secret' },
  },
  request: DecideDevelopmentCheckout,
  response: Redirect,
  access: anonymous(PAYER, { tenant: false }),
  errors: [NOT_FOUND],
});

export const paymentProviderOperations = [
  listPaymentProviders,
  getPaymentProvider,
  createPaymentProvider,
  updatePaymentProvider,
  receivePaymentWebhook,
  showDevelopmentCheckout,
  decideDevelopmentCheckout,
] as const;
