export { BookingMoves } from './booking-moves.js';
export { BookingsModule } from './bookings.module.js';
export { HOLD_MINUTES, holds, mayBecome, TRANSITIONS } from './domain/lifecycle.js';
