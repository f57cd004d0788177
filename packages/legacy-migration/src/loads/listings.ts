import type { ListingPlace, ZonePlace } from '../catalogue.js';
import { iso, readInstant } from '../clean/times.js';
import { basisPoints, cleanText, minorUnits, slugOf, timeOfDay, whole } from '../clean/values.js';
import { listingStatus } from '../clean/words.js';
import { idOf } from '../ids.js';
import { byId, type Load, literal, type NewRow, type Outcome, type Row, rejected } from '../load.js';
import type { World } from '../world.js';
import { givenBy, madeBy, UNDATED } from './given.js';

const named = (nb: string): string => JSON.stringify({ nb });

/** A listing with the zone that is the whole of it, its price, and who decides. */
export const listings = (world: World): Load =>
  byId({
    name: 'listings',
    into: 'digilist',
    table: 'listings',
    tables: [
      'approval_workflows',
      'listings',
      'zones',
      'atoms',
      'zone_atoms',
      'pricing_rules',
      'pricing_rule_versions',
    ],
    main: 'listings',
    select: `SELECT t.*, EXISTS (SELECT FROM opening_hours o WHERE o.listing_id = t.id) AS has_hours FROM listings t`,
    type: 'uuid',
    decideOne: (row) => {
      const place = world.catalogue.listings.get(row.id as string);
      return place ? listingOf(row, place) : rejected(row, 'ORPHAN_TENANT');
    },
  });

function listingOf(row: Row, place: ListingPlace): Outcome {
  const { id, tenantId, orgId, serviceUserId, stock, whole: zone } = place;
  const repairs = [...place.repairs];
  const made = readInstant(row.created_at ?? null) ?? UNDATED;
  const given = givenBy(made, serviceUserId);
  const asked = minorUnits(row.price_per_hour ?? null);
  if (asked !== null && asked < 0) repairs.push('PRICE_NEGATIVE');
  const price = asked !== null && asked > 0 ? asked : null;
  const rate = basisPoints(row.vat_percent ?? null) ?? 2500;
  const said = row.deleted_at === null ? listingStatus(row.status ?? null) : 'archived';
  if (said === null) repairs.push('STATUS_UNKNOWN');
  // What has no hours cannot be offered: whoever looks after it says when it is open, and publishes it again.
  const shown = said === 'published' && row.has_hours === 'f' ? 'draft' : (said ?? 'draft');
  if (said === 'published' && shown !== 'published') repairs.push('NO_OPENING_HOURS');
  const capacity = positive(row.capacity ?? null);
  const postalCode = /^[0-9]{4}$/.test(row.postal_code ?? '') ? row.postal_code : null;
  const workflowId = row.requires_approval === 't' ? idOf('workflow', row.id as string) : null;
  const inOrg = { tenant_id: tenantId, org_id: orgId };
  const rule = { id: idOf('price', row.id as string), name: named('Leie'), amount: price ?? 0 };
  const rows: (readonly [string, NewRow])[] = [];
  if (workflowId !== null) {
    const steps = JSON.stringify([{ key: 'always', when: { kind: 'always' }, level: 'manager', workingDays: 3 }]);
    rows.push([
      'approval_workflows',
      {
        ...inOrg,
        id: workflowId,
        name: named(`Godkjenning: ${place.name}`.slice(0, 120)),
        steps,
        status: 'active',
        ...given,
      },
    ]);
  }
  rows.push([
    'listings',
    {
      ...inOrg,
      id,
      listing_type: place.type,
      booking_model: place.model,
      status: shown,
      name: named(place.name),
      slug: `${slugOf(place.name)}-${(row.id as string).slice(0, 8)}`,
      description: row.description ? JSON.stringify({ nb: row.description }) : '{}',
      street: cleanText(row.address ?? null, 200),
      postal_code: postalCode,
      city: cleanText(row.city ?? null, 100),
      capacity,
      timezone: 'Europe/Oslo',
      payment_policy: price === null ? 'FREE' : 'INVOICE',
      approval_workflow_id: workflowId,
      slot_minutes: place.model === 'SLOT' ? 60 : null,
      published_at: shown === 'published' ? iso(made) : null,
      ...given,
    },
  ]);
  rows.push([
    'zones',
    {
      ...inOrg,
      listing_id: id,
      id: zone.id,
      name: named(place.name),
      kind: zone.parts.length > 0 ? 'composite' : 'leaf',
      implicit: zone.parts.length === 0,
      capacity,
      position: 0,
      status: 'active',
      shape: 1,
      ...given,
    },
  ]);
  if (zone.parts.length === 0) {
    const [atom] = zone.atoms as [string];
    rows.push([
      'atoms',
      { ...inOrg, listing_id: id, id: atom, exclusive: stock === null, stock: stock ?? 1, ...given },
    ]);
    rows.push(['zone_atoms', link('zone-atom', tenantId, { zone_id: zone.id, atom_id: atom }, made, serviceUserId)]);
  }
  if (price !== null) {
    const terms = {
      kind: 'period',
      name: { nb: 'Leie' },
      unit: 'hour',
      amount: { amount: price, currency: 'NOK' },
      vatBasisPoints: rate,
      priority: 0,
    };
    rows.push([
      'pricing_rules',
      {
        ...inOrg,
        listing_id: id,
        ...rule,
        kind: 'period',
        unit: 'hour',
        currency: 'NOK',
        vat_basis_points: rate,
        priority: 0,
        status: 'active',
        ...given,
      },
    ]);
    rows.push([
      'pricing_rule_versions',
      {
        ...inOrg,
        listing_id: id,
        id: idOf('price-version', row.id as string),
        rule_id: rule.id,
        rule_version: 1,
        status: 'active',
        terms: JSON.stringify(terms),
        ...madeBy(made, serviceUserId),
      },
    ]);
  }
  return { kind: 'rows', legacyId: row.id as string, repairs, rows };
}

const positive = (text: string | null): number | null => {
  const value = whole(text);
  return value !== null && value > 0 ? value : null;
};

const link = (kind: string, tenantId: string, ends: Record<string, string>, at: number, by: string): NewRow => ({
  tenant_id: tenantId,
  id: idOf(kind, Object.values(ends).join(' ')),
  ...ends,
  ...madeBy(at, by),
});

const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** The zones of a listing together: what is made of what, and the whole of them all. */
export const zones = (world: World): Load => ({
  name: 'zones',
  into: 'digilist',
  from: 'legacy',
  tables: ['zones', 'atoms', 'zone_atoms', 'zone_parts'],
  count: 'SELECT count(*) FROM zones',
  query: (position) =>
    `SELECT t.*, coalesce(t.listing_id, '${NOWHERE}') AS of_listing FROM zones t
     ${position === null ? '' : `WHERE coalesce(t.listing_id, '${NOWHERE}') > ${literal(position)}::uuid`} ORDER BY coalesce(t.listing_id, '${NOWHERE}'), t.id`,
  group: (row) => row.of_listing as string,
  position: (row) => row.of_listing as string,
  decide: (rows) => rows.map((row) => zoneOf(row, world)),
});

function zoneOf(row: Row, { catalogue }: World): Outcome {
  const place = catalogue.zones.get(row.id as string) ?? { refused: 'ORPHAN_LISTING' };
  if ('refused' in place) return rejected(row, place.refused);
  const listing = catalogue.listings.get(place.legacyListingId);
  if (!listing) return rejected(row, 'ORPHAN_LISTING');
  const { tenantId, orgId, id: listingId, serviceUserId: by, whole: all } = listing;
  const at = UNDATED;
  const ofListing = { tenant_id: tenantId, org_id: orgId, listing_id: listingId };
  const name = cleanText(row.name ?? null, 200);
  const status = row.is_active === 'f' ? 'retired' : 'active';
  const leaf = place.parts.length === 0;
  const atoms = (zone: ZonePlace, of: readonly string[]) =>
    of.map((atom) => ['zone_atoms', link('zone-atom', tenantId, { zone_id: zone.id, atom_id: atom }, at, by)] as const);
  const part = (zone: string, of: string): readonly [string, NewRow] => [
    'zone_parts',
    { ...link('zone-part', tenantId, { zone_id: zone, part_id: of }, at, by), listing_id: listingId },
  ];
  return {
    kind: 'rows',
    legacyId: row.id as string,
    repairs: [...place.repairs, ...(name === null ? ['NAME_CHANGED'] : [])],
    rows: [
      [
        'zones',
        {
          ...ofListing,
          id: place.id,
          name: named(name ?? 'Del'),
          kind: leaf ? 'leaf' : 'composite',
          implicit: false,
          capacity: positive(row.capacity ?? null),
          position: whole(row.sort_order ?? null) ?? 0,
          status,
          shape: 1,
          ...givenBy(at, by),
        },
      ],
      ...place.atoms
        .filter(() => leaf)
        .map((atom) => ['atoms', { ...ofListing, id: atom, exclusive: true, stock: 1, ...givenBy(at, by) }] as const),
      ...atoms(place, place.atoms),
      ...place.parts.map((of) => part(place.id, of)),
      ...(all.parts.includes(place.id) ? [part(all.id, place.id), ...atoms(all, place.atoms)] : []),
    ],
  };
}

export const openingHours = (world: World): Load =>
  byId({
    name: 'opening_hours',
    into: 'digilist',
    table: 'opening_hours',
    tables: ['availability_rules'],
    select: 'SELECT t.id, t.listing_id, t.weekday, t.opens, t.closes FROM opening_hours t',
    type: 'integer',
    decideOne: (row) => {
      const listing = world.catalogue.listings.get(row.listing_id ?? '');
      if (!listing) return rejected(row, 'ORPHAN_LISTING');
      const day = whole(row.weekday ?? null);
      const [opens, closes] = [timeOfDay(row.opens ?? null), timeOfDay(row.closes ?? null)];
      if (day === null || day < 0 || day > 7 || opens === null || closes === null || opens >= closes)
        return rejected(row, 'HOURS_INVALID');
      const id = idOf('opening-hours', row.id as string);
      const { tenantId, orgId, id: listingId, serviceUserId } = listing;
      const rule = { kind: 'weekly', weekdays: [day === 0 ? 7 : day], opens, closes };
      return {
        kind: 'rows',
        legacyId: row.id as string,
        rows: [
          [
            'availability_rules',
            {
              tenant_id: tenantId,
              org_id: orgId,
              listing_id: listingId,
              id,
              ...rule,
              ...givenBy(UNDATED, serviceUserId),
            },
          ],
        ],
      };
    },
  });
