export { type AboutBooking, type PayableBooking, PayableBookings } from './payable-bookings.js';
export { PaymentsModule } from './payments.module.js';
export { loadPaymentSettings, type PaymentSettings, paymentProvidersModule } from './providers/index.js';
export { Settlements } from './settlements.js';
