export { PaymentsModule } from './payments.module.js';
export { loadPaymentSettings, type PaymentSettings, paymentProvidersModule } from './providers/index.js';
