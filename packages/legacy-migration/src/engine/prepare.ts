import { buildCatalogue } from '../catalogue.js';
import { LEFT_BEHIND } from '../plan.js';
import { Refusal } from '../refusal.js';
import { type Plan, Rejections, type RoleTemplate, type World } from '../world.js';
import type { Source } from './source.js';
import type { TargetDatabase } from './target.js';

const PRODUCT = 'digilist';

/** Tables the loads read. */
export const SOURCE_TABLES = [
  'tenants',
  'organizations',
  'users',
  'memberships',
  'user_roles',
  'subscriptions',
  'audit_logs',
  'gdpr_consents',
  'listings',
  'zones',
  'opening_hours',
  'bookings',
  'booking_items',
  'booking_history',
  'payments',
  'invoices',
  'notifications',
];

/** Nothing is lost because nobody thought of it: every table of the source is read, or is known to stay behind. */
export async function requireKnownTables(source: Source, ignored: readonly string[]): Promise<void> {
  const there = await source.tables();
  const known = new Set([...SOURCE_TABLES, ...Object.keys(LEFT_BEHIND), ...ignored]);
  const missing = SOURCE_TABLES.filter((table) => !there.includes(table));
  if (missing.length > 0) {
    throw new Refusal(
      'SOURCE_TABLE_MISSING',
      `The source has no table ${missing.join(', ')}: is --from the database of the former system?`,
    );
  }
  const unknown = there.filter((table) => !known.has(table));
  if (unknown.length > 0) {
    throw new Refusal(
      'SOURCE_TABLE_UNKNOWN',
      `The source has tables that nothing is planned for: ${unknown.join(', ')}. Say --ignore ${unknown[0]} for each that may stay behind.`,
    );
  }
}

export async function readWorld(source: Source, platform: TargetDatabase, asOf: number): Promise<World> {
  const { rows: templates } = await platform.client.query<RoleTemplate>(
    "SELECT key, name, scope, permissions FROM platform.role_templates WHERE status = 'published' AND scope <> 'saas' ORDER BY key",
  );
  const { rows: plans } = await platform.client.query<Plan>(
    `SELECT DISTINCT ON (key) id, key, plan_version AS "planVersion" FROM platform.plans
     WHERE product = $1 AND status = 'active' ORDER BY key, plan_version DESC`,
    [PRODUCT],
  );
  if (plans.length === 0) {
    throw new Refusal(
      'PRODUCT_MISSING',
      `PLATFORM does not know the product ${PRODUCT} yet: start both services once, so that its plans and roles are registered.`,
    );
  }
  const { rows: slugs } = await platform.client.query<{ slug: string; id: string }>(
    'SELECT slug, id FROM platform.tenants',
  );
  const catalogue = buildCatalogue({
    tenants: await source.rows('SELECT id, slug, name FROM tenants ORDER BY id'),
    organizations: await source.rows('SELECT id, tenant_id, parent_id, org_number FROM organizations ORDER BY id'),
    listings: await source.rows(
      'SELECT id, tenant_id, organization_id, title, type, model, capacity, quantity FROM listings ORDER BY id',
    ),
    zones: await source.rows('SELECT id, listing_id, parent_id FROM zones ORDER BY id'),
    slugs: new Map(slugs.map(({ slug, id }) => [slug, id])),
  });
  if (catalogue.tenants.size === 0)
    throw new Refusal('SOURCE_EMPTY', 'The source has no tenants: is --from the right database?');
  return {
    catalogue,
    asOf,
    templates,
    plans: new Map(plans.map((plan) => [plan.key, plan])),
    rejections: new Rejections(),
  };
}
