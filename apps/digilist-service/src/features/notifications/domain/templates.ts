import type { NotificationEvent } from '@digilist/contracts';
import { APPROVAL_TEMPLATES } from './templates/approvals.js';
import { BOOKING_TEMPLATES } from './templates/bookings.js';
import { INVOICE_TEMPLATES } from './templates/invoices.js';
import type { Texts } from './templates/letter.js';
import { PAYMENT_TEMPLATES } from './templates/payments.js';

export type { Template, Texts } from './templates/letter.js';

/** What every tenant starts with; rows of `notification_templates` override them. */
export const TEMPLATES: Record<NotificationEvent, Texts> = {
  ...BOOKING_TEMPLATES,
  ...APPROVAL_TEMPLATES,
  ...PAYMENT_TEMPLATES,
  ...INVOICE_TEMPLATES,
};
