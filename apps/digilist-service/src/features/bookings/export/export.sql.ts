import { type Statement, statement } from '@kit/service';
import { iso } from '../../../database/shapes.js';
import { type ListFilter, questionOf } from '../bookings.sql.js';

/** A booking as a line of the table. */
export interface ExportRow extends Record<string, unknown> {
  id: string;
  status: string;
  listing: string;
  zone: string;
  startsAt: string;
  endsAt: string;
  timezone: string;
  quantity: number;
  attendees: number | null;
  purpose: string | null;
  booker: string;
  email: string;
  behalf: string | null;
  owner: string;
  pricingGroup: string;
  net: number;
  vat: number;
  total: number;
  currency: string;
  createdAt: string;
  recurringBookingId: string | null;
}

/** Newest first, so that what is booked meanwhile comes before the first piece and into none. */
export function exportStatement(
  filter: ListFilter,
  locale: string,
  beforeId: string | null,
  limit: number,
): { statement: Statement; values: unknown[] } {
  const { name, conditions, values } = questionOf(filter);
  const add = (value: unknown): string => `$${values.push(value)}`;
  const language = add(locale);
  const text = (column: string) => `coalesce(${column} ->> ${language}, ${column} ->> 'nb')`;
  if (beforeId !== null) conditions.push(`b.id < ${add(beforeId)}::uuid`);
  const asked = `export-bookings ${beforeId === null ? '' : 'after '}${name}`.trim();
  return {
    statement: statement(
      asked,
      `SELECT b.id, b.status, ${text('l.name')} AS listing, ${text('z.name')} AS zone,
         ${iso('b.starts_at')} AS "startsAt", ${iso('b.ends_at')} AS "endsAt", b.timezone, b.quantity, b.attendees, b.purpose,
         u.name AS booker, u.email, f.name AS behalf, o.name AS owner, b.pricing_group AS "pricingGroup",
         b.net::float8 AS net, b.vat::float8 AS vat, b.total::float8 AS total, b.currency,
         ${iso('b.created_at')} AS "createdAt", b.recurring_booking_id AS "recurringBookingId"
       FROM digilist.bookings b
       JOIN digilist.listings l ON l.tenant_id = $1 AND l.id = b.listing_id
       JOIN digilist.zones z ON z.tenant_id = $1 AND z.id = b.zone_id
       JOIN digilist.platform_users u ON u.tenant_id = $1 AND u.id = b.user_id
       JOIN digilist.platform_organizations o ON o.tenant_id = $1 AND o.id = b.org_id
       LEFT JOIN digilist.platform_organizations f ON f.tenant_id = $1 AND f.id = b.on_behalf_of_org_id
       WHERE ${conditions.join(' AND ')} ORDER BY b.id DESC LIMIT ${add(limit)}`,
    ),
    values,
  };
}
