export { PaymentWorld, PRICE } from './payment-world.js';
