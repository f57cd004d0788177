import {
  KIT_IMPERSONAL,
  KIT_PERSONAL_TABLES,
  type PersonalColumn,
  PersonalData,
  type PersonalDataRegistry,
  type PersonalTable,
} from '@kit/service';
import type { PersonalDataDefinition } from '@platform/contracts';

const gone = (erased: string): PersonalColumn => ({ erased });
const USER = { user: 'user_id' } as const;
const OF_BOOKING = { via: 'booking_id', table: 'bookings' } as const;

const people = 'digilist.people';
const bookings = 'digilist.bookings';
const media = 'digilist.media';
const notifications = 'digilist.notifications';
const invoices = 'digilist.invoices';
const payments = 'digilist.payments';

const BOOKKEEPING = 'Bokføringsloven § 13: regnskapsmateriale, fem år etter regnskapsårets slutt';

const INVOICE_KEPT = "make_timestamptz(extract(year FROM r.issue_date)::int + 6, 1, 1, 0, 0, 0, 'Europe/Oslo')";

/** Parents before children. Whoever adds a column with personal data adds it here: the spec beside it asks for it. */
const TABLES: readonly PersonalTable[] = [
  ...KIT_PERSONAL_TABLES,
  {
    table: 'platform_users',
    category: people,
    of: { user: 'id' },
    // For the moment until PLATFORM's own words arrive.
    columns: { email: gone("$4 || '@erased.invalid'"), name: gone('$4'), birth_date: gone('NULL') },
    facts: ['id', 'kind', 'status', 'locale'],
    rows: 'stay',
  },
  {
    table: 'recurring_bookings',
    category: bookings,
    of: USER,
    columns: { purpose: gone('NULL'), public_title: gone('NULL'), discount_code: gone('NULL') },
    facts: [
      'id',
      'listing_id',
      'zone_id',
      'rule',
      'first_date',
      'last_date',
      'starts_time',
      'ends_time',
      'except_dates',
      'extra_dates',
      'status',
      'created_at',
    ],
    rows: 'stay',
  },
  {
    table: 'bookings',
    category: bookings,
    of: USER,
    columns: { purpose: gone('NULL'), public_title: gone('NULL'), discount_code: gone('NULL') },
    facts: [
      'id',
      'listing_id',
      'zone_id',
      'status',
      'starts_at',
      'ends_at',
      'quantity',
      'attendees',
      'pricing_group',
      'net',
      'vat',
      'total',
      'currency',
      'price_lines',
      'add_ons',
      'created_at',
    ],
    rows: 'stay',
    // The figures; what the person wrote goes all the same.
    kept: {
      when: "r.total > 0 AND r.status IN ('confirmed', 'completed', 'cancelled', 'no_show', 'refunded')",
      legalGround: BOOKKEEPING,
      until: "make_timestamptz(extract(year FROM r.ends_at)::int + 6, 1, 1, 0, 0, 0, 'Europe/Oslo')",
    },
  },
  {
    table: 'booking_items',
    category: bookings,
    of: OF_BOOKING,
    columns: {},
    facts: ['id', 'booking_id', 'quantity', 'snapshot', 'net', 'vat', 'total', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'booking_history',
    category: bookings,
    of: OF_BOOKING,
    columns: { reason: gone('NULL'), detail: gone("'{}'") },
    facts: ['id', 'booking_id', 'change', 'from_status', 'to_status', 'actor_kind', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'booking_approvals',
    category: bookings,
    of: OF_BOOKING,
    // A rejection must have a text.
    columns: { reason_text: gone("CASE WHEN r.reason_text IS NULL THEN NULL ELSE '' END") },
    facts: ['id', 'booking_id', 'status', 'level', 'reason_code', 'reasons', 'decided_at', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'approval_messages',
    category: bookings,
    of: OF_BOOKING,
    columns: { message: gone("''") },
    facts: ['id', 'booking_id', 'kind', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'booking_links',
    category: bookings,
    of: OF_BOOKING,
    columns: {},
    facts: ['id', 'booking_id', 'expires_at', 'created_at'],
    rows: 'go',
  },
  {
    table: 'terms_acceptances',
    category: bookings,
    of: USER,
    columns: { ip: gone('NULL'), user_agent: gone('NULL') },
    facts: ['id', 'booking_id', 'terms_version', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'invoices',
    category: invoices,
    of: { user: 'buyer_user_id' },
    columns: {
      // An invoice names its buyer for as long as the law asks; `RetentionOfErased` takes the name after that.
      buyer: gone(`jsonb_build_object('name', CASE WHEN ${INVOICE_KEPT} > now() THEN r.buyer -> 'name' ELSE '""' END,
        'organizationNumber', NULL, 'email', NULL)`),
      buyer_reference: gone('NULL'),
      // A credit note must have one.
      reason: gone("CASE WHEN r.reason IS NULL THEN NULL ELSE '' END"),
    },
    facts: ['id', 'kind', 'number', 'status', 'issue_date', 'due_date', 'net', 'vat', 'total', 'currency', 'kid'],
    rows: 'stay',
    kept: {
      when: 'true',
      legalGround: BOOKKEEPING,
      until: INVOICE_KEPT,
    },
  },
  {
    table: 'invoice_lines',
    category: invoices,
    of: { via: 'invoice_id', table: 'invoices' },
    columns: {},
    facts: ['id', 'invoice_id', 'position', 'booking_id', 'description', 'starts_at', 'ends_at', 'net', 'vat', 'total'],
    rows: 'stay',
  },
  {
    table: 'invoice_settlements',
    category: invoices,
    of: { via: 'invoice_id', table: 'invoices' },
    columns: { reference: gone('NULL') },
    facts: ['id', 'invoice_id', 'amount', 'paid_at'],
    rows: 'stay',
  },
  {
    table: 'payments',
    category: payments,
    of: USER,
    columns: {
      return_url: gone("''"),
      redirect_url: gone('NULL'),
      provider_reference: gone('NULL'),
      failure: gone('NULL'),
    },
    facts: [
      'id',
      'provider',
      'status',
      'amount',
      'captured',
      'refunded',
      'currency',
      'description',
      'captured_at',
      'created_at',
    ],
    rows: 'stay',
    kept: {
      when: 'r.captured > 0',
      legalGround: BOOKKEEPING,
      until: "make_timestamptz(extract(year FROM r.captured_at)::int + 6, 1, 1, 0, 0, 0, 'Europe/Oslo')",
    },
  },
  {
    table: 'payment_bookings',
    category: payments,
    of: { via: 'payment_id', table: 'payments' },
    columns: {},
    facts: ['id', 'payment_id', 'booking_id', 'amount', 'paid', 'refunded', 'parts', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'refunds',
    category: payments,
    of: { via: 'payment_id', table: 'payments' },
    columns: { reason: gone('NULL') },
    facts: ['id', 'payment_id', 'booking_id', 'amount', 'currency', 'cause', 'status', 'confirmed_at', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'payment_cases',
    category: payments,
    of: { via: 'payment_id', table: 'payments' },
    columns: { note: gone('NULL') },
    facts: ['id', 'payment_id', 'kind', 'status', 'resolution', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'booking_settlements',
    category: payments,
    of: OF_BOOKING,
    columns: { waived_reason: gone("CASE WHEN r.waived_reason IS NULL THEN NULL ELSE '' END") },
    facts: ['id', 'booking_id', 'cause', 'total', 'paid', 'refund', 'kept', 'currency', 'created_at'],
    rows: 'stay',
  },
  {
    table: 'quotes',
    category: bookings,
    of: USER,
    columns: { discount_code: gone('NULL') },
    facts: ['id', 'listing_id', 'zone_id', 'starts_at', 'ends_at', 'net', 'vat', 'total', 'created_at'],
    rows: 'go',
  },
  {
    table: 'discount_uses',
    category: bookings,
    of: USER,
    columns: {},
    facts: ['id', 'discount_code_id', 'booking_id', 'recurring_booking_id', 'given_back_at', 'created_at'],
    // How often a code has been used has to stay true.
    rows: 'stay',
  },
  {
    table: 'holds',
    category: bookings,
    of: USER,
    columns: {},
    facts: ['id', 'listing_id', 'zone_id', 'status', 'starts_at', 'ends_at', 'quantity', 'expires_at', 'created_at'],
    // Gone by themselves a day after they ended, and from the calendar with them.
    rows: 'stay',
  },
  {
    table: 'calendar_feeds',
    category: bookings,
    of: USER,
    columns: { secret_hash: { erased: 'r.secret_hash', withheld: 'of a secret that would let somebody else in' } },
    facts: ['id', 'kind', 'organization_id', 'listing_id', 'created_at'],
    rows: 'go',
  },
  {
    table: 'media',
    category: media,
    of: { user: 'created_by' },
    columns: {},
    facts: ['id', 'listing_id', 'kind', 'content_type', 'size', 'created_at'],
    // What is shown of a listing is the owner's; the camera's notes about people and places never came in.
    rows: 'stay',
  },
  {
    table: 'media_pieces',
    category: media,
    of: { user: 'created_by' },
    columns: { content: { erased: 'r.content', withheld: 'part of an upload under way; gone within the hour' } },
    rows: 'go',
  },
  {
    table: 'notifications',
    category: notifications,
    of: USER,
    columns: { subject: gone("''"), body: gone("''"), data: gone("'{}'") },
    facts: ['id', 'event', 'locale', 'status', 'created_at'],
    rows: 'go',
  },
  {
    table: 'notification_deliveries',
    category: notifications,
    of: { via: 'notification_id', table: 'notifications' },
    columns: {
      recipient: gone("''"),
      message_id: gone('NULL'),
      last_error: gone('NULL'),
      subject: gone('NULL'),
      body: gone('NULL'),
    },
    facts: ['id', 'notification_id', 'channel', 'status', 'skip_reason', 'sent_at'],
    rows: 'go',
  },
  {
    table: 'notification_preferences',
    category: notifications,
    of: USER,
    columns: {
      choices: gone("'{}'"),
      phone: gone('NULL'),
      phone_asked: gone('NULL'),
      code_hash: { erased: 'NULL', withheld: 'of a code that would let somebody else in' },
    },
    facts: ['id', 'daily_digest', 'created_at'],
    rows: 'go',
  },
];

const COPY = 'a copy of what PLATFORM exports and erases itself';
const OFFER = 'of what is offered, not of who takes it';
const WORDS = 'codes and settings of the booking, not of the person';

const IMPERSONAL: PersonalDataRegistry['impersonal'] = {
  ...KIT_IMPERSONAL,
  'refused_demand.*': 'what was asked for, of nobody in particular',
  'retention_rules.*': 'years and paragraphs',
  'platform_users.*': 'codes',
  'platform_tenants.*': COPY,
  'platform_organizations.*': COPY,
  'platform_memberships.*': COPY,
  'platform_roles.*': COPY,
  'platform_user_roles.*': COPY,
  'platform_subscriptions.*': COPY,
  'platform_entitlements.*': COPY,
  'platform_consents.*': COPY,
  'platform_data_subject_requests.*': COPY,
  'bookings.*': WORDS,
  'invoices.*': 'of the seller, and codes',
  'payments.*': WORDS,
  'payment_bookings.*': 'sums',
  'refunds.*': WORDS,
  'payment_cases.*': 'what a provider said, and codes',
  'payment_calls.*': 'what a provider said, and codes',
  'payment_deliveries.*': 'codes',
  'booking_settlements.*': WORDS,
  'ledger_entries.*': 'codes',
  'ledger_lines.*': 'sums',
  'refund_terms.*': OFFER,
  'invoice_lines.*': WORDS,
  'invoice_sellers.*': 'of the municipality and its bank account',
  'invoice_counters.*': 'numbers',
  'billing_runs.*': 'counts, and ids of those who could not be invoiced',
  'billed_bookings.*': 'ids',
  'booking_items.*': WORDS,
  'booking_links.*': 'a hash',
  'booking_approvals.*': WORDS,
  'approval_messages.*': WORDS,
  'recurring_bookings.*': WORDS,
  'quotes.*': WORDS,
  'terms_acceptances.terms_version': 'a version',
  'notifications.event': 'a code',
  'notification_templates.*': 'texts of the tenant',
  'notification_settings.*': 'of the tenant',
  'listing_reminders.*': OFFER,
  'retention_register.*': 'names of tables and laws',
  'tenant_purges.*': 'counts of a tenant that goes',
  'usage_leases.*': 'of the tenant',
  'approval_workflows.*': OFFER,
  'listing_types.*': OFFER,
  'listings.*': OFFER,
  'blocks.*': 'what the owner of a place does there',
  'media.*': OFFER,
  'media_files.*': 'states of files',
  'calendar_feeds.*': 'codes',
  'zones.*': OFFER,
  'categories.*': OFFER,
  'amenities.*': OFFER,
  'listing_documents.*': OFFER,
  'listing_words.*': OFFER,
  'availability_rules.*': OFFER,
  'booking_rules.*': OFFER,
  'rule_templates.*': OFFER,
  'booking_quotas.*': OFFER,
  'pricing_groups.*': OFFER,
  'pricing_rules.*': OFFER,
  'actor_pricing.*': OFFER,
  'discount_codes.*': OFFER,
  'discount_code_listings.*': OFFER,
  'pricing_rule_versions.*': OFFER,
  'organization_verifications.*': 'what is known of an organization',
  'payment_providers.*': 'accounts of the tenant',
  'development_payments.*': 'a made-up payment: it names a reference and a place, and nobody',
};

export const DIGILIST_REGISTRY: PersonalDataRegistry = { schema: 'digilist', tables: TABLES, impersonal: IMPERSONAL };

export const personalData = new PersonalData(DIGILIST_REGISTRY);

const text = (nb: string, nn: string, en: string) => ({ nb, nn, en });

/** DIGILIST's lines in the record of processing. */
export const PERSONAL_DATA: PersonalDataDefinition[] = [
  {
    key: people,
    title: text(
      'Navn, e-postadresse og fødselsdato',
      'Namn, e-postadresse og fødselsdato',
      'Name, email address, date of birth',
    ),
    legalBasis: 'public_task',
    retention: 'as long as PLATFORM keeps the account',
  },
  {
    key: bookings,
    title: text('Bookinger med historikk og vilkår', 'Bookingar med historikk og vilkår', 'Bookings, history, terms'),
    legalBasis: 'public_task',
    retention: 'paid ones 5 years after the accounting year (bokføringsloven § 13), others until erased',
  },
  {
    key: media,
    title: text(
      'Bilder og filer du har lastet opp',
      'Bilete og filer du har lasta opp',
      'Images and files you uploaded',
    ),
    legalBasis: 'public_task',
    retention: 'as long as the listing shows them; what cameras note about people and places is removed on arrival',
  },
  {
    key: payments,
    title: text('Betalinger og refusjoner', 'Betalingar og refusjonar', 'Payments and refunds'),
    legalBasis: 'legal_obligation',
    retention: 'what was paid 5 years after the accounting year (bokføringsloven § 13), attempts until erased',
  },
  {
    key: invoices,
    title: text('Fakturaer og kreditnotaer', 'Fakturaer og kreditnotaer', 'Invoices and credit notes'),
    legalBasis: 'legal_obligation',
    retention: '5 years after the accounting year (bokføringsloven § 13)',
  },
  {
    key: notifications,
    title: text('Varsler', 'Varsel', 'Notifications'),
    legalBasis: 'public_task',
    retention: '24 months, or until the account is erased',
  },
];
