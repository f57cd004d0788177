export { giveBack, SEATS, takeTotal } from './counters.js';
export { readLicence } from './licence.queries.js';
export { toEntitlementState, toSubscriptionState } from './licensing.mapper.js';
export { LicensingModule } from './licensing.module.js';
export { ENTITLEMENTS_BY_ID, type EntitlementRow, SUBSCRIPTIONS_BY_ID, type SubscriptionRow } from './licensing.sql.js';
export { SubscriptionsService } from './subscriptions.service.js';
