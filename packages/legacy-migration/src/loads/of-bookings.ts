import { instantOfWall, iso, readInstant } from '../clean/times.js';
import { basisPoints, cleanText, minorUnits, whole, withoutVat } from '../clean/values.js';
import { bookingStatus, paymentStatus, providerOf } from '../clean/words.js';
import { idOf } from '../ids.js';
import { byId, type Load, type NewRow, type Outcome, type Row, rejected } from '../load.js';
import type { World } from '../world.js';
import { bookingId } from './bookings.js';
import { givenBy, LEGACY_ZONE, madeBy, UNDATED } from './given.js';
import { PERSON, personOf } from './people.js';

const OF_BOOKING =
  'b.id AS booking, b.listing_id AS booking_listing, b.zone_id AS booking_zone, b.created_at AS booking_made';

/** The booking that a row hangs on, or why there is none to hang on. */
function bookingOf(row: Row, { catalogue, rejections }: World) {
  if (!row.booking) return 'ORPHAN_BOOKING';
  const listing = catalogue.listings.get(row.booking_listing ?? '');
  if (!listing || rejections.has('bookings', row.booking)) return 'BOOKING_REJECTED';
  return { id: bookingId(row.booking, row.booking_made ?? null), listing };
}

export const bookingItems = (world: World): Load =>
  byId({
    name: 'booking_items',
    into: 'digilist',
    table: 'booking_items',
    tables: ['booking_items'],
    select: `SELECT t.id, t.description, t.quantity, t.amount, b.vat_percent, ${OF_BOOKING} FROM booking_items t LEFT JOIN bookings b ON b.id = t.booking_id`,
    type: 'bigint',
    decideOne: (row) => {
      const booking = bookingOf(row, world);
      if (typeof booking === 'string') return rejected(row, booking);
      const total = minorUnits(row.amount ?? null);
      if (total === null || total < 0) return rejected(row, 'AMOUNT_INVALID');
      const { listing } = booking;
      const said = whole(row.quantity ?? null);
      const at = readInstant(row.booking_made ?? null);
      const zone = world.catalogue.zones.get(row.booking_zone ?? '');
      const zoneId = zone && !('refused' in zone) ? zone.id : listing.whole.id;
      const { net, vat } = withoutVat(total, basisPoints(row.vat_percent ?? null) ?? 0);
      const snapshot = {
        listing: { nb: listing.name },
        zone: { nb: listing.name },
        type: listing.type,
        pricingGroup: 'private',
        lines: [],
        refundLadder: null,
        description: row.description,
      };
      return {
        kind: 'rows',
        legacyId: row.id as string,
        repairs: said === null || said < 1 ? ['QUANTITY_UNKNOWN'] : [],
        rows: [
          [
            'booking_items',
            {
              tenant_id: listing.tenantId,
              id: idOf('booking-item', row.id as string, at),
              booking_id: booking.id,
              listing_id: listing.id,
              zone_id: zoneId,
              listing_version: 1,
              quantity: said !== null && said > 0 ? said : 1,
              snapshot: JSON.stringify(snapshot),
              net,
              vat,
              total,
              ...madeBy(at ?? UNDATED, listing.serviceUserId),
            },
          ],
        ],
      };
    },
  });

export const bookingHistory = (world: World): Load =>
  byId({
    name: 'booking_history',
    into: 'digilist',
    table: 'booking_history',
    tables: ['booking_history'],
    select: `SELECT t.id, t.old_status, t.new_status, t.comment, t.changed_at, t.changed_by, ${OF_BOOKING}, ${PERSON('u', 'user_')}
      FROM booking_history t LEFT JOIN bookings b ON b.id = t.booking_id LEFT JOIN users u ON u.id = t.changed_by`,
    type: 'bigint',
    decideOne: (row) => {
      const booking = bookingOf(row, world);
      if (typeof booking === 'string') return rejected(row, booking);
      const to = bookingStatus(row.new_status ?? null);
      if (to === null) return rejected(row, 'STATUS_UNKNOWN');
      const { listing } = booking;
      const person = personOf(row, world, 'user_');
      const by = person?.tenantId === listing.tenantId ? person.id : null;
      const at = instantOfWall(row.changed_at ?? null, LEGACY_ZONE);
      const repairs = [
        ...(by === null && row.changed_by !== null ? ['ACTOR_UNKNOWN'] : []),
        ...(at === null ? ['TIME_UNKNOWN'] : at.repair ? [at.repair] : []),
      ];
      const moment = at?.at ?? readInstant(row.booking_made ?? null) ?? UNDATED;
      return {
        kind: 'rows',
        legacyId: row.id as string,
        repairs,
        rows: [
          [
            'booking_history',
            {
              tenant_id: listing.tenantId,
              id: idOf('history', row.id as string, moment),
              booking_id: booking.id,
              from_status: bookingStatus(row.old_status ?? null),
              to_status: to,
              actor_kind: by === null ? 'job' : 'user',
              reason: cleanText(row.comment ?? null, 1000),
              change: 'status',
              ...madeBy(moment, by ?? listing.serviceUserId),
            },
          ],
        ],
      };
    },
  });

const PAYMENT_TABLES = [
  'payment_providers',
  'payments',
  'payment_bookings',
  'refunds',
  'ledger_entries',
  'ledger_lines',
];

/**
 * Money that came in, with its two sides in the books. Each provider of then becomes one that takes nothing any more:
 * its secrets stay where they were, and giving money back that it took is done there.
 */
export const payments = (world: World): Load =>
  byId({
    name: 'payments',
    into: 'digilist',
    table: 'payments',
    tables: PAYMENT_TABLES,
    main: 'payments',
    select: `SELECT t.id, t.provider, t.reference, t.amount, t.refunded, t.status, t.created_at, t.paid_at, b.vat_percent, ${OF_BOOKING}, ${PERSON('u', 'user_')},
        row_number() OVER (PARTITION BY t.provider, t.reference ORDER BY t.created_at, t.id) AS nth
      FROM payments t LEFT JOIN bookings b ON b.id = t.booking_id LEFT JOIN users u ON u.id = b.user_id`,
    type: 'uuid',
    decideOne: (row) => paymentOf(row, world),
  });

function paymentOf(row: Row, world: World): Outcome {
  const booking = bookingOf(row, world);
  if (typeof booking === 'string') return rejected(row, booking);
  const { listing } = booking;
  const person = personOf(row, world, 'user_');
  if (person?.tenantId !== listing.tenantId) return rejected(row, 'ORPHAN_USER');
  const [amount, refunded] = [
    minorUnits(row.amount ?? null),
    row.refunded === null ? 0 : minorUnits(row.refunded ?? null),
  ];
  if (amount === null || amount <= 0 || refunded === null || refunded < 0 || refunded > amount)
    return rejected(row, 'AMOUNT_INVALID');
  const status = paymentStatus(row.status ?? null);
  if (status === null) return rejected(row, 'STATUS_UNKNOWN');
  const provider = providerOf(row.provider ?? null);
  if (provider === null) return rejected(row, 'PROVIDER_UNKNOWN');
  if (row.nth !== '1' && row.reference) return rejected(row, 'REFERENCE_TWICE');
  const { tenantId, orgId, serviceUserId } = listing;
  const madeAt = readInstant(row.created_at ?? null) ?? UNDATED;
  const paidAt = readInstant(row.paid_at ?? null) ?? madeAt;
  const id = idOf('payment', row.id as string, readInstant(row.created_at ?? null));
  const paid = status === 'captured' || status === 'refunded';
  const returned = paid ? (status === 'refunded' ? amount : refunded) : 0;
  const rate = basisPoints(row.vat_percent ?? null) ?? 0;
  const { net, vat } = withoutVat(amount, rate);
  const providerId = idOf('payment-provider', `${tenantId} ${provider}`);
  const given = givenBy(madeAt, person.id);
  const rows: (readonly [string, NewRow])[] = [
    [
      'payment_providers',
      {
        tenant_id: tenantId,
        id: providerId,
        provider,
        integration_id: idOf('integration', `${tenantId} ${provider}`),
        currency: 'NOK',
        status: 'disabled',
        position: 0,
        ...givenBy(UNDATED, serviceUserId),
      },
    ],
    [
      'payments',
      {
        tenant_id: tenantId,
        org_id: orgId,
        id,
        user_id: person.id,
        provider_id: providerId,
        provider,
        provider_reference: cleanText(row.reference ?? null, 200),
        status: returned === amount ? 'refunded' : paid ? 'captured' : status,
        amount,
        currency: 'NOK',
        authorized: paid ? amount : 0,
        captured: paid ? amount : 0,
        promised: returned,
        refunded: returned,
        locale: 'nb',
        description: listing.name,
        return_url: '',
        expires_at: iso(madeAt),
        captured_at: paid ? iso(paidAt) : null,
        ...given,
      },
    ],
    [
      'payment_bookings',
      {
        tenant_id: tenantId,
        id: idOf('payment-booking', row.id as string),
        payment_id: id,
        booking_id: booking.id,
        amount,
        parts: JSON.stringify([{ vatBasisPoints: rate, net, vat }]),
        paid: paid ? amount : 0,
        promised: returned,
        refunded: returned,
        ...given,
      },
    ],
  ];
  if (paid) {
    const refundId = idOf('refund', row.id as string, paidAt);
    const entry = (
      kind: string,
      sourceId: string,
      at: number,
      lines: readonly (readonly [account: string, amount: number])[],
    ) => {
      const entryId = idOf(`ledger ${kind}`, row.id as string, at);
      rows.push([
        'ledger_entries',
        {
          tenant_id: tenantId,
          org_id: orgId,
          id: entryId,
          kind,
          source_id: sourceId,
          currency: 'NOK',
          ...madeBy(at, serviceUserId),
        },
      ]);
      for (const [account, value] of lines.filter((line) => line[1] !== 0)) {
        const byRate = account === 'revenue' || account === 'vat_payable';
        rows.push([
          'ledger_lines',
          {
            tenant_id: tenantId,
            id: idOf(`ledger ${kind} ${account}`, row.id as string, at),
            entry_id: entryId,
            account,
            vat_basis_points: byRate ? rate : null,
            amount: value,
            booking_id: booking.id,
            ...madeBy(at, serviceUserId),
          },
        ]);
      }
    };
    entry('payment_captured', id, paidAt, [
      ['provider_clearing', amount],
      ['revenue', -net],
      ['vat_payable', -vat],
    ]);
    if (returned > 0) {
      const back = withoutVat(returned, rate);
      rows.push([
        'refunds',
        {
          tenant_id: tenantId,
          org_id: orgId,
          id: refundId,
          payment_id: id,
          booking_id: booking.id,
          amount: returned,
          currency: 'NOK',
          cause: 'manual',
          reason: 'Refunded in the former system',
          status: 'confirmed',
          confirmed_at: iso(paidAt),
          ...givenBy(paidAt, serviceUserId),
        },
      ]);
      entry('refund_promised', refundId, paidAt, [
        ['revenue', back.net],
        ['vat_payable', back.vat],
        ['refunds_payable', -returned],
      ]);
      entry('refund_paid', refundId, paidAt, [
        ['refunds_payable', returned],
        ['provider_clearing', -returned],
      ]);
    }
  }
  return { kind: 'rows', legacyId: row.id as string, rows };
}
