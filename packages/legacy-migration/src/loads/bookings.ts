import type { BookingStatus } from '@digilist/contracts';
import type { ListingPlace } from '../catalogue.js';
import { losers, type TimeClaim } from '../clashes.js';
import { instantOfWall, iso, localDate, readInstant } from '../clean/times.js';
import { basisPoints, cleanText, minorUnits, whole, withoutVat } from '../clean/values.js';
import { bookingStatus } from '../clean/words.js';
import { idOf } from '../ids.js';
import { type Clash, type Load, literal, type NewRow, type Outcome, type Row, rejected } from '../load.js';
import type { World } from '../world.js';
import { givenBy, LEGACY_ZONE, madeBy, UNDATED } from './given.js';
import { PERSON, type Person, personOf } from './people.js';

const DAY = 86_400_000;
const MAX_DAYS = 400;
const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** The id of a booking is asked for by all that hangs on it. @param createdAt as the legacy row has it */
export const bookingId = (legacyId: string, createdAt: string | null): string =>
  idOf('booking', legacyId, readInstant(createdAt));

const HOLDS_TIME: ReadonlySet<BookingStatus> = new Set([
  'awaiting_payment',
  'awaiting_approval',
  'confirmed',
  'completed',
  'no_show',
]);

interface Candidate {
  readonly row: Row;
  readonly id: string;
  readonly listing: ListingPlace;
  readonly zoneId: string;
  readonly atoms: readonly string[];
  readonly person: Person;
  readonly createdBy: string;
  readonly behalf: string | null;
  readonly from: number;
  readonly to: number;
  readonly madeAt: number;
  readonly quantity: number;
  readonly total: number;
  readonly vatBasisPoints: number;
  readonly said: BookingStatus;
  readonly repairs: string[];
}

/**
 * Bookings with their time in the calendar, listing by listing: who of several had the time first cannot be said of one
 * booking alone. Memory holds the bookings of one listing.
 */
export const bookings = (world: World): Load => ({
  name: 'bookings',
  into: 'digilist',
  from: 'legacy',
  tables: ['bookings', 'allocations', 'booking_approvals', 'booking_history'],
  count: 'SELECT count(*) FROM bookings',
  query: (position) =>
    `SELECT t.*, coalesce(t.listing_id, '${NOWHERE}') AS of_listing, ${PERSON('u', 'user_')}, ${PERSON('c', 'creator_')}
     FROM (SELECT id, listing_id, zone_id, user_id AS booker, created_by AS creator, organization_id, status, starts_at, ends_at, time_zone,
       quantity, attendees, purpose, amount, vat_percent, payment_method, created_at, confirmed_at FROM bookings) t
     LEFT JOIN users u ON u.id = t.booker LEFT JOIN users c ON c.id = t.creator
     ${position === null ? '' : `WHERE coalesce(t.listing_id, '${NOWHERE}') >= ${literal(positionOf(position).listing)}::uuid`}
     ORDER BY coalesce(t.listing_id, '${NOWHERE}'), t.id`,
  group: (row) => row.of_listing as string,
  position: (row) => `${row.of_listing} ${row.id}`,
  // The listing at which it stopped is decided again, as it was then; what was written of it is passed over.
  isBehind: (row, position) => {
    const { listing, id } = positionOf(position);
    return row.of_listing === listing && BigInt(row.id as string) <= BigInt(id);
  },
  decide: (rows) => decide(rows, world),
});

const positionOf = (position: string): { listing: string; id: string } => {
  const [listing = NOWHERE, id = '0'] = position.split(' ');
  return { listing, id };
};

function decide(rows: readonly Row[], world: World): Outcome[] {
  const read = rows.map((row) => candidateOf(row, world));
  const candidates = read.filter((each): each is Candidate => 'id' in each);
  const claims = candidates.filter(({ said }) => HOLDS_TIME.has(said)).map(claimOf);
  const lost = losers(claims, candidates[0]?.listing.stock ?? null);
  return read.map((each) => ('id' in each ? bookingOf(each, lost.get(each.row.id as string) ?? null, world) : each));
}

const claimOf = ({ row, atoms, from, to, quantity, madeAt, said }: Candidate): TimeClaim => {
  const confirmed = said === 'confirmed' || said === 'completed' || said === 'no_show';
  const confirmedAt = confirmed ? (readInstant(row.confirmed_at ?? null) ?? madeAt) : null;
  return { key: row.id as string, atoms, from, to, quantity, confirmedAt, madeAt };
};

function candidateOf(row: Row, world: World): Candidate | Outcome {
  const { catalogue, asOf } = world;
  const listing = catalogue.listings.get(row.listing_id ?? '');
  if (!listing) return rejected(row, 'ORPHAN_LISTING');
  const person = personOf(row, world, 'user_');
  if (!person) return rejected(row, 'ORPHAN_USER');
  if (person.tenantId !== listing.tenantId) return rejected(row, 'OTHER_TENANT');
  const repairs: string[] = [];
  const zone = row.zone_id === null ? null : catalogue.zones.get(row.zone_id ?? '');
  const counted = zone !== null && zone !== undefined && 'refused' in zone && zone.refused === 'ZONE_OF_COUNTED';
  if (
    zone === undefined ||
    (zone !== null && !counted && ('refused' in zone || zone.legacyListingId !== row.listing_id))
  )
    return rejected(row, 'ORPHAN_ZONE');
  const place = zone === null || 'refused' in zone ? listing.whole : zone;
  const times = timesOf(row);
  if (typeof times === 'string') return rejected(row, times);
  repairs.push(...times.repairs);
  const said = bookingStatus(row.status ?? null);
  if (said === null) return rejected(row, 'STATUS_UNKNOWN');
  const total = row.amount === null ? 0 : minorUnits(row.amount ?? null);
  if (total === null || total < 0) return rejected(row, 'AMOUNT_INVALID');
  const quantity = whole(row.quantity ?? null);
  if (quantity === null || quantity < 1) repairs.push('QUANTITY_UNKNOWN');
  const creator = personOf(row, world, 'creator_');
  const own = creator?.tenantId === listing.tenantId ? creator : null;
  if (row.creator !== null && own === null) repairs.push('CREATOR_UNKNOWN');
  const organization = catalogue.organizations.get(row.organization_id ?? '');
  const behalf = organization?.tenantId === listing.tenantId ? organization.id : null;
  if (row.organization_id !== null && behalf === null) repairs.push('ORGANIZATION_DROPPED');
  const madeAt = readInstant(row.created_at ?? null);
  if (madeAt === null) repairs.push('TIME_UNKNOWN');
  return {
    row,
    id: bookingId(row.id as string, row.created_at ?? null),
    listing,
    zoneId: place.id,
    atoms: place.atoms,
    person,
    createdBy: own?.id ?? person.id,
    behalf,
    from: times.from,
    to: times.to,
    madeAt: madeAt ?? UNDATED,
    quantity: quantity !== null && quantity > 0 ? quantity : 1,
    total,
    vatBasisPoints: basisPoints(row.vat_percent ?? null) ?? 0,
    said: byNow(said, times.from, times.to, asOf, repairs),
    repairs,
  };
}

function timesOf(row: Row): { from: number; to: number; repairs: string[] } | string {
  const zone = row.time_zone ?? LEGACY_ZONE;
  if (!['Europe/Oslo', 'UTC'].includes(zone)) return 'ZONE_UNKNOWN';
  const from = instantOfWall(row.starts_at ?? null, zone, 'first');
  const to = instantOfWall(row.ends_at ?? null, zone, 'last');
  if (!from || !to) return 'TIME_UNKNOWN';
  if (to.at <= from.at) return 'ENDS_BEFORE_IT_BEGINS';
  if (to.at - from.at > MAX_DAYS * DAY || from.at < Date.UTC(2000, 0, 1) || to.at >= Date.UTC(2127, 0, 1))
    return 'TIME_OUT_OF_RANGE';
  return { from: from.at, to: to.at, repairs: [from.repair, to.repair].filter((repair) => repair !== undefined) };
}

/**
 * What nobody wrote down in time. Left to the jobs, every such booking of ten years would be ended with a mail.
 */
function byNow(said: BookingStatus, from: number, to: number, asOf: number, repairs: string[]): BookingStatus {
  if (said === 'confirmed' && to <= asOf) {
    repairs.push('COMPLETED_BY_TIME');
    return 'completed';
  }
  if ((said === 'draft' || said === 'awaiting_payment' || said === 'awaiting_approval') && from <= asOf) {
    repairs.push('EXPIRED_BY_TIME');
    return 'expired';
  }
  return said;
}

function bookingOf(candidate: Candidate, wonBy: string | null, { asOf }: World): Outcome {
  const { row, id, listing, zoneId, person, createdBy, from, to, madeAt, total, vatBasisPoints, repairs } = candidate;
  const { tenantId, orgId } = listing;
  const toCome = to > asOf;
  const legacyId = row.id as string;
  // The later of two for one time is kept as history: what is past as it was, what is to come as cancelled.
  const status: BookingStatus = wonBy !== null && toCome ? 'cancelled' : candidate.said;
  const { net, vat } = withoutVat(total, vatBasisPoints);
  const policy = status === 'awaiting_payment' ? 'PAY_AND_CONFIRM' : total === 0 ? 'FREE' : 'INVOICE';
  const given = givenBy(madeAt, createdBy);
  const money = (amount: number) => ({ amount, currency: 'NOK' });
  const line = {
    kind: 'period',
    name: { nb: 'Pris i tidligere system' },
    ruleId: id,
    ruleVersion: 1,
    startsAt: iso(from),
    endsAt: iso(to),
    unit: null,
    quantity: null,
    rate: null,
    net: money(net),
    vatBasisPoints,
    vat: money(vat),
    total: money(total),
  };
  const rows: (readonly [string, NewRow])[] = [
    [
      'bookings',
      {
        tenant_id: tenantId,
        id,
        org_id: orgId,
        listing_id: listing.id,
        zone_id: zoneId,
        user_id: person.id,
        on_behalf_of_org_id: candidate.behalf,
        status,
        payment_policy: policy,
        starts_at: iso(from),
        ends_at: iso(to),
        timezone: LEGACY_ZONE,
        quantity: candidate.quantity,
        attendees: positive(row.attendees ?? null),
        purpose: cleanText(row.purpose ?? null, 500),
        pricing_group: 'private',
        currency: 'NOK',
        net,
        vat,
        total,
        price_lines: total === 0 ? '[]' : JSON.stringify([line]),
        expires_at: status === 'awaiting_payment' ? iso(Math.min(asOf + 7 * DAY, from)) : null,
        ...given,
      },
    ],
  ];
  if (wonBy === null && HOLDS_TIME.has(status)) {
    for (const atom of candidate.atoms) {
      rows.push([
        'allocations',
        {
          tenant_id: tenantId,
          id: idOf('allocation', `${legacyId} ${atom}`, madeAt),
          atom_id: atom,
          booking_id: id,
          kind: 'BOOKING',
          status: 'active',
          during: `[${iso(from)},${iso(to)})`,
          quantity: candidate.quantity,
          expires_at: status === 'awaiting_payment' ? iso(Math.min(asOf + 7 * DAY, from)) : null,
          ...given,
        },
      ]);
    }
  }
  if (status === 'awaiting_approval') {
    rows.push([
      'booking_approvals',
      {
        tenant_id: tenantId,
        org_id: orgId,
        id: idOf('approval', legacyId, madeAt),
        booking_id: id,
        level: 'manager',
        status: 'open',
        priority: 'normal',
        reasons: '[]',
        step: 1,
        ...given,
      },
    ]);
  }
  if (wonBy === null) return { kind: 'rows', legacyId, rows, repairs };
  if (status !== candidate.said) {
    const why = `The time had been confirmed to booking ${wonBy} of the former system before.`;
    rows.push([
      'booking_history',
      {
        tenant_id: tenantId,
        id: idOf('clash', legacyId, madeAt),
        booking_id: id,
        from_status: candidate.said,
        to_status: 'cancelled',
        actor_kind: 'job',
        reason: why,
        change: 'status',
        ...madeBy(madeAt, listing.serviceUserId),
      },
    ]);
  }
  const clash: Clash = {
    listing: `${listing.name} (${localDate(from, LEGACY_ZONE)})`,
    from: iso(from),
    to: iso(to),
    wonBy,
    kept: toCome ? 'cancelled' : 'without_time',
  };
  return { kind: 'rows', legacyId, rows, repairs, clash };
}

const positive = (text: string | null): number | null => {
  const value = whole(text);
  return value !== null && value > 0 ? value : null;
};
