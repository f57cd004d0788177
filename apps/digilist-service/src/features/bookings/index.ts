export { type Expired, factOf, type Tellable, tellExpired } from './booking-facts.js';
export { BookingMoves, noticeOf } from './booking-moves.js';
export { BookingsModule } from './bookings.module.js';
export { reaches } from './bookings.queries.js';
export { Conflicts } from './conflicts.js';
export { Decisions, NOBODY_DECIDES, type Opinion, type QueueEntry } from './decisions.js';
export { inTheWay } from './domain/in-the-way.js';
export {
  HOLD_MINUTES,
  holds,
  holdUntil,
  mayBecome,
  statusOnChange,
  statusOnSubmit,
  TRANSITIONS,
} from './domain/lifecycle.js';
export {
  acceptedTerms,
  type Ground,
  groundOf,
  type Order,
  orderAt,
  priceAt,
  type Span,
  spanOf,
  type Wish,
} from './domain/order.js';
export { HoldExpiry } from './hold-expiry.js';
export { holdRefusal, usableHold } from './hold-use.js';
export { calendarValues, orderValues } from './order-values.js';
export { takeOrder } from './ordering.js';
export { FROM_THE_FIRST, REASONS_OF } from './place-booking.sql.js';
