import {
  ADD_ON_UNKNOWN,
  DISCOUNT_CODE_INVALID,
  PRICE_NOT_DEFINED,
  PRICING_GROUP_NOT_VERIFIED,
  PRICING_GROUP_UNKNOWN,
  type Price,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import type { Behalf } from '../../platform/index.js';
import { isoOf, type Minute, type Place } from '../listings/index.js';
import { priceOf } from './domain/quote.js';

export const DEFAULT_GROUP = 'private';

export interface PriceWanted {
  readonly zoneId: string;
  readonly from: Minute;
  readonly until: Minute;
  readonly quantity: number;
  readonly pricingGroup?: string | undefined;
  /** Whom the booking is for, when that is not the caller. */
  readonly behalf: Behalf | null;
  readonly discountCode?: string | undefined;
  readonly addOns?: readonly { readonly key: string; readonly quantity: number }[] | undefined;
}

/** The price at a place that was read with the same discount code. @throws Refusal why there is none */
export function priceOrRefuse(place: Place, wanted: PriceWanted): { price: Price; pricingGroup: string } {
  const { zoneId, from, until, quantity, pricingGroup = DEFAULT_GROUP, behalf, discountCode, addOns = [] } = wanted;
  const group = place.groups.get(pricingGroup);
  if (!group) throw new Refusal(PRICING_GROUP_UNKNOWN, { details: { known: [...place.groups.keys()] } });
  const { requiresVerification, organizationKinds } = group;
  if (requiresVerification && !(behalf && organizationKinds.includes(behalf.kind)))
    throw new Refusal(PRICING_GROUP_NOT_VERIFIED, { details: { pricingGroup, organizationKinds } });
  if (discountCode !== undefined && !place.discount) throw new Refusal(DISCOUNT_CODE_INVALID);
  const { listing, discount } = place;
  const result = priceOf({ listing, zoneId, from, until, quantity, group, addOns, discount });
  if (result.ok) return { price: result.price, pricingGroup };
  if (result.code === 'ADD_ON_UNKNOWN') throw new Refusal(ADD_ON_UNKNOWN, { details: { keys: result.keys } });
  throw new Refusal(PRICE_NOT_DEFINED, { details: { from: isoOf(result.from) } });
}
