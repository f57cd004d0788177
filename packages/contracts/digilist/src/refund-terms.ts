import { Flag, ListOf, NOT_FOUND, Nothing, permission, VALIDATION_FAILED, Whole } from '@kit/contracts';
import { operation } from './context.js';
import { LISTING_INVALID_STATE } from './listings.errors.js';
import { ListingId } from './listings.js';

/** What is given back to who cancels in time. The first step that holds counts; where none does, nothing is. */
export class RefundStep {
  @Whole({ min: 0, max: 8760, description: 'At least so many hours before the booking begins', example: 72 })
  hours: number;

  @Flag({ optional: true, description: 'More than these hours, instead of at least' })
  moreThan?: boolean;

  @Whole({ min: 0, max: 100, description: 'Of the price', example: 75 })
  percent: number;

  @Whole({
    min: 0,
    max: 100_000_000,
    description: 'Taken off that, in minor units; never below nothing',
    example: 5000,
  })
  fee: number;
}

/** Of a tenant that has said nothing. */
export const DEFAULT_REFUND_LADDER: readonly RefundStep[] = [
  { hours: 168, moreThan: true, percent: 100, fee: 0 },
  { hours: 72, percent: 75, fee: 5_000 },
  { hours: 24, percent: 50, fee: 10_000 },
];

const MOST_STEPS = 10;

export class RefundTerms {
  @ListOf(() => RefundStep, { max: MOST_STEPS, description: 'From the most hours down' })
  steps: RefundStep[];

  @Flag({ description: 'Nobody has said anything here: these come from above' })
  inherited: boolean;

  @Whole({ min: 0, description: "Of the listing; of the tenant's terms, where 0 is: as they were from the beginning" })
  version: number;
}

export class PutRefundTerms {
  @ListOf(() => RefundStep, { max: MOST_STEPS, description: 'From the most hours down; none: nothing is given back' })
  steps: RefundStep[];
}

export class PutListingRefundTerms extends ListingId {
  @ListOf(() => RefundStep, {
    max: MOST_STEPS,
    nullable: true,
    description: "From the most hours down; null: the tenant's",
  })
  steps: RefundStep[] | null;
}

const MODULE = 'digilist.booking';

export const getRefundTerms = operation({
  id: 'getRefundTerms',
  subject: 'refund-term.get.v1',
  summary: "The tenant's terms of refunds",
  http: { method: 'GET', path: '/refund-terms' },
  request: Nothing,
  response: RefundTerms,
  access: permission('digilist.refund-term.read'),
  module: MODULE,
  version: 'answers',
});

export const putRefundTerms = operation({
  id: 'putRefundTerms',
  subject: 'refund-term.put.v1',
  summary: "Set the tenant's terms of refunds; what is booked already keeps its own",
  http: { method: 'PUT', path: '/refund-terms' },
  request: PutRefundTerms,
  response: RefundTerms,
  access: permission('digilist.refund-term.update'),
  module: MODULE,
  errors: [VALIDATION_FAILED],
  version: 'required',
});

export const getListingRefundTerms = operation({
  id: 'getListingRefundTerms',
  subject: 'refund-term.of-listing.v1',
  summary: 'The terms of refunds of one listing',
  http: { method: 'GET', path: '/listings/{id}/refund-terms' },
  request: ListingId,
  response: RefundTerms,
  access: permission('digilist.refund-term.read'),
  module: MODULE,
  errors: [NOT_FOUND],
  version: 'answers',
});

export const putListingRefundTerms = operation({
  id: 'putListingRefundTerms',
  subject: 'refund-term.put-of-listing.v1',
  summary: 'Set terms of refunds for one listing, or let it follow the tenant again',
  http: { method: 'PUT', path: '/listings/{id}/refund-terms' },
  request: PutListingRefundTerms,
  response: RefundTerms,
  access: permission('digilist.refund-term.update'),
  module: MODULE,
  errors: [NOT_FOUND, LISTING_INVALID_STATE],
  version: 'required',
});

export const refundTermOperations = [
  getRefundTerms,
  putRefundTerms,
  getListingRefundTerms,
  putListingRefundTerms,
] as const;
