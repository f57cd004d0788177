import { createHash } from 'node:crypto';
import { query, type RunningSystem } from '@kit/testing';

type Databases = Pick<RunningSystem, 'urls'>;

/** What PLATFORM has and what DIGILIST copied, with the columns that a copy must repeat. */
const COPIES: readonly [source: string, copy: string, columns: string][] = [
  ['platform.tenants', 'digilist.platform_tenants', 'id, slug, name, status'],
  ['platform.organizations', 'digilist.platform_organizations', 'id, name, kind, parent_id, ancestor_ids, status'],
  ['platform.users', 'digilist.platform_users', 'id, email, name, kind, status, locale'],
  ['platform.user_sessions', 'digilist.platform_user_sessions', 'id'],
  ['platform.memberships', 'digilist.platform_memberships', 'id, user_id, org_id, status'],
  ['platform.roles', 'digilist.platform_roles', 'id, key, name, status'],
  ['platform.user_roles', 'digilist.platform_user_roles', 'id, user_id, role_id, scope, org_id, status'],
  ['platform.subscriptions', 'digilist.platform_subscriptions', 'id, status, valid_from'],
  ['platform.entitlements', 'digilist.platform_entitlements', 'id, status, valid_from'],
  ['platform.data_subject_requests', 'digilist.platform_data_subject_requests', 'id, user_id, kind, status'],
  [
    `(SELECT DISTINCT ON (tenant_id, user_id, purpose) tenant_id, user_id AS id, act AS version, purpose, status
      FROM platform.gdpr_consents ORDER BY tenant_id, user_id, purpose, act DESC)`,
    `(SELECT tenant_id, user_id AS id, version, purpose_key AS purpose, status, deleted FROM digilist.platform_consents)`,
    'id, purpose, status',
  ],
];

const checksum = async (url: string, table: string, columns: string, where = 'true'): Promise<string> => {
  const rows = await query<{ row: string }>(
    url,
    `SELECT (t.tenant_id, t.version, ${columns.replaceAll(/(^|, )/g, '$1t.')})::text AS row FROM ${table} t WHERE ${where} ORDER BY 1`,
  );
  return `${rows.length} rows, ${createHash('sha256')
    .update(rows.map(({ row }) => row).join('\n'))
    .digest('hex')}`;
};

/** What differs between PLATFORM and DIGILIST's copies of it: empty when nothing does. */
export async function drift({ urls }: Databases): Promise<string[]> {
  const differing: string[] = [];
  for (const [source, copy, columns] of COPIES) {
    const there = await checksum(urls.platform.superuser, source, columns);
    const here = await checksum(urls.digilist.superuser, copy, columns, 'NOT t.deleted');
    if (there !== here) differing.push(`${source}: ${there}; ${copy}: ${here}`);
  }
  return differing;
}

/** Records that a service owes and the log does not have, records it has twice, chains with gaps: all empty, or it is wrong. */
export async function auditProblems({ urls }: Databases): Promise<Record<string, number>> {
  const owed: string[] = [];
  for (const context of ['platform', 'digilist'] as const) {
    const text = `SELECT id FROM ${context}.outbox WHERE subject LIKE '${context}.audit.%'`;
    owed.push(...(await query<{ id: string }>(urls[context].superuser, text)).map(({ id }) => id));
  }
  const count = async (text: string): Promise<number> => (await query(urls.platform.superuser, text)).length;
  const logged = await query<{ id: string }>(
    urls.platform.superuser,
    'SELECT record_id AS id FROM platform.audit_logs',
  );
  const there = new Set(logged.map(({ id }) => id));
  return {
    missing: owed.filter((id) => !there.has(id)).length,
    twice: await count('SELECT FROM platform.audit_logs GROUP BY tenant_id, record_id HAVING count(*) > 1'),
    gaps: await count(
      `SELECT FROM platform.audit_heads h WHERE h.seq <> (SELECT count(*) FROM platform.audit_logs a WHERE a.tenant_id = h.tenant_id)`,
    ),
  };
}

/** How many effects of messages there are, by kind: a message that is handled a second time would raise one of them. */
export async function effects({ urls }: Databases): Promise<Record<string, number>> {
  const count = async (url: string, table: string): Promise<number> =>
    (await query<{ n: number }>(url, `SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? -1;
  return {
    'audit records': await count(urls.platform.superuser, 'platform.audit_logs'),
    'webhook deliveries': await count(urls.platform.superuser, 'platform.webhook_deliveries'),
    'dead letters of PLATFORM': await count(urls.platform.superuser, 'platform.dead_letters'),
    'dead letters of DIGILIST': await count(urls.digilist.superuser, 'digilist.dead_letters'),
    notifications: await count(urls.digilist.superuser, 'digilist.notifications'),
    copies: await count(urls.digilist.superuser, 'digilist.platform_users'),
  };
}

/** Rows that are still to be published. */
export async function unpublished({ urls }: Databases): Promise<number> {
  let waiting = 0;
  for (const context of ['platform', 'digilist'] as const)
    waiting += (await query(urls[context].superuser, `SELECT FROM ${context}.outbox WHERE published_at IS NULL`))
      .length;
  return waiting;
}

/** Every copy waits for a state from the stream, which alone makes it right again. */
export async function forgetCopies({ urls }: Databases): Promise<void> {
  await query(urls.digilist.superuser, "DELETE FROM digilist.inbox WHERE consumer = 'digilist_projections'");
  const tables = await query<{ name: string }>(
    urls.digilist.superuser,
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relnamespace = 'digilist'::regnamespace AND c.relkind = 'r'
       AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'projected_at')`,
  );
  for (const { name } of tables) await query(urls.digilist.superuser, `UPDATE ${name} SET version = 0`);
}
