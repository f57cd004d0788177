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
import { type DiscountCode, isoOf, type Minute, type Place, type PriceGroup } from '../listings/index.js';
import { amountBeforeDiscount, priceOf } from './domain/quote.js';

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
  requireBelonging(group, behalf);
  const { listing, discount } = place;
  if (discountCode !== undefined) requireUsable(discount, group);
  const result = priceOf({ listing, zoneId, from, until, quantity, group, addOns, discount });
  if (result.ok) {
    if (discount) requireEnough(discount, result.price);
    return { price: result.price, pricingGroup };
  }
  if (result.code === 'ADD_ON_UNKNOWN') throw new Refusal(ADD_ON_UNKNOWN, { details: { keys: result.keys } });
  throw new Refusal(PRICE_NOT_DEFINED, { details: { from: isoOf(result.from) } });
}

/** @throws Refusal PRICING_GROUP_NOT_VERIFIED with what would help */
function requireBelonging({ key, verification, organizationKinds }: PriceGroup, behalf: Behalf | null): void {
  if (verification === 'none') return;
  const refusal = (next: string) =>
    new Refusal(PRICING_GROUP_NOT_VERIFIED, {
      details: { pricingGroup: key, organizationKinds, next, ...(behalf && { orgId: behalf.orgId }) },
    });
  if (!behalf) throw refusal('BOOK_ON_BEHALF_OF_ORGANIZATION');
  if (!organizationKinds.includes(behalf.kind)) throw refusal('ANOTHER_ORGANIZATION');
  if (verification === 'verified' && !behalf.verifiedFor.includes(key)) throw refusal('REQUEST_VERIFICATION');
}

/** @throws Refusal DISCOUNT_CODE_INVALID */
function requireUsable(discount: DiscountCode | null, group: PriceGroup): void {
  if (!discount) throw new Refusal(DISCOUNT_CODE_INVALID, { details: { reason: 'NOT_USABLE' } });
  const { pricingGroups } = discount;
  if (pricingGroups.length > 0 && !pricingGroups.includes(group.key))
    throw new Refusal(DISCOUNT_CODE_INVALID, { details: { reason: 'OTHER_PRICING_GROUPS', pricingGroups } });
}

/** @throws Refusal DISCOUNT_CODE_INVALID */
function requireEnough({ minimumAmount }: DiscountCode, price: Price): void {
  if (minimumAmount !== null && amountBeforeDiscount(price) < minimumAmount)
    throw new Refusal(DISCOUNT_CODE_INVALID, { details: { reason: 'BELOW_MINIMUM', minimumAmount } });
}
