import { approvals, booking, bookingLife, calendars, recurringBookings } from './bookings.js';
import { listings, media, rules, search } from './listings.js';
import { invoices, paymentProviders, payments, prices } from './money.js';
import { asAdministrator, asResident, asSuperAdministrator, notifications } from './people.js';
import type { Scene } from './scene.js';

/** What is there before a page's first command; a page that is not named here has only `API`. */
export const scenes: Readonly<Record<string, Scene>> = {
  'docs/how-to/approvals.md': approvals,
  'docs/how-to/audit-log.md': asAdministrator,
  'docs/how-to/booking.md': booking,
  'docs/how-to/booking-life.md': bookingLife,
  'docs/how-to/calendars.md': calendars,
  'docs/how-to/invoices.md': invoices,
  'docs/how-to/jobs.md': asSuperAdministrator,
  'docs/how-to/listings.md': listings,
  'docs/how-to/live-events.md': asResident,
  'docs/how-to/media.md': media,
  'docs/how-to/notifications.md': notifications,
  'docs/how-to/payment-providers.md': paymentProviders,
  'docs/how-to/payments.md': payments,
  'docs/how-to/prices.md': prices,
  'docs/how-to/recurring-bookings.md': recurringBookings,
  'docs/how-to/reports.md': asAdministrator,
  'docs/how-to/rules.md': rules,
  'docs/how-to/search.md': search,
  'docs/how-to/webhooks.md': asAdministrator,
  'docs/operations/legacy-migration.md': async ({ databases }) => databases,
};
