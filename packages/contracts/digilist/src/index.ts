import { approvalOperations } from './approvals.js';
import { bookingEvents } from './bookings.events.js';
import { bookingOperations } from './bookings.js';
import { calendarOperations } from './calendar.js';
import { listingTypeOperations } from './listing-types.js';
import { listingEvents } from './listings.events.js';
import { listingOperations } from './listings.js';
import { notificationOperations } from './notifications.js';
import { pricingOperations } from './pricing.js';
import { ruleOperations } from './rules.js';
import { zoneOperations } from './zones.js';

export * from './approval-reasons.js';
export * from './approvals.errors.js';
export * from './approvals.js';
export * from './bookings.errors.js';
export * from './bookings.events.js';
export * from './bookings.js';
export * from './calendar.errors.js';
export * from './calendar.js';
export * from './listing-types.js';
export * from './listings.errors.js';
export * from './listings.events.js';
export * from './listings.js';
export * from './listings.text.js';
export * from './modules.js';
export * from './notifications.js';
export * from './permissions.js';
export * from './pricing.errors.js';
export * from './pricing.js';
export * from './rules.errors.js';
export * from './rules.js';
export * from './zones.js';

/** Every operation of DIGILIST. */
export const digilistOperations = [
  ...listingTypeOperations,
  ...listingOperations,
  ...zoneOperations,
  ...calendarOperations,
  ...ruleOperations,
  ...pricingOperations,
  ...bookingOperations,
  ...approvalOperations,
  ...notificationOperations,
] as const;

/** Every fact that DIGILIST publishes. */
export const digilistEvents = [...listingEvents, ...bookingEvents] as const;
