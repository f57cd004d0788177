import { ForeignRowsObserver, ownersOf } from '@kit/service';
import { Injectable } from '@nestjs/common';

/** Entities whose ids callers name; the lookup role may read whose they are. */
const TABLES = {
  listing: 'listings',
  zone: 'zones',
  category: 'categories',
  amenity: 'amenities',
  block: 'blocks',
  booking: 'bookings',
  booking_link: 'booking_links',
  recurring_booking: 'recurring_bookings',
  approval: 'booking_approvals',
  notification: 'notifications',
  notification_delivery: 'notification_deliveries',
  approval_workflow: 'approval_workflows',
  hold: 'holds',
  media: 'media',
  calendar_feed: 'calendar_feeds',
  rule_template: 'rule_templates',
  booking_quota: 'booking_quotas',
  pricing_group: 'pricing_groups',
  discount_code: 'discount_codes',
  organization_verification: 'organization_verifications',
  invoice: 'invoices',
  invoice_line: 'invoice_lines',
  invoice_seller: 'invoice_sellers',
  billing_run: 'billing_runs',
  payment_provider: 'payment_providers',
  payment: 'payments',
  refund: 'refunds',
  payment_case: 'payment_cases',
};

/** Watches for ids of another tenant's rows. */
@Injectable()
export class ForeignRows extends ForeignRowsObserver {
  protected override readonly owners = ownersOf('digilist', 'platform_tenants', TABLES);
}
