import type {
  AvailabilityRuleKind,
  BookingModel,
  BookingRuleFields,
  GroupVerification,
  ListingStatus,
  ListingTypeKey,
  LocalizedName,
  PaymentPolicy,
  PriceUnit,
  PricingRuleKind,
  QuotaMeasure,
  QuotaPeriod,
  QuotaSubject,
  RefundStep,
} from '@digilist/contracts';
import type { Day, WallMinute } from './clock.js';

/** Everything about a listing that deciding on a booking needs, but for who has it when. Immutable; one per version of the listing. */
export interface ListingReference {
  readonly id: string;
  readonly orgId: string;
  readonly version: number;
  readonly status: ListingStatus;
  readonly type: ListingTypeKey;
  readonly bookingModel: BookingModel;
  readonly name: LocalizedName;
  readonly sortName: string;
  readonly municipalityCode: string | null;
  readonly capacity: number | null;
  readonly timezone: string;
  readonly paymentPolicy: PaymentPolicy;
  readonly approvalWorkflowId: string | null;
  readonly termsVersion: string | null;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly slotMinutes: number | null;
  /** Of whole days: when a stay begins on its first day and ends; 00:00 and 24:00 unless told. */
  readonly checkIn: WallMinute;
  readonly checkOut: WallMinute;
  readonly zones: readonly ReferenceZone[];
  readonly atoms: readonly ReferenceAtom[];
  /** What a package consists of; nothing for any other model. */
  readonly components: readonly ReferenceComponent[];
  readonly opening: readonly OpeningRule[];
  readonly bookingRules: BookingRuleSet;
  readonly quotas: readonly QuotaRule[];
  /** Its own terms of refunds, the tenant's, or the default. */
  readonly refundLadder: readonly RefundStep[];
  readonly prices: readonly PriceRule[];
  readonly actorPrices: readonly ActorPrice[];
}

export interface ReferenceZone {
  readonly id: string;
  readonly name: LocalizedName;
  readonly implicit: boolean;
  readonly capacity: number | null;
  /** Rises when other atoms belong to it; whoever takes its time names the one that was read. */
  readonly shape: number;
  readonly atomIds: readonly string[];
}

export interface ReferenceAtom {
  readonly id: string;
  /** What the calendar calls it. */
  readonly number: number;
  readonly exclusive: boolean;
  readonly stock: number;
}

/** A zone of another listing that a package takes with it. */
export interface ReferenceComponent {
  readonly listingId: string;
  readonly zoneId: string;
  /** How many of it one package takes. */
  readonly quantity: number;
  readonly name: LocalizedName;
  /** Null: the listing as a whole. */
  readonly zoneName: LocalizedName | null;
  /** Of the zone; see there. */
  readonly shape: number;
  /** The listing is published and the zone in use. */
  readonly bookable: boolean;
  readonly timezone: string;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  readonly atoms: readonly ReferenceAtom[];
  readonly opening: readonly OpeningRule[];
}

export interface OpeningRule {
  readonly kind: AvailabilityRuleKind;
  /** 1 is Monday. */
  readonly weekdays: readonly number[];
  /** Null: closed all day. */
  readonly opens: WallMinute | null;
  readonly closes: WallMinute | null;
  readonly firstDay: Day | null;
  /** Included. */
  readonly lastDay: Day | null;
  /** What people are told about it. */
  readonly note: LocalizedName | null;
}

/** What holds in the end: the listing's own rules, its template's, or the default. */
export type BookingRuleSet = Readonly<BookingRuleFields>;

/** How much one person or organization may have booked, here and wherever else the quota holds. */
export interface QuotaRule {
  readonly id: string;
  readonly name: LocalizedName;
  readonly per: QuotaSubject;
  readonly measure: QuotaMeasure;
  readonly most: number;
  readonly period: QuotaPeriod;
  /** Of a season. */
  readonly firstDay: Day | null;
  /** Included. */
  readonly lastDay: Day | null;
}

export interface PriceRule {
  readonly id: string;
  readonly version: number;
  readonly zoneId: string | null;
  readonly kind: PricingRuleKind;
  readonly key: string | null;
  readonly name: LocalizedName;
  readonly unit: PriceUnit;
  /** Minor units, without VAT. */
  readonly amount: number;
  readonly currency: string;
  readonly vatBasisPoints: number;
  readonly priority: number;
  /** 1 is Monday, 8 a public holiday. */
  readonly weekdays: readonly number[] | null;
  readonly from: WallMinute | null;
  readonly to: WallMinute | null;
  readonly firstDay: Day | null;
  /** Included. */
  readonly lastDay: Day | null;
}

/** What a group pays here: another rate, or another percentage than its usual one. */
export interface ActorPrice {
  readonly id: string;
  readonly version: number;
  readonly zoneId: string | null;
  readonly group: string;
  readonly unit: PriceUnit | null;
  readonly amount: number | null;
  readonly discountBasisPoints: number | null;
}

export interface PriceGroup {
  readonly id: string;
  readonly version: number;
  readonly key: string;
  readonly name: LocalizedName;
  /** What comes off; negative: what is added. */
  readonly discountBasisPoints: number;
  readonly vatExempt: boolean;
  /** What it takes of the organization that is booked for. */
  readonly verification: GroupVerification;
  readonly organizationKinds: readonly string[];
}

export interface DiscountCode {
  readonly id: string;
  readonly version: number;
  readonly code: string;
  readonly kind: 'percentage' | 'fixed';
  /** Hundredths of a per cent, or minor units. */
  readonly value: number;
  /** Least price in minor units, without VAT and before the code. */
  readonly minimumAmount: number | null;
  /** None: for all of them. */
  readonly pricingGroups: readonly string[];
}
