import {
  billingRunCompleted,
  bookingApproved,
  bookingCancelled,
  bookingCompleted,
  bookingConfirmed,
  bookingDrafted,
  bookingExpired,
  bookingNoShow,
  bookingPaid,
  bookingRefunded,
  bookingReinstated,
  bookingRejected,
  bookingRequested,
  bookingRescheduled,
  bookingUpdated,
  digilistEvents,
  invoiceCredited,
  invoiceIssued,
  invoiceOverdue,
  invoiceSettled,
  METERS,
  type MeterKey,
  MODULES,
  type ModuleKey,
  OPEN_ON_OUTAGE,
  PERMISSIONS,
  paymentCaptured,
  paymentEnded,
  paymentRefunded,
  paymentStarted,
  recurringBookingCancelled,
  recurringBookingChanged,
  recurringBookingCreated,
  refundConfirmed,
  refundFailed,
  refundPromised,
} from '@digilist/contracts';
import { type EventType, factSchema, type LocalText } from '@kit/contracts';
import type { ProductManifest } from '@platform/contracts';
import { INTEGRATION_KINDS } from './integration-kinds.js';
import { PERSONAL_DATA } from './personal-data/registry.js';

export const PRODUCT = 'digilist';

const keys = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

/** Facts that a municipality may have sent to its own systems. */
const BOOKING_FACTS: [EventType, LocalText][] = [
  [bookingDrafted, { nb: 'Utkast til booking lagret', nn: 'Utkast til booking lagra', en: 'Booking drafted' }],
  [bookingRequested, { nb: 'Booking bedt om', nn: 'Booking beden om', en: 'Booking requested' }],
  [bookingConfirmed, { nb: 'Booking bekreftet', nn: 'Booking stadfesta', en: 'Booking confirmed' }],
  [bookingApproved, { nb: 'Booking godkjent', nn: 'Booking godkjend', en: 'Booking approved' }],
  [bookingRejected, { nb: 'Booking avslått', nn: 'Booking avslått', en: 'Booking rejected' }],
  [bookingReinstated, { nb: 'Klage tatt til følge', nn: 'Klage teken til følgje', en: 'Appeal upheld' }],
  [bookingCancelled, { nb: 'Booking avlyst', nn: 'Booking avlyst', en: 'Booking cancelled' }],
  [bookingExpired, { nb: 'Booking utløpt', nn: 'Booking utgått', en: 'Booking expired' }],
  [bookingRescheduled, { nb: 'Booking flyttet', nn: 'Booking flytta', en: 'Booking rescheduled' }],
  [bookingUpdated, { nb: 'Booking endret', nn: 'Booking endra', en: 'Booking updated' }],
  [bookingPaid, { nb: 'Booking betalt', nn: 'Booking betalt', en: 'Booking paid' }],
  [bookingRefunded, { nb: 'Booking refundert', nn: 'Booking refundert', en: 'Booking refunded' }],
  [bookingCompleted, { nb: 'Booking gjennomført', nn: 'Booking gjennomført', en: 'Booking completed' }],
  [bookingNoShow, { nb: 'Ingen møtte', nn: 'Ingen møtte', en: 'Nobody came' }],
  [recurringBookingCreated, { nb: 'Serie booket', nn: 'Serie booka', en: 'Series booked' }],
  [recurringBookingChanged, { nb: 'Serie endret', nn: 'Serie endra', en: 'Series changed' }],
  [recurringBookingCancelled, { nb: 'Serie avlyst', nn: 'Serie avlyst', en: 'Series cancelled' }],
];

const PAYMENT_FACTS: [EventType, LocalText][] = [
  [paymentStarted, { nb: 'Betaling startet', nn: 'Betaling starta', en: 'Payment started' }],
  [paymentCaptured, { nb: 'Betaling mottatt', nn: 'Betaling motteken', en: 'Payment received' }],
  [paymentEnded, { nb: 'Betaling ikke gjennomført', nn: 'Betaling ikkje gjennomført', en: 'Payment not made' }],
  [paymentRefunded, { nb: 'Betaling refundert', nn: 'Betaling refundert', en: 'Payment refunded' }],
  [refundPromised, { nb: 'Refusjon besluttet', nn: 'Refusjon avgjord', en: 'Refund decided' }],
  [refundConfirmed, { nb: 'Refusjon utført', nn: 'Refusjon utført', en: 'Refund made' }],
  [refundFailed, { nb: 'Refusjon mislyktes', nn: 'Refusjon mislukkast', en: 'Refund failed' }],
];
const INVOICE_FACTS: [EventType, LocalText][] = [
  [invoiceIssued, { nb: 'Faktura utstedt', nn: 'Faktura utferda', en: 'Invoice issued' }],
  [invoiceCredited, { nb: 'Faktura kreditert', nn: 'Faktura kreditert', en: 'Invoice credited' }],
  [invoiceSettled, { nb: 'Faktura betalt', nn: 'Faktura betalt', en: 'Invoice settled' }],
  [invoiceOverdue, { nb: 'Faktura forfalt', nn: 'Faktura forfallen', en: 'Invoice overdue' }],
  [billingRunCompleted, { nb: 'Fakturakjøring ferdig', nn: 'Fakturakøyring ferdig', en: 'Billing run completed' }],
];

const free: ModuleKey[] = ['digilist.booking', 'digilist.listings'];
const standard: ModuleKey[] = [
  ...free,
  'digilist.approvals',
  'digilist.payments',
  'digilist.calendar',
  'digilist.notifications',
];
const professional: ModuleKey[] = [...standard, 'digilist.analytics', 'digilist.integrations'];

const plan = (key: string, name: string, modules: ModuleKey[], limits: Record<MeterKey, number | null>) => ({
  key,
  version: 1,
  name,
  modules,
  limits,
});

/** What a resident may do with their own bookings; every other role that books for somebody starts from it. */
const booking = [
  'digilist.listing-type.read',
  'digilist.quote.create',
  'digilist.booking.create',
  'digilist.booking.read',
  'digilist.booking.submit',
  'digilist.booking.cancel',
  'digilist.booking.update',
  'digilist.booking.reschedule',
  'digilist.booking.share',
  'digilist.booking.export',
  'digilist.recurring-booking.*',
  'digilist.calendar-feed.*',
  'digilist.notification.*',
  'digilist.payment.create',
  'digilist.payment.read',
  'digilist.invoice.read',
  'digilist.approval.appeal',
  'digilist.organization-verification.request',
];

/** Schema and example come from what the event declares. */
const offered = (module: ModuleKey, facts: typeof BOOKING_FACTS) =>
  facts.map(([event, title]) => ({ type: event.type, title: { ...title }, module, ...factSchema(event.data) }));
const webhookEvents = [
  ...offered('digilist.booking', BOOKING_FACTS),
  ...offered('digilist.payments', [...PAYMENT_FACTS, ...INVOICE_FACTS]),
];

/** Everything PLATFORM has to know of DIGILIST. A changed plan is a new `version` of it: the old one never changes. */
export const manifest: ProductManifest = {
  key: PRODUCT,
  name: 'Digilist',
  permissions: Object.entries(PERMISSIONS).map(([key, text]) => ({ key, text: { ...text } })),
  roleTemplates: [
    {
      key: 'case_handler',
      name: 'Case Handler',
      scope: 'tenant',
      permissions: [
        ...booking,
        'digilist.*.read',
        'digilist.block.*',
        'digilist.booking.complete',
        'digilist.booking.no-show',
        'digilist.approval.*',
        'digilist.payment.refund',
        'digilist.payment.reconcile',
        'digilist.invoice.*',
        'digilist.organization-verification.*',
        'digilist.report.read',
      ],
    },
    {
      key: 'listing_manager',
      name: 'Listing Manager',
      scope: 'tenant',
      permissions: [
        'digilist.listing-type.read',
        'digilist.listing.*',
        'digilist.zone.*',
        'digilist.availability-rule.*',
        'digilist.booking-rule.*',
        'digilist.pricing-rule.*',
        'digilist.actor-pricing.*',
        'digilist.pricing-group.read',
        'digilist.block.*',
        'digilist.category.*',
        'digilist.amenity.*',
        'digilist.media.*',
        'digilist.rule-template.*',
        'digilist.calendar-feed.*',
        'digilist.calendar.read',
        'digilist.booking.read',
        'digilist.approval-workflow.read',
        'digilist.quote.create',
        'digilist.refund-term.*',
        'digilist.report.read',
        'digilist.notification.*',
      ],
    },
    { key: 'end_user', name: 'End User', scope: 'user', permissions: booking },
  ],
  roleExtensions: [
    { key: 'tenant_administrator', permissions: ['digilist.*.*'] },
    // Leads a club: books for it, sees and changes what it has booked.
    { key: 'organization_administrator', permissions: booking },
  ],
  planTemplates: [
    // Listings and seats of the two smallest plans are nowhere promised without limit, so the larger plan's figure holds.
    plan('free', 'Free', free, { 'digilist.bookings': 10, 'digilist.listings': 10, 'digilist.seats': 50 }),
    plan('basic', 'Basic', free, { 'digilist.bookings': 1000, 'digilist.listings': 10, 'digilist.seats': 50 }),
    plan('standard', 'Standard', standard, {
      'digilist.bookings': null,
      'digilist.listings': null,
      'digilist.seats': 50,
    }),
    plan('professional', 'Professional', professional, {
      'digilist.bookings': null,
      'digilist.listings': null,
      'digilist.seats': 500,
    }),
    plan('enterprise', 'Enterprise', keys(MODULES), {
      'digilist.bookings': null,
      'digilist.listings': null,
      'digilist.seats': null,
    }),
  ],
  modules: keys(MODULES).map((key) => ({
    key,
    name: MODULES[key],
    onOutage: OPEN_ON_OUTAGE.includes(key) ? 'open' : 'closed',
  })),
  meters: Object.entries(METERS).map(([key, meter]) => ({ key, ...meter })),
  eventTypes: digilistEvents.map((event) => event.type),
  auditStream: { stream: 'DIGILIST_EVENTS', durable: 'platform_audit' },
  eventStream: { stream: 'DIGILIST_EVENTS', durable: 'platform_webhooks' },
  webhookEvents,
  integrations: INTEGRATION_KINDS,
  personalData: PERSONAL_DATA,
  // A new text is a new version; the old one stays as people read it.
  consentPurposes: [
    {
      key: 'digilist.news',
      version: 1,
      title: { nb: 'Nyheter om lokaler', nn: 'Nyheiter om lokale', en: 'News about places' },
      notice: {
        nb: 'Kommunen kan sende deg e-post om nye lokaler og ledige tider. Du kan når som helst si nei igjen.',
        nn: 'Kommunen kan sende deg e-post om nye lokale og ledige tider. Du kan når som helst seie nei igjen.',
        en: 'The municipality may write to you about new places and free times. You can say no again at any time.',
      },
    },
  ],
};
