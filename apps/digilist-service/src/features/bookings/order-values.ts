import { type Claim, dateOf, type ListingReference } from '../listings/index.js';
import type { Order } from './domain/order.js';

/** An order as the columns and parameters of the statements that write it; JSON is text already. */
export function orderValues(order: Order) {
  const { listing, zone, price } = order;
  return {
    orgId: listing.orgId,
    listingId: listing.id,
    listingVersion: listing.version,
    zoneId: zone.id,
    startsAt: dateOf(order.from),
    endsAt: dateOf(order.until),
    timezone: listing.timezone,
    quantity: order.quantity,
    pricingGroup: order.pricingGroup,
    currency: price.total.currency,
    net: price.net.amount,
    vat: price.vat.amount,
    total: price.total.amount,
    lines: JSON.stringify(price.lines),
    snapshot: JSON.stringify(snapshotOf(order)),
    ...calendarValues(order),
  };
}

/** What the calendar is asked for, and the zones that must still be as they were read. */
export const calendarValues = (ground: Pick<Order, 'listing' | 'zone' | 'claims'>) => ({
  ...zonesOf(ground),
  ...claimValues(ground.claims),
});

function zonesOf({ listing, zone }: Pick<Order, 'listing' | 'zone'>) {
  const zones = [
    [zone.id, zone.shape] as const,
    ...listing.components.map((part) => [part.zoneId, part.shape] as const),
  ];
  return { zoneIds: zones.map(([id]) => id), zoneShapes: zones.map(([, shape]) => shape) };
}

const claimValues = (claims: readonly Claim[]) => ({
  atomIds: claims.map(({ atomId }) => atomId),
  claimQuantities: claims.map(({ quantity }) => quantity),
  claimBuffersBefore: claims.map(({ bufferBeforeMinutes }) => bufferBeforeMinutes),
  claimBuffersAfter: claims.map(({ bufferAfterMinutes }) => bufferAfterMinutes),
});

/** What was booked, what it cost and what comes back of it by when, for as long as anybody asks. */
const snapshotOf = ({ listing, zone, pricingGroup, price }: Order) => ({
  listing: listing.name,
  zone: zone.name,
  type: listing.type,
  pricingGroup,
  lines: price.lines,
  refundLadder: listing.refundLadder,
  ...(listing.bookingModel === 'PACKAGE' && { components: componentsOf(listing) }),
});

const componentsOf = ({ components }: ListingReference) =>
  components.map(({ listingId, zoneId, name, zoneName, quantity }) => ({
    listingId,
    zoneId,
    name,
    zoneName,
    quantity,
  }));
