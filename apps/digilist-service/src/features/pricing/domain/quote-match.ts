import type { QuoteAddOn } from '@digilist/contracts';

/** What a price was asked for. */
export interface Quoted {
  readonly listingId: string;
  readonly zoneId: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly quantity: number;
  readonly pricingGroup: string;
  readonly discountCode: string | null;
  readonly onBehalfOfOrgId: string | null;
  readonly addOns: readonly QuoteAddOn[];
}

/** Names of what is not the same; the order of add-ons is nobody's business. */
export function differences(quoted: Quoted, asked: Quoted): (keyof Quoted)[] {
  const [before, now] = [comparable(quoted), comparable(asked)];
  return (Object.keys(now) as (keyof Quoted)[]).filter((name) => before[name] !== now[name]);
}

const comparable = (quoted: Quoted): Record<keyof Quoted, string | number | null> => ({
  listingId: quoted.listingId,
  zoneId: quoted.zoneId,
  startsAt: quoted.startsAt.getTime(),
  endsAt: quoted.endsAt.getTime(),
  quantity: quoted.quantity,
  pricingGroup: quoted.pricingGroup,
  discountCode: quoted.discountCode,
  onBehalfOfOrgId: quoted.onBehalfOfOrgId,
  addOns: JSON.stringify(quoted.addOns.map(({ key, quantity }) => `${key} ${quantity}`).sort()),
});
