import type {
  ApprovalStep,
  AvailabilityRule,
  BookingModel,
  ListingTypeKey,
  PaymentPolicy,
  PutBookingRules,
} from '@digilist/contracts';
import type { OrganizationKind } from '@platform/contracts';

export interface Name {
  nb: string;
  nn?: string;
  en?: string;
}

export interface OrganizationContent {
  key: string;
  name: string;
  kind: OrganizationKind;
  /** Key of the organization above. */
  parent?: string;
}

export interface PersonContent {
  email: string;
  name: string;
  password: string;
  /** Role of the tenant, and the organization where it holds if it is one of an organization. */
  grants: readonly { role: string; org?: string }[];
  memberOf?: readonly string[];
}

export interface ZoneContent {
  key: string;
  name: Name;
  /** Keys of zones that were named before; none: a part of its own. */
  parts?: readonly string[];
  capacity?: number;
  areaM2?: number;
}

export interface PriceContent {
  name: Name;
  /** Kroner without VAT. */
  kroner: number;
  unit: 'hour' | 'day' | 'slot' | 'unit' | 'person' | 'booking';
  zone?: string;
  priority?: number;
  weekdays?: AvailabilityRule['weekdays'];
  fromTime?: string;
  toTime?: string;
  /** Makes it an add-on with this key. */
  addOn?: string;
  vatExempt?: boolean;
}

export interface ListingContent {
  key: string;
  org: string;
  type: ListingTypeKey;
  bookingModel: BookingModel;
  paymentPolicy: PaymentPolicy;
  name: Name;
  description: Name;
  street: string;
  postalCode: string;
  city: string;
  position: { latitude: number; longitude: number };
  capacity?: number;
  areaM2?: number;
  stock?: number;
  bufferAfterMinutes?: number;
  zones?: readonly ZoneContent[];
  hours: readonly AvailabilityRule[];
  rules: Omit<PutBookingRules, 'id'>;
  prices: readonly PriceContent[];
  /** Whose decision its bookings need; the usual conditions when it has none. */
  workflow?: { name: Name; steps: readonly ApprovalStep[] };
}

/** What becomes of a booking after it was submitted. */
export type Fate = 'stands' | 'approved' | 'rejected' | 'cancelled';

export interface BookingContent {
  /** Email of the person who books. */
  by: string;
  /** Organization that it is booked for. */
  forOrg?: string;
  listing: string;
  zone?: string;
  /** 1 is Monday. */
  weekday: number;
  from: string;
  to: string;
  /** Weeks after this one; four of them unless told. */
  weeks?: readonly number[];
  purpose: string;
  attendees?: number;
  quantity?: number;
  pricingGroup?: string;
  fate?: Fate;
  /** Of a rejection or a cancellation. */
  reason?: string;
}

export interface TenantContent {
  slug: string;
  organizations: readonly OrganizationContent[];
  /** Beside those whose logins are shown. */
  people: readonly PersonContent[];
  /** Roles and memberships of those whose logins are shown, by email. */
  shown: Readonly<Record<string, Pick<PersonContent, 'grants' | 'memberOf'>>>;
  municipalityCode: string;
  terms: { version: string; text: Name };
  listings: readonly ListingContent[];
  bookings: readonly BookingContent[];
}
