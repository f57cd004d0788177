import type { Load } from './load.js';
import { memberships, subscriptions, userRoles, users } from './loads/accounts.js';
import { auditLogs, consents, invoices, notifications } from './loads/archives.js';
import { bookings } from './loads/bookings.js';
import { copies } from './loads/copies.js';
import { listings, openingHours, zones } from './loads/listings.js';
import { bookingHistory, bookingItems, payments } from './loads/of-bookings.js';
import { organizations, tenants } from './loads/tenants.js';
import type { World } from './world.js';

/** Everything, in the order in which one thing refers to another. */
export const planOf = (world: World): Load[] => [
  tenants(world),
  organizations(world),
  users(world),
  memberships(world),
  userRoles(world),
  subscriptions(world),
  consents(world),
  auditLogs(world),
  ...copies(world),
  listings(world),
  zones(world),
  openingHours(world),
  bookings(world),
  bookingItems(world),
  bookingHistory(world),
  payments(world),
  invoices(world),
  notifications(world),
];

/** Tables of the legacy system that no load reads, and why. Any other table that it has stops the run. */
export const LEFT_BEHIND: Record<string, string> = {
  sessions: 'everybody signs in anew: sessions and passwords of the former system are worth nothing here',
  roles: 'they become the roles of the product; read with the grants (user_roles)',
};
