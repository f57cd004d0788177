import type { PersonalDataRegistry, PersonalTable } from '@kit/service';

/** What is kept for the books: where it is, whose it is, and when it happened. */
export const SUBJECTS = {
  bookings: { owner: 'user_id', happened: 'r.ends_at' },
  payments: { owner: 'user_id', happened: 'coalesce(r.captured_at, r.created_at)' },
  invoices: { owner: 'buyer_user_id', happened: 'r.issue_date::timestamptz' },
} as const;
export type Subject = keyof typeof SUBJECTS;

/** Tenants with their rules, and the user who is nobody in particular. */
export const RULES = `
  SELECT k.tenant_id AS "tenantId", k.subject, k.years, k.legal_ground AS "legalGround", t.service_user_id AS nobody
  FROM digilist.retention_rules k
  JOIN digilist.platform_tenants t ON t.id = k.tenant_id AND NOT t.deleted
  JOIN digilist.platform_users u ON u.tenant_id = t.id AND u.id = t.service_user_id
  ORDER BY k.tenant_id, k.subject`;

/** $1 tenant, $2 years after the end of its year, $3 nobody, $4 now, $5 how many: those that are somebody's still. */
export const dueOf = (subject: Subject): string => {
  const { owner, happened } = SUBJECTS[subject];
  return `
    SELECT r.id FROM digilist.${subject} r
    WHERE r.tenant_id = $1 AND r.${owner} <> $3
      AND make_timestamptz(extract(year FROM ${happened} AT TIME ZONE 'Europe/Oslo')::integer + 1 + $2::integer, 1, 1, 0, 0, 0, 'Europe/Oslo') <= $4
    LIMIT $5`;
};

/** Which columns say who did something. */
export const ACTORS = `
  SELECT c.relname AS "table", a.attname AS "column"
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
  WHERE c.relnamespace = 'digilist'::regnamespace AND a.attname IN ('user_id', 'buyer_user_id', 'created_by', 'updated_by')`;

/** What belongs to a row of a subject although the registry finds it by its user. */
const BESIDE: Partial<Record<Subject, readonly string[]>> = { bookings: ['terms_acceptances'] };
const LINK: Record<Subject, string> = { bookings: 'booking_id', payments: 'payment_id', invoices: 'invoice_id' };

/**
 * What an erasure would take from these rows and from what belongs to them, the registry of personal data says; and all of
 * it becomes nobody's. Amounts and times stay. $1 tenant, $2 rows, $3 nobody, $4 pseudonym
 */
export function anonymise(
  { tables }: PersonalDataRegistry,
  subject: Subject,
  actorsOf: (table: string) => readonly string[],
): string[] {
  const belongs = ({ of, table }: PersonalTable) =>
    ('via' in of && of.table === subject) || BESIDE[subject]?.includes(table) === true;
  const linkOf = ({ of }: PersonalTable) => ('via' in of ? of.via : LINK[subject]);
  // Whose a row is decides whether it is due: it goes last.
  const own = tables.filter(({ table }) => table === subject);
  return [...tables.filter(belongs), ...own].flatMap((of) => {
    const rows = `r.tenant_id = $1 AND r.${of.table === subject ? 'id' : linkOf(of)} = ANY ($2::uuid[])`;
    const every = '($1::uuid, $2::uuid[], $3::uuid, $4::text) IS NOT NULL';
    if (of.rows === 'go') return [`DELETE FROM digilist.${of.table} r WHERE ${rows} AND ${every}`];
    const changes = [
      ...Object.entries(of.columns).map(([column, { erased }]) => `${column} = ${erased}`),
      ...actorsOf(of.table).map((column) => `${column} = CASE WHEN r.${column} IS NOT NULL THEN $3::uuid END`),
    ];
    return changes.length === 0
      ? []
      : [`UPDATE digilist.${of.table} r SET ${changes.join(', ')} WHERE ${rows} AND ${every}`];
  });
}
