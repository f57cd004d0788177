import { actorPricingOperations } from './actor-pricing.js';
import { amenityOperations } from './amenities.js';
import { approvalChangeOperations } from './approval-changes.js';
import { approvalWorkflowOperations } from './approval-workflows.js';
import { approvalEvents } from './approvals.events.js';
import { approvalOperations } from './approvals.js';
import { explainOperations } from './availability-explain.js';
import { billingRunOperations } from './billing-runs.js';
import { blockEvents } from './blocks.events.js';
import { blockOperations } from './blocks.js';
import { bookingChangeOperations } from './booking-changes.js';
import { bookingExportOperations } from './booking-export.js';
import { bookingHistoryOperations } from './booking-history.js';
import { bookingLinkOperations } from './booking-links.js';
import { bookingQuotaOperations } from './booking-quotas.js';
import { bookingEvents } from './bookings.events.js';
import { bookingOperations } from './bookings.js';
import { calendarOperations } from './calendar.js';
import { calendarFeedOperations } from './calendar-feeds.js';
import { catalogueEvents } from './catalogue.events.js';
import { categoryOperations } from './categories.js';
import { discountCodeOperations } from './discount-codes.js';
import { holdEvents } from './holds.events.js';
import { holdOperations } from './holds.js';
import { invoiceSellerOperations } from './invoice-sellers.js';
import { invoiceEvents } from './invoices.events.js';
import { invoiceOperations } from './invoices.js';
import { jobOperations } from './jobs.js';
import { listingLifecycleOperations } from './listing-lifecycle.js';
import { listingSearchOperations } from './listing-search.js';
import { listingTypeOperations } from './listing-types.js';
import { listingEvents } from './listings.events.js';
import { listingOperations } from './listings.js';
import { mediaOperations } from './media.js';
import { notificationPreferenceOperations } from './notification-preferences.js';
import { notificationSettingsOperations } from './notification-settings.js';
import { notificationTemplateOperations } from './notification-templates.js';
import { notificationEvents } from './notifications.events.js';
import { notificationOperations } from './notifications.js';
import { verificationOperations } from './organization-verification.js';
import { packageOperations } from './packages.js';
import { paymentProviderEvents } from './payment-providers.events.js';
import { paymentProviderOperations } from './payment-providers.js';
import { paymentEvents } from './payments.events.js';
import { paymentOperations } from './payments.js';
import { priceExplanationOperations } from './price-explanation.js';
import { pricingEvents } from './pricing.events.js';
import { pricingOperations } from './pricing.js';
import { pricingGroupOperations } from './pricing-groups.js';
import { publicCalendarOperations } from './public-calendar.js';
import { reconciliationOperations } from './reconciliation.js';
import { recurringEvents } from './recurring.events.js';
import { recurringOperations } from './recurring.js';
import { refundTermOperations } from './refund-terms.js';
import { refundOperations } from './refunds.js';
import { reportOperations } from './reports.js';
import { ruleTemplateOperations } from './rule-templates.js';
import { ruleOperations } from './rules.js';
import { zoneOperations } from './zones.js';

export * from './actor-pricing.js';
export * from './amenities.js';
export * from './approval-changes.js';
export * from './approval-reasons.js';
export * from './approval-workflows.js';
export * from './approvals.errors.js';
export * from './approvals.events.js';
export * from './approvals.js';
export * from './availability-explain.js';
export * from './billing-runs.js';
export * from './blocks.errors.js';
export * from './blocks.events.js';
export * from './blocks.js';
export * from './booking-changes.js';
export * from './booking-export.js';
export * from './booking-history.js';
export * from './booking-impact.js';
export * from './booking-links.js';
export * from './booking-quotas.js';
export * from './booking-quotas.terms.js';
export * from './bookings.errors.js';
export * from './bookings.events.js';
export * from './bookings.js';
export * from './calendar.errors.js';
export * from './calendar.events.js';
export * from './calendar.js';
export * from './calendar-feeds.errors.js';
export * from './calendar-feeds.js';
export * from './catalogue.errors.js';
export * from './catalogue.events.js';
export * from './categories.js';
export * from './discount-codes.js';
export * from './holds.errors.js';
export * from './holds.events.js';
export * from './holds.js';
export * from './invoice-sellers.js';
export * from './invoices.errors.js';
export * from './invoices.events.js';
export * from './invoices.js';
export * from './jobs.js';
export * from './listing-lifecycle.js';
export * from './listing-search.js';
export * from './listing-types.js';
export * from './listings.errors.js';
export * from './listings.events.js';
export * from './listings.js';
export * from './listings.text.js';
export * from './media.errors.js';
export * from './media.js';
export * from './modules.js';
export * from './notification-preferences.js';
export * from './notification-settings.js';
export * from './notification-templates.js';
export * from './notifications.errors.js';
export * from './notifications.events.js';
export * from './notifications.js';
export * from './organization-verification.js';
export * from './packages.errors.js';
export * from './packages.js';
export * from './payment-providers.errors.js';
export * from './payment-providers.events.js';
export * from './payment-providers.js';
export * from './payments.errors.js';
export * from './payments.events.js';
export * from './payments.js';
export * from './permissions.js';
export * from './price-explanation.js';
export * from './pricing.errors.js';
export * from './pricing.events.js';
export * from './pricing.js';
export * from './pricing-groups.js';
export * from './public-calendar.js';
export * from './reconciliation.js';
export * from './recurring.errors.js';
export * from './recurring.events.js';
export * from './recurring.js';
export * from './recurring-occurrences.js';
export * from './refund-terms.js';
export * from './refunds.js';
export * from './reports.js';
export * from './rule-templates.js';
export * from './rules.errors.js';
export * from './rules.fields.js';
export * from './rules.js';
export * from './time-wanted.js';
export * from './zones.js';

/** Every operation of DIGILIST. */
export const digilistOperations = [
  ...listingTypeOperations,
  ...listingOperations,
  ...listingSearchOperations,
  ...listingLifecycleOperations,
  ...zoneOperations,
  ...calendarOperations,
  ...ruleOperations,
  ...pricingOperations,
  ...pricingGroupOperations,
  ...bookingOperations,
  ...approvalOperations,
  ...notificationOperations,
  ...explainOperations,
  ...holdOperations,
  ...packageOperations,
  ...bookingHistoryOperations,
  ...bookingChangeOperations,
  ...bookingLinkOperations,
  ...bookingExportOperations,
  ...recurringOperations,
  ...ruleTemplateOperations,
  ...bookingQuotaOperations,
  ...categoryOperations,
  ...amenityOperations,
  ...mediaOperations,
  ...blockOperations,
  ...publicCalendarOperations,
  ...calendarFeedOperations,
  ...paymentOperations,
  ...refundOperations,
  ...reconciliationOperations,
  ...paymentProviderOperations,
  ...invoiceOperations,
  ...invoiceSellerOperations,
  ...billingRunOperations,
  ...discountCodeOperations,
  ...actorPricingOperations,
  ...verificationOperations,
  ...priceExplanationOperations,
  ...approvalChangeOperations,
  ...approvalWorkflowOperations,
  ...notificationTemplateOperations,
  ...notificationPreferenceOperations,
  ...notificationSettingsOperations,
  ...reportOperations,
  ...jobOperations,
  ...refundTermOperations,
] as const;

/** Every fact that DIGILIST publishes. */
export const digilistEvents = [
  ...listingEvents,
  ...bookingEvents,
  ...approvalEvents,
  ...recurringEvents,
  ...blockEvents,
  ...holdEvents,
  ...catalogueEvents,
  ...paymentEvents,
  ...paymentProviderEvents,
  ...invoiceEvents,
  ...notificationEvents,
  ...pricingEvents,
] as const;
