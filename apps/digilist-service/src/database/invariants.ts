/** What must hold whatever happened before: each statement answers the rows that break it. Run as a role that sees every tenant. */
export const INVARIANTS: Readonly<Record<string, string>> = {
  'no two bookings have an exclusive atom at the same time': `
    SELECT a.tenant_id, a.atom_id, a.id, b.id AS other
    FROM digilist.allocations a
    JOIN digilist.allocations b ON b.tenant_id = a.tenant_id AND b.atom_id = a.atom_id AND b.id > a.id
      AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at
    WHERE a.active AND b.active AND a.exclusive AND b.exclusive AND NOT (a.buffer AND b.buffer)`,
  'no counted atom is out more often than there are': `
    SELECT load.tenant_id, load.atom_id, load.at FROM (
      SELECT a.tenant_id, a.atom_id, e.at, t.stock,
        sum(e.change) OVER (PARTITION BY a.tenant_id, a.atom_id ORDER BY e.at, e.change ROWS UNBOUNDED PRECEDING) AS out
      FROM digilist.allocations a
      JOIN digilist.atoms t ON t.tenant_id = a.tenant_id AND t.id = a.atom_id AND NOT t.exclusive
      CROSS JOIN LATERAL (VALUES (a.starts_at, a.quantity), (a.ends_at, -a.quantity)) e (at, change)
      WHERE a.active
    ) load WHERE load.out > load.stock`,
  'a booking that holds its time has it, and any other has none': `
    SELECT b.tenant_id, b.id, b.status, count(a.id) AS held
    FROM digilist.bookings b
    LEFT JOIN digilist.allocations a ON a.tenant_id = b.tenant_id AND a.booking_id = b.id AND a.active AND NOT a.buffer
      AND a.starts_at = b.starts_at AND a.ends_at = b.ends_at
    GROUP BY b.tenant_id, b.id, b.status
    HAVING (b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed')) <> (count(a.id) > 0)
      AND b.status NOT IN ('completed', 'no_show')`,
  'a hold does not end before the booking that relies on it': `
    SELECT b.tenant_id, b.id FROM digilist.bookings b
    JOIN digilist.allocations a ON a.tenant_id = b.tenant_id AND a.booking_id = b.id AND a.active
    WHERE a.expires_at IS DISTINCT FROM b.expires_at`,
  'the history of a booking ends in its status and has no gap': `
    SELECT b.tenant_id, b.id FROM digilist.bookings b
    CROSS JOIN LATERAL (
      SELECT (array_agg(h.to_status ORDER BY h.id DESC))[1] AS last, count(*) FILTER (WHERE h.gap) AS gaps
      FROM (
        SELECT s.id, s.to_status, s.from_status IS DISTINCT FROM lag(s.to_status) OVER (ORDER BY s.id) AS gap
        FROM digilist.booking_history s WHERE s.tenant_id = b.tenant_id AND s.booking_id = b.id
      ) h
    ) told
    WHERE told.last IS DISTINCT FROM b.status OR told.gaps > 0`,
  'a booking waits for a decision exactly when its approval is open': `
    SELECT b.tenant_id, b.id FROM digilist.bookings b
    LEFT JOIN digilist.booking_approvals a
      ON a.tenant_id = b.tenant_id AND a.booking_id = b.id AND a.status IN ('open', 'clarification')
    GROUP BY b.tenant_id, b.id, b.status
    HAVING (b.status = 'awaiting_approval')::integer <> count(a.id)`,
  'the events of a booking are numbered 1 to its version': `
    SELECT e.tenant_id, e.id, e.versions FROM (
      SELECT o.tenant_id, o.payload::jsonb ->> 'subject' AS id,
        array_agg((o.payload::jsonb ->> 'aggregateversion')::integer ORDER BY (o.payload::jsonb ->> 'aggregateversion')::integer) AS versions
      FROM digilist.outbox o WHERE o.subject LIKE 'digilist.evt.%.booking.%'
      GROUP BY 1, 2
    ) e
    JOIN digilist.bookings b ON b.tenant_id = e.tenant_id AND b.id = e.id::uuid
    WHERE e.versions <> ARRAY(SELECT generate_series(1, b.version))`,
};

/** Names of the invariants that do not hold, with the first rows that break each. */
export async function brokenInvariants(
  query: (text: string) => Promise<Record<string, unknown>[]>,
  except: readonly (keyof typeof INVARIANTS)[] = [],
): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, text] of Object.entries(INVARIANTS)) {
    if (except.includes(name)) continue;
    const rows = await query(`${text} LIMIT 3`);
    if (rows.length > 0) broken.push(`${name}: ${JSON.stringify(rows)}`);
  }
  return broken;
}
