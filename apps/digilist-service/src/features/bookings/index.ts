export { type Expired, tellExpired } from './booking-facts.js';
export { BookingMoves } from './booking-moves.js';
export { BookingsModule } from './bookings.module.js';
export { Conflicts } from './conflicts.js';
export { HOLD_MINUTES, holds, mayBecome, TRANSITIONS } from './domain/lifecycle.js';
export { type Ground, groundOf, type Order, orderAt, priceAt, type Span, spanOf, type Wish } from './domain/order.js';
export { calendarValues, orderValues } from './order-values.js';
export { takeOrder } from './ordering.js';
