import type { QuoteAddOn } from '@digilist/contracts';
import { statement } from '@kit/service';

export const INSERT_QUOTE = statement(
  'insert-quote',
  `INSERT INTO digilist.quotes (tenant_id, id, listing_id, zone_id, user_id, starts_at, ends_at, quantity, pricing_group, discount_code,
     currency, net, vat, total, lines, expires_at, on_behalf_of_org_id, add_ons, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $5)`,
);

export interface QuoteRow extends Record<string, unknown> {
  listingId: string;
  zoneId: string;
  startsAt: Date;
  endsAt: Date;
  quantity: number;
  pricingGroup: string;
  discountCode: string | null;
  onBehalfOfOrgId: string | null;
  addOns: QuoteAddOn[];
  price: unknown;
  expiresAt: Date;
}

/** $2 quote, $3 whose it is. */
export const READ_QUOTE = statement(
  'read-quote',
  `SELECT q.listing_id AS "listingId", q.zone_id AS "zoneId", q.starts_at AS "startsAt", q.ends_at AS "endsAt", q.quantity,
     q.pricing_group AS "pricingGroup", q.discount_code AS "discountCode", q.on_behalf_of_org_id AS "onBehalfOfOrgId",
     q.add_ons AS "addOns", q.expires_at AS "expiresAt",
     json_build_object('net', json_build_object('amount', q.net, 'currency', q.currency),
       'vat', json_build_object('amount', q.vat, 'currency', q.currency),
       'total', json_build_object('amount', q.total, 'currency', q.currency), 'lines', q.lines) AS price
   FROM digilist.quotes q WHERE q.tenant_id = $1 AND q.id = $2 AND q.user_id = $3`,
);

/** Across tenants, each by its own index. $1 those that ran out before, $2 how many at once. */
export const DELETE_OLD_QUOTES = `
  DELETE FROM digilist.quotes d USING (
    SELECT q.tenant_id, q.id FROM digilist.platform_tenants t
    CROSS JOIN LATERAL (SELECT q.tenant_id, q.id FROM digilist.quotes q
      WHERE q.tenant_id = t.id AND q.expires_at < $1 ORDER BY q.expires_at LIMIT $2) q
    LIMIT $2) old
  WHERE d.tenant_id = old.tenant_id AND d.id = old.id RETURNING d.id`;
