import { eventually } from '@kit/testing';
import { v7 as uuidv7 } from 'uuid';
import type { Town } from '../platform/testing/platform-stand-in.js';
import type { DigilistWorld } from './digilist-world.js';

export interface HallOptions {
  /** How many parts it is divided into; 1: booked as a whole only. */
  parts?: number;
  /** More than one: a counted unit instead of an exclusive one. */
  stock?: number;
  /** TIME_RANGE unless told, QUANTITY with a stock. */
  model?: string;
  slotMinutes?: number;
  checkIn?: string;
  checkOut?: string;
  timezone?: string;
  /** Every day, open from when until when; day and night unless told. */
  opening?: readonly (readonly [opens: string, closes: string])[];
  /** Of a package: zones of others, and how many. */
  components?: readonly { listingId: string; zoneId: string; quantity?: number }[];
  type?: string;
  status?: string;
  paymentPolicy?: string;
  orgId?: string;
  termsVersion?: string | null;
  bufferMinutes?: number;
  /** Net øre per hour; null: no price at all. */
  pricePerHour?: number | null;
}

export interface Hall {
  listingId: string;
  /** The zone that is all of it. */
  whole: string;
  /** The zones that are its parts; none when it is not divided. */
  parts: string[];
  atoms: string[];
}

const json = (name: string) => JSON.stringify({ nb: name, nn: name, en: name });

/** A published listing, open day and night, as rows: for specs of what happens to its bookings. */
export async function buildHall(world: DigilistWorld, town: Town, options: HallOptions = {}): Promise<Hall> {
  const { parts = 1, stock = 1, type = 'SPACE', status = 'published', orgId = town.orgId } = options;
  const { paymentPolicy = 'INVOICE', termsVersion = '1', bufferMinutes = 0, pricePerHour = 40_000 } = options;
  const { model = stock > 1 ? 'QUANTITY' : 'TIME_RANGE', timezone = 'Europe/Oslo', components = [] } = options;
  const { slotMinutes = null, checkIn = null, checkOut = null, opening = [['00:00', '24:00']] } = options;
  const [listingId, whole, by] = [uuidv7(), uuidv7(), uuidv7()];
  const partIds = parts > 1 ? Array.from({ length: parts }, () => uuidv7()) : [];
  // What a package consists of has the atoms.
  const atoms = model === 'PACKAGE' ? [] : Array.from({ length: parts }, () => uuidv7()).sort();
  const { tenantId } = town;
  // The copies that the rows point at come by the stream.
  await eventually(async () => {
    const copied = 'SELECT FROM digilist.platform_organizations WHERE tenant_id = $1 AND id = $2';
    if ((await world.rows(copied, [tenantId, orgId])).length === 0) throw new Error('the town is not copied yet');
  });
  await world.rows(
    `INSERT INTO digilist.listings (tenant_id, org_id, id, listing_type, booking_model, status, name, payment_policy,
       terms_version, terms, buffer_before_minutes, buffer_after_minutes, slot_minutes, check_in_time, check_out_time, timezone,
       created_by, updated_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $13, $14, $15, $16, $12, $12)`,
    [
      tenantId,
      orgId,
      listingId,
      type,
      model,
      status,
      json('Storevik idrettshall'),
      paymentPolicy,
      termsVersion,
      termsVersion === null ? null : json('Vilkår'),
      bufferMinutes,
      by,
      slotMinutes,
      checkIn,
      checkOut,
      timezone,
    ],
  );
  await world.rows(
    `INSERT INTO digilist.atoms (tenant_id, org_id, listing_id, id, exclusive, stock, created_by, updated_by)
     SELECT $1, $2, $3, id, $5, $6, $7, $7 FROM unnest($4::uuid[]) id`,
    [tenantId, orgId, listingId, atoms, stock === 1, stock, by],
  );
  await world.rows(
    `INSERT INTO digilist.zones (tenant_id, org_id, listing_id, id, name, kind, implicit, position, created_by, updated_by)
     SELECT $1, $2, $3, z.id, $5::jsonb, CASE WHEN z.at = 1 AND $6 THEN 'composite' ELSE 'leaf' END, NOT $6, z.at, $7, $7
     FROM unnest($4::uuid[]) WITH ORDINALITY z (id, at)`,
    [tenantId, orgId, listingId, [whole, ...partIds], json('Sone'), parts > 1, by],
  );
  const zoneAtoms = [...atoms.map((atom) => [whole, atom]), ...partIds.map((part, at) => [part, atoms[at] as string])];
  await world.rows(
    `INSERT INTO digilist.zone_atoms (tenant_id, zone_id, atom_id, created_by)
     SELECT $1, * , $4 FROM unnest($2::uuid[], $3::uuid[])`,
    [tenantId, zoneAtoms.map(([zone]) => zone), zoneAtoms.map(([, atom]) => atom), by],
  );
  await world.rows(
    `INSERT INTO digilist.zone_parts (tenant_id, listing_id, zone_id, part_id, created_by)
     SELECT $1, $2, $3, part, $5 FROM unnest($4::uuid[]) part`,
    [tenantId, listingId, whole, partIds, by],
  );
  await world.rows(
    `INSERT INTO digilist.availability_rules (tenant_id, org_id, listing_id, kind, opens, closes, created_by, updated_by)
     SELECT $1, $2, $3, 'weekly', opens::time, closes::time, $6, $6 FROM unnest($4::text[], $5::text[]) hours (opens, closes)`,
    [tenantId, orgId, listingId, opening.map(([opens]) => opens), opening.map(([, closes]) => closes), by],
  );
  await world.rows(
    `INSERT INTO digilist.booking_rules (tenant_id, org_id, listing_id, max_duration_minutes, horizon_days, created_by, updated_by)
     VALUES ($1, $2, $3, 10080, 1100, $4, $4)`,
    [tenantId, orgId, listingId, by],
  );
  for (const { listingId: componentId, zoneId, quantity = 1 } of components) {
    await world.rows(
      `INSERT INTO digilist.package_items (tenant_id, org_id, listing_id, component_id, zone_id, quantity, created_by, updated_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
      [tenantId, orgId, listingId, componentId, zoneId, quantity, by],
    );
  }
  if (pricePerHour !== null) {
    await world.rows(
      `INSERT INTO digilist.pricing_rules (tenant_id, org_id, listing_id, name, unit, amount, created_by, updated_by)
       VALUES ($1, $2, $3, $4, 'hour', $5, $6, $6)`,
      [tenantId, orgId, listingId, json('Timepris'), pricePerHour, by],
    );
  }
  return { listingId, whole, parts: partIds, atoms };
}
