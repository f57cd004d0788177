import type { Client } from '@digilist/client';
import { money } from '@kit/contracts';
import type { ListingContent, PriceContent, TenantContent } from '../content/types.js';
import { found, type Organizations } from './people.js';
import { all, oncePropagated, page } from './steps.js';

/** Ids of a listing and of its zones by key. */
export interface SeededListing {
  id: string;
  zones: Map<string, string>;
}

/** A listing is published last: what is published is complete and is only read. */
export async function seedListings(
  manager: Client,
  administrator: Client,
  content: TenantContent,
  orgs: Organizations,
): Promise<Map<string, SeededListing>> {
  const there = [
    ...(await oncePropagated(() =>
      all((cursor) => manager.digilist.listListings({ status: 'published', ...page(cursor) })),
    )),
    ...(await all((cursor) => manager.digilist.listListings({ status: 'draft', ...page(cursor) }))),
  ];
  const result = new Map<string, SeededListing>();
  for (const listing of content.listings) {
    const orgId = found(orgs, listing.org);
    const existing = there.find((one) => one.name.nb === listing.name.nb && one.orgId === orgId);
    const id = existing?.id ?? (await create(manager, content, listing, orgId));
    const zones = await seedZones(manager, listing, id);
    if (existing?.status !== 'published') {
      await seedRules(manager, listing, id, zones);
      if (listing.workflow) await seedWorkflow(administrator, listing.workflow, orgId, id);
      await manager.digilist.publishListing({ id });
    }
    result.set(listing.key, { id, zones });
  }
  return result;
}

async function create(
  manager: Client,
  content: TenantContent,
  listing: ListingContent,
  orgId: string,
): Promise<string> {
  const { type, bookingModel, paymentPolicy, name, description, position, capacity, areaM2, stock } = listing;
  const { street, postalCode, city, bufferAfterMinutes } = listing;
  const made = await oncePropagated(() =>
    manager.digilist.createListing({
      orgId,
      type,
      bookingModel,
      paymentPolicy,
      name,
      description,
      position,
      address: { street, postalCode, city },
      municipalityCode: content.municipalityCode,
      terms: content.terms,
      ...(capacity !== undefined && { capacity }),
      ...(areaM2 !== undefined && { areaM2 }),
      ...(stock !== undefined && { stock }),
      ...(bufferAfterMinutes !== undefined && { bufferAfterMinutes }),
    }),
  );
  return made.id;
}

async function seedZones(manager: Client, listing: ListingContent, id: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  if (!listing.zones) return ids;
  const { data: there } = await manager.digilist.listZones({ id });
  for (const { key, name, parts, capacity, areaM2 } of listing.zones) {
    const existing = there.find((zone) => !zone.implicit && zone.name.nb === name.nb);
    const zone =
      existing ??
      (await manager.digilist.createZone({
        id,
        name,
        ...(parts && { partIds: parts.map((part) => found(ids, part)) }),
        ...(capacity !== undefined && { capacity }),
        ...(areaM2 !== undefined && { areaM2 }),
      }));
    ids.set(key, zone.id);
  }
  return ids;
}

async function seedRules(
  manager: Client,
  listing: ListingContent,
  id: string,
  zones: Map<string, string>,
): Promise<void> {
  const hours = await manager.digilist.getAvailabilityRules({ id });
  await manager.digilist.putAvailabilityRules({ id, rules: [...listing.hours] }, { ifMatch: hours });
  const rules = await manager.digilist.getBookingRules({ id });
  await manager.digilist.putBookingRules({ id, ...listing.rules }, { ifMatch: rules });
  const prices = await manager.digilist.getPricingRules({ id });
  const wanted = listing.prices.map((price) => pricingRule(price, zones));
  await manager.digilist.putPricingRules({ id, rules: wanted }, { ifMatch: prices });
}

function pricingRule(price: PriceContent, zones: Map<string, string>) {
  const { name, kroner, unit, zone, addOn, vatExempt, ...when } = price;
  return {
    name,
    unit,
    amount: money(kroner * 100),
    ...when,
    ...(zone !== undefined && { zoneId: found(zones, zone) }),
    ...(addOn !== undefined && { kind: 'add_on' as const, key: addOn }),
    ...(vatExempt && { vatBasisPoints: 0 }),
  };
}

async function seedWorkflow(
  administrator: Client,
  { name, steps }: NonNullable<ListingContent['workflow']>,
  orgId: string,
  listingId: string,
): Promise<void> {
  const { data: there } = await oncePropagated(() => administrator.digilist.listApprovalWorkflows({}));
  if (there.some((workflow) => workflow.listingId === listingId)) return;
  await oncePropagated(() =>
    administrator.digilist.createApprovalWorkflow({
      orgId,
      listingId,
      name,
      steps: steps.map((step) => ({ ...step })),
    }),
  );
}
