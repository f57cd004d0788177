export { PaymentEvents, type ReceivedWebhook } from './payment-events.js';
export {
  type Checkout,
  type CheckoutWanted,
  type PaymentProvider,
  type PaymentReference,
  type ProviderPayment,
  ProviderRefused,
  ProviderUnknown,
  type VerifiedWebhook,
} from './payment-provider.js';
export { type ChosenProvider, PaymentProviders } from './payment-providers.js';
export { loadPaymentSettings, PAYMENT_SETTINGS, type PaymentSettings } from './payment-settings.js';
export { PaymentWebhooksController } from './payment-webhooks.controller.js';
export { PaymentWebhooks } from './payment-webhooks.js';
export { paymentProvidersModule } from './providers.module.js';
