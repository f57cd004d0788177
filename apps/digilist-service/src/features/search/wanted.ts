import {
  AMENITY_UNKNOWN,
  CATEGORY_UNKNOWN,
  type ListingSort,
  type ListListings,
  MAX_WINDOW_DAYS,
  PRICING_GROUP_UNKNOWN,
  type SearchAvailability,
} from '@digilist/contracts';
import { type FieldError, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type Minute, type PriceGroup, type PriceGroups, requireInterval } from '../listings/index.js';
import { DEFAULT_GROUP } from '../pricing/index.js';

/** When it shall be free. */
export interface WantedTime {
  readonly from: Minute;
  readonly until: Minute;
  /** For so long somewhere in between. */
  readonly minutes: number;
}

export interface Near {
  readonly latitude: number;
  readonly longitude: number;
}

type Filters = Omit<ListListings & Partial<SearchAvailability>, 'from' | 'to'>;

const problem = (path: string, code: string, message: string): FieldError => ({ path, code, message });

/** What only makes sense together. @throws Refusal VALIDATION_FAILED with everything that is missing */
export function requireCoherent(request: Filters, timed: boolean): void {
  const { q, near, within, sort, pricePer, minDuration, freeFrom, freeTo } = request;
  const errors: FieldError[] = [];
  if (within !== undefined && near === undefined) errors.push(problem('within', 'NEEDS_NEAR', 'within needs near'));
  if (sort === 'distance' && near === undefined) errors.push(problem('sort', 'NEEDS_NEAR', 'this order needs near'));
  if (sort === 'relevance' && q === undefined) errors.push(problem('sort', 'NEEDS_WORDS', 'this order needs q'));
  if (freeFrom !== undefined && freeTo === undefined) errors.push(problem('freeTo', 'NEEDED', 'freeFrom needs freeTo'));
  if (freeTo !== undefined && freeFrom === undefined)
    errors.push(problem('freeFrom', 'NEEDED', 'freeTo needs freeFrom'));
  if (pricePer === 'booking' && !timed)
    errors.push(problem('pricePer', 'NEEDS_TIME', 'the price of a booking needs freeFrom and freeTo'));
  if (minDuration !== undefined && !timed)
    errors.push(problem('minDuration', 'NEEDS_TIME', 'minDuration needs freeFrom and freeTo'));
  if (errors.length > 0) throw new Refusal(VALIDATION_FAILED, { errors });
}

/** @throws Refusal INVALID_INTERVAL */
export function wantedTime(
  from: string,
  to: string,
  minDuration: number | undefined,
  names: readonly [string, string],
): WantedTime {
  const [start, end] = requireInterval(from, to, MAX_WINDOW_DAYS, { names, grain: 'inside' });
  return { from: start, until: end, minutes: minDuration ?? end - start };
}

/** `latitude,longitude`, which the contract has checked. */
export function nearOf(near: string | undefined): Near | null {
  if (near === undefined) return null;
  const [latitude, longitude] = near.split(',').map(Number) as [number, number];
  return { latitude, longitude };
}

export const sortOf = ({ sort, q }: { sort?: ListingSort; q?: string }): ListingSort =>
  sort ?? (q === undefined ? 'name' : 'relevance');

/** What the request names must be there. @throws Refusal CATEGORY_UNKNOWN, AMENITY_UNKNOWN, PRICING_GROUP_UNKNOWN */
export function requireKnown(
  { category, pricingGroup = DEFAULT_GROUP }: Pick<Filters, 'category' | 'pricingGroup'>,
  found: { categoryKnown: boolean; unknownAmenities: readonly string[] },
  groups: PriceGroups,
): PriceGroup {
  if (!found.categoryKnown) throw new Refusal(CATEGORY_UNKNOWN, { details: { category } });
  if (found.unknownAmenities.length > 0)
    throw new Refusal(AMENITY_UNKNOWN, { details: { amenities: found.unknownAmenities } });
  const group = groups.get(pricingGroup);
  if (!group) throw new Refusal(PRICING_GROUP_UNKNOWN, { details: { known: [...groups.keys()] } });
  return group;
}
