import type { BookingStatus } from '@digilist/contracts';

/** Words that stood in the legacy tables, as they were spelled over the years, and what they mean here. */
const words =
  <Meaning extends string>(meanings: Record<string, Meaning>) =>
  (text: string | null): Meaning | null =>
    meanings[
      (text ?? '')
        .trim()
        .toLowerCase()
        .replace(/[\s_-]+/g, ' ')
    ] ?? null;

export const tenantStatus = words({
  active: 'active',
  aktiv: 'active',
  live: 'active',
  trial: 'active',
  suspended: 'suspended',
  sperret: 'suspended',
  inactive: 'suspended',
});

export const organizationKind = words({
  unit: 'unit',
  department: 'unit',
  enhet: 'unit',
  etat: 'unit',
  club: 'association',
  lag: 'association',
  forening: 'association',
  association: 'association',
  company: 'company',
  bedrift: 'company',
  public: 'public_body',
  kommune: 'public_body',
  other: 'other',
  annet: 'other',
});

export const userStatus = words({
  active: 'active',
  aktiv: 'active',
  enabled: 'active',
  '1': 'active',
  invited: 'active',
  suspended: 'suspended',
  blocked: 'suspended',
  sperret: 'suspended',
  disabled: 'suspended',
  deleted: 'deactivated',
  slettet: 'deactivated',
  inactive: 'deactivated',
});

export const localeOf = words({
  nb: 'nb',
  no: 'nb',
  'nb no': 'nb',
  'no nb': 'nb',
  bokmål: 'nb',
  nn: 'nn',
  'nn no': 'nn',
  nynorsk: 'nn',
  en: 'en',
  'en us': 'en',
  'en gb': 'en',
});

export const membershipStatus = words({
  active: 'active',
  aktiv: 'active',
  member: 'active',
  ended: 'ended',
  left: 'ended',
  utmeldt: 'ended',
});

/** Role of the legacy system → key of a role template. */
export const roleKey = words({
  admin: 'tenant_administrator',
  administrator: 'tenant_administrator',
  'tenant admin': 'tenant_administrator',
  saksbehandler: 'case_handler',
  'case handler': 'case_handler',
  utleieansvarlig: 'listing_manager',
  'listing manager': 'listing_manager',
  lagleder: 'organization_administrator',
  'org admin': 'organization_administrator',
  user: 'end_user',
  bruker: 'end_user',
});

export const subscriptionStatus = words({
  active: 'active',
  aktiv: 'active',
  paid: 'active',
  trial: 'trialing',
  prøve: 'trialing',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  oppsagt: 'cancelled',
  expired: 'expired',
  utløpt: 'expired',
});

export const listingType = words({
  space: 'SPACE',
  lokale: 'SPACE',
  room: 'SPACE',
  resource: 'RESOURCE',
  utstyr: 'RESOURCE',
  event: 'EVENT',
  arrangement: 'EVENT',
  service: 'SERVICE',
  vehicle: 'VEHICLE',
  kjøretøy: 'VEHICLE',
  other: 'OTHER',
  annet: 'OTHER',
});

export const bookingModel = words({
  'time range': 'TIME_RANGE',
  time: 'TIME_RANGE',
  slot: 'SLOT',
  slots: 'SLOT',
  'all day': 'ALL_DAY',
  day: 'ALL_DAY',
  quantity: 'QUANTITY',
  antall: 'QUANTITY',
  capacity: 'CAPACITY',
});

export const listingStatus = words({
  published: 'published',
  publisert: 'published',
  active: 'published',
  draft: 'draft',
  utkast: 'draft',
  maintenance: 'maintenance',
  stengt: 'maintenance',
  archived: 'archived',
  inactive: 'archived',
  slettet: 'archived',
});

export const bookingStatus = words<BookingStatus>({
  draft: 'draft',
  utkast: 'draft',
  pending: 'awaiting_approval',
  'awaiting approval': 'awaiting_approval',
  'til behandling': 'awaiting_approval',
  'awaiting payment': 'awaiting_payment',
  'venter på betaling': 'awaiting_payment',
  unpaid: 'awaiting_payment',
  confirmed: 'confirmed',
  approved: 'confirmed',
  bekreftet: 'confirmed',
  godkjent: 'confirmed',
  ok: 'confirmed',
  rejected: 'rejected',
  avslått: 'rejected',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  kansellert: 'cancelled',
  avlyst: 'cancelled',
  completed: 'completed',
  done: 'completed',
  gjennomført: 'completed',
  'no show': 'no_show',
  'ikke møtt': 'no_show',
  refunded: 'refunded',
  refundert: 'refunded',
  expired: 'expired',
  utløpt: 'expired',
});

export const paymentStatus = words({
  paid: 'captured',
  captured: 'captured',
  betalt: 'captured',
  ok: 'captured',
  refunded: 'refunded',
  refundert: 'refunded',
  failed: 'failed',
  feilet: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  avbrutt: 'cancelled',
  expired: 'expired',
  created: 'expired',
  pending: 'expired',
});

export const providerOf = words({
  vipps: 'vipps',
  'vipps ecom': 'vipps',
  stripe: 'stripe',
  card: 'stripe',
  kort: 'stripe',
});
