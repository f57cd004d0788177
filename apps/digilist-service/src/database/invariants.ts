/** What must hold whatever happened before: each statement answers the rows that break it. Run as a role that sees every tenant. */
export const INVARIANTS = {
  'a listing is found by each word of its name': `
    SELECT l.tenant_id, l.id, w.word FROM digilist.listings l
    CROSS JOIN LATERAL digilist.plain_words(l.name ->> 'nb') w (word)
    LEFT JOIN digilist.listing_documents d ON d.tenant_id = l.tenant_id AND d.id = l.id
    WHERE strpos(coalesce(d.names, '') || ' ', ' ' || w.word || ' ') = 0`,
  'no category lies below itself': `
    WITH RECURSIVE above (tenant_id, id, at) AS (
      SELECT c.tenant_id, c.id, c.parent_id FROM digilist.categories c
      UNION
      SELECT a.tenant_id, a.id, c.parent_id FROM above a
      JOIN digilist.categories c ON c.tenant_id = a.tenant_id AND c.id = a.at
    )
    SELECT tenant_id, id FROM above WHERE id = at`,
  'the lines of a price add up to it': `
    SELECT b.tenant_id, b.id, b.net, b.vat, b.total FROM digilist.bookings b
    WHERE jsonb_path_exists(b.price_lines, '$[*].net') AND row(b.net, b.vat, b.total) IS DISTINCT FROM (
      SELECT row(sum((l -> 'net' ->> 'amount')::bigint)::bigint, sum((l -> 'vat' ->> 'amount')::bigint)::bigint,
        sum((l -> 'total' ->> 'amount')::bigint)::bigint) FROM jsonb_path_query(b.price_lines, '$[*]') l)`,
  'no discount code is used more often than it counts, or than it may be': `
    SELECT d.tenant_id, d.id, d.used FROM digilist.discount_codes d
    WHERE d.used > coalesce(d.max_uses, d.used) OR d.used < (SELECT count(*) FROM digilist.discount_uses u
      WHERE u.tenant_id = d.tenant_id AND u.discount_code_id = d.id AND u.given_back_at IS NULL)`,
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
  'the calendar holds nothing for a booking but its own time': `
    SELECT b.tenant_id, b.id, b.status, a.starts_at, a.ends_at
    FROM digilist.allocations a
    JOIN digilist.bookings b ON b.tenant_id = a.tenant_id AND b.id = a.booking_id
    WHERE a.active AND (
      b.status NOT IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed', 'completed', 'no_show')
      OR (b.status <> 'no_show' AND NOT a.buffer AND (a.starts_at <> b.starts_at OR a.ends_at <> b.ends_at))
      OR (b.status <> 'no_show' AND a.buffer AND a.ends_at <> b.starts_at AND a.starts_at <> b.ends_at)
      -- What was left of a no-show is free from the next whole minute.
      OR (b.status = 'no_show' AND a.ends_at > b.updated_at + interval '1 minute'))`,
  // Of a package, what its components had when it was booked.
  'a booking of a zone in use has exactly the atoms that belong to it': `
    SELECT b.tenant_id, b.id, b.zone_id FROM digilist.bookings b
    JOIN digilist.zones z ON z.tenant_id = b.tenant_id AND z.id = b.zone_id AND z.status = 'active'
    JOIN digilist.listings l ON l.tenant_id = b.tenant_id AND l.id = b.listing_id AND l.booking_model <> 'PACKAGE'
    WHERE b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed') AND b.ends_at > now()
      AND ARRAY(SELECT a.atom_id FROM digilist.allocations a
        WHERE a.tenant_id = b.tenant_id AND a.booking_id = b.id AND a.active AND NOT a.buffer ORDER BY a.atom_id)
      <> ARRAY(SELECT za.atom_id FROM digilist.zone_atoms za
        WHERE za.tenant_id = b.tenant_id AND za.zone_id = b.zone_id ORDER BY za.atom_id)`,
  'a block that is in force has its time on everything it names, and one that was removed has none': `
    SELECT k.tenant_id, k.id, k.status FROM digilist.blocks k
    LEFT JOIN digilist.zones z ON z.tenant_id = k.tenant_id AND z.id = k.zone_id
    WHERE k.ends_at > now() AND (z.id IS NULL OR z.status = 'active')
      AND ARRAY(SELECT a.atom_id FROM digilist.allocations a WHERE a.tenant_id = k.tenant_id AND a.block_id = k.id AND a.active
        AND a.kind = k.kind AND a.starts_at = k.starts_at AND a.ends_at = k.ends_at ORDER BY a.atom_id)
      <> ARRAY(SELECT DISTINCT za.atom_id FROM digilist.zones y
        JOIN digilist.zone_atoms za ON za.tenant_id = y.tenant_id AND za.zone_id = y.id
        WHERE k.status = 'active' AND y.tenant_id = k.tenant_id AND y.listing_id = k.listing_id AND y.status = 'active'
          AND (k.zone_id IS NULL OR y.id = k.zone_id) ORDER BY za.atom_id)`,
  'the atoms of a zone are those of its parts': `
    WITH RECURSIVE below AS (
      SELECT z.tenant_id, z.id AS zone_id, z.id AS part_id FROM digilist.zones z WHERE z.status = 'active'
      UNION
      SELECT b.tenant_id, b.zone_id, p.part_id FROM below b
      JOIN digilist.zone_parts p ON p.tenant_id = b.tenant_id AND p.zone_id = b.part_id
    ), flat AS (
      SELECT DISTINCT b.tenant_id, b.zone_id, za.atom_id FROM below b
      JOIN digilist.zones leaf ON leaf.tenant_id = b.tenant_id AND leaf.id = b.part_id AND leaf.kind = 'leaf'
      JOIN digilist.zone_atoms za ON za.tenant_id = leaf.tenant_id AND za.zone_id = leaf.id
    )
    SELECT z.tenant_id, z.id FROM digilist.zones z
    WHERE z.status = 'active'
      AND ARRAY(SELECT za.atom_id FROM digilist.zone_atoms za
        WHERE za.tenant_id = z.tenant_id AND za.zone_id = z.id ORDER BY za.atom_id)
      <> ARRAY(SELECT f.atom_id FROM flat f WHERE f.tenant_id = z.tenant_id AND f.zone_id = z.id ORDER BY f.atom_id)`,
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
  'a hold that goes on has its time, and one that has ended has none': `
    SELECT h.tenant_id, h.id, h.status, count(a.id) AS held
    FROM digilist.holds h
    LEFT JOIN digilist.allocations a ON a.tenant_id = h.tenant_id AND a.hold_id = h.id AND a.active AND NOT a.buffer
      AND a.starts_at = h.starts_at AND a.ends_at = h.ends_at AND a.expires_at = h.expires_at
    GROUP BY h.tenant_id, h.id, h.status, h.expires_at
    HAVING (h.status = 'active') <> (count(a.id) > 0) AND h.expires_at > now()`,
  'a package has no atom of its own, and consists of no package': `
    SELECT l.tenant_id, l.id FROM digilist.listings l
    WHERE l.booking_model = 'PACKAGE' AND (
      EXISTS (SELECT FROM digilist.atoms a WHERE a.tenant_id = l.tenant_id AND a.listing_id = l.id)
      OR EXISTS (SELECT FROM digilist.package_items i WHERE i.tenant_id = l.tenant_id AND i.component_id = l.id))
    UNION ALL
    SELECT i.tenant_id, i.listing_id FROM digilist.package_items i
    JOIN digilist.listings l ON l.tenant_id = i.tenant_id AND l.id = i.listing_id AND l.booking_model <> 'PACKAGE'`,
  'a booking waits for a decision exactly when its approval is open': `
    SELECT b.tenant_id, b.id FROM digilist.bookings b
    LEFT JOIN digilist.booking_approvals a ON a.tenant_id = b.tenant_id AND a.booking_id = b.id
      AND a.status IN ('open', 'clarification') AND a.appeal_of IS NULL
    GROUP BY b.tenant_id, b.id, b.status
    HAVING (b.status = 'awaiting_approval')::integer <> count(a.id)`,
  'an appeal is against a rejection, and only a rejected booking, paid back or not, has one that is open': `
    SELECT a.tenant_id, a.id, b.status FROM digilist.booking_approvals a
    JOIN digilist.bookings b ON b.tenant_id = a.tenant_id AND b.id = a.booking_id
    LEFT JOIN digilist.booking_approvals r ON r.tenant_id = a.tenant_id AND r.id = a.appeal_of
      AND r.booking_id = a.booking_id AND r.status = 'rejected'
    WHERE a.appeal_of IS NOT NULL
      AND (r.id IS NULL OR (a.status IN ('open', 'clarification') AND b.status NOT IN ('rejected', 'refunded')))`,
  'where two people have to approve, two did': `
    SELECT a.tenant_id, a.id FROM digilist.booking_approvals a
    JOIN digilist.bookings b ON b.tenant_id = a.tenant_id AND b.id = a.booking_id
    WHERE a.status = 'approved' AND a.appeal_of IS NULL AND a.first_approved_by IS NULL
      AND (b.approval -> 'stages' -> (a.step - 1) ->> 'fourEyes')::boolean AND b.status <> 'awaiting_approval'
      AND NOT EXISTS (SELECT FROM digilist.booking_approvals later WHERE later.tenant_id = a.tenant_id
        AND later.booking_id = a.booking_id AND later.id > a.id)`,
  // Of quotas that nobody has changed, and people who had booked nothing before.
  'nobody has more booked than a quota allows': `
    SELECT q.tenant_id, q.id, coalesce(b.on_behalf_of_org_id, b.user_id) AS whose FROM digilist.booking_quotas q
    JOIN digilist.bookings b ON b.tenant_id = q.tenant_id AND (q.per = 'person') = (b.on_behalf_of_org_id IS NULL)
      AND b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed', 'completed', 'no_show')
      AND CASE WHEN q.all_listings THEN b.org_id = q.org_id ELSE b.listing_id IN (
        SELECT ql.listing_id FROM digilist.booking_quota_listings ql WHERE ql.tenant_id = q.tenant_id AND ql.quota_id = q.id) END
      AND (q.period <> 'season' OR (b.starts_at AT TIME ZONE b.timezone)::date BETWEEN q.first_date AND q.last_date)
    WHERE q.version = 1 AND q.period <> 'active'
    GROUP BY q.tenant_id, q.id, coalesce(b.on_behalf_of_org_id, b.user_id),
      CASE WHEN q.period = 'season' THEN q.first_date ELSE date_trunc(q.period, b.starts_at AT TIME ZONE b.timezone)::date END
    HAVING min(b.created_at) > q.created_at
      AND CASE q.measure WHEN 'bookings' THEN count(*) ELSE sum(extract(epoch FROM b.ends_at - b.starts_at) / 60) END > q.most`,
  'the events of a booking are numbered 1 to its version': `
    SELECT e.tenant_id, e.id, e.versions FROM (
      SELECT o.tenant_id, o.payload::jsonb ->> 'subject' AS id,
        array_agg((o.payload::jsonb ->> 'aggregateversion')::integer ORDER BY (o.payload::jsonb ->> 'aggregateversion')::integer) AS versions
      FROM digilist.outbox o WHERE o.subject LIKE 'digilist.evt.%.booking.%'
      GROUP BY 1, 2
    ) e
    JOIN digilist.bookings b ON b.tenant_id = e.tenant_id AND b.id = e.id::uuid
    WHERE e.versions <> ARRAY(SELECT generate_series(1, b.version))`,
  'what is shown of a listing has a file that is kept, and a file that is kept is shown': `
    SELECT coalesce(f.tenant_id, m.tenant_id) AS tenant_id, f.id AS file, m.id AS media FROM digilist.media_files f
    FULL JOIN digilist.media m ON m.tenant_id = f.tenant_id AND m.file_id = f.id
    WHERE (f.status = 'kept') IS DISTINCT FROM (m.id IS NOT NULL) AND (f.id IS NOT NULL OR m.file_id IS NOT NULL)`,
  'a series has one booking at most on each of its dates': `
    SELECT b.tenant_id, b.recurring_booking_id, b.occurrence_date FROM digilist.bookings b
    WHERE b.recurring_booking_id IS NOT NULL
      AND b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed', 'completed', 'no_show')
    GROUP BY b.tenant_id, b.recurring_booking_id, b.occurrence_date HAVING count(*) > 1`,
  'a booking of a series stands where the series says, unless it was changed by itself': `
    SELECT b.tenant_id, b.id FROM digilist.bookings b
    JOIN digilist.recurring_bookings s ON s.tenant_id = b.tenant_id AND s.id = b.recurring_booking_id
    WHERE b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed') AND NOT b.overridden AND b.starts_at > now()
      AND (b.zone_id <> s.zone_id OR b.quantity <> s.quantity OR b.listing_id <> s.listing_id OR b.user_id <> s.user_id
        OR b.starts_at AT TIME ZONE s.timezone <> b.occurrence_date + s.starts_time)`,
  'a date that a series could not have has no booking': `
    SELECT s.tenant_id, s.id, skipped.date FROM digilist.recurring_bookings s
    CROSS JOIN LATERAL jsonb_to_recordset(s.skipped) AS skipped (date date)
    JOIN digilist.bookings b ON b.tenant_id = s.tenant_id AND b.recurring_booking_id = s.id AND b.occurrence_date = skipped.date
    WHERE b.status IN ('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed', 'completed', 'no_show')`,
  'a notification went by some channel, or it says why not': `
    SELECT n.tenant_id, n.id FROM digilist.notifications n
    WHERE NOT EXISTS (
      SELECT FROM digilist.notification_deliveries d WHERE d.tenant_id = n.tenant_id AND d.notification_id = n.id)`,
  'only new applications wait for the mail of the day': `
    SELECT d.tenant_id, d.id, n.event FROM digilist.notification_deliveries d
    JOIN digilist.notifications n ON n.tenant_id = d.tenant_id AND n.id = d.notification_id
    WHERE d.status = 'waiting' AND (n.event <> 'approval.requested' OR d.channel <> 'email')`,
  'the lines of a ledger entry add up to nothing, and there are some': `
    SELECT e.tenant_id, e.id, e.kind, sum(l.amount) AS sum FROM digilist.ledger_entries e
    LEFT JOIN digilist.ledger_lines l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
    GROUP BY e.tenant_id, e.id, e.kind HAVING sum(l.amount) IS DISTINCT FROM 0`,
  'the books say of payments what the payments say': `
    SELECT p.tenant_id, p.id, p.captured, p.refunded FROM digilist.payments p
    WHERE p.captured - p.refunded <> coalesce((
      SELECT sum(l.amount) FROM digilist.ledger_entries e
      JOIN digilist.ledger_lines l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id AND l.account = 'provider_clearing'
      WHERE e.tenant_id = p.tenant_id AND (e.source_id = p.id OR e.source_id IN (
        SELECT r.id FROM digilist.refunds r WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id))), 0)`,
  'the books promise what the refunds promise': `
    SELECT r.tenant_id, r.id, r.status FROM digilist.refunds r
    WHERE CASE WHEN r.status IN ('pending', 'failed') THEN r.amount ELSE 0 END <> coalesce((
      SELECT -sum(l.amount) FROM digilist.ledger_entries e
      JOIN digilist.ledger_lines l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id AND l.account = 'refunds_payable'
      WHERE e.tenant_id = r.tenant_id AND e.source_id = r.id), 0)`,
  'the sums of a payment are those of its bookings and of its refunds': `
    SELECT p.tenant_id, p.id FROM digilist.payments p
    WHERE (p.amount, p.promised, p.refunded) <> (
        SELECT sum(pb.amount)::bigint, sum(pb.promised)::bigint, sum(pb.refunded)::bigint
        FROM digilist.payment_bookings pb WHERE pb.tenant_id = p.tenant_id AND pb.payment_id = p.id)
      OR (p.promised, p.refunded) <> (
        SELECT coalesce(sum(r.amount), 0)::bigint, coalesce(sum(r.amount) FILTER (WHERE r.status = 'confirmed'), 0)::bigint
        FROM digilist.refunds r WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id)`,
  'what was taken paid for a booking, or is given back, or somebody looks at it': `
    SELECT pb.tenant_id, pb.payment_id, pb.booking_id, b.status FROM digilist.payment_bookings pb
    JOIN digilist.bookings b ON b.tenant_id = pb.tenant_id AND b.id = pb.booking_id
    WHERE pb.paid > pb.promised AND b.status IN ('draft', 'pending', 'awaiting_payment', 'expired', 'rejected')
      AND NOT EXISTS (SELECT FROM digilist.payment_cases c
        WHERE c.tenant_id = pb.tenant_id AND c.payment_id = pb.payment_id AND c.status = 'open')`,
  'nothing that is paid ahead is confirmed without money': `
    SELECT b.tenant_id, b.id, b.status FROM digilist.bookings b
    WHERE b.status IN ('confirmed', 'completed', 'no_show') AND b.total > 0
      AND b.payment_policy IN ('PAY_AND_CONFIRM', 'APPROVE_THEN_PAY', 'PAY_THEN_APPROVE')
      AND NOT EXISTS (SELECT FROM digilist.payment_bookings pb
        WHERE pb.tenant_id = b.tenant_id AND pb.booking_id = b.id AND pb.paid > 0)`,
  'invoices and credit notes of a tenant are numbered without a gap': `
    SELECT i.tenant_id, i.kind, count(*) AS issued, max(i.number) AS last, c.next FROM digilist.invoices i
    LEFT JOIN digilist.invoice_counters c ON c.tenant_id = i.tenant_id AND c.series = i.kind
    GROUP BY i.tenant_id, i.kind, c.next
    HAVING count(*) <> max(i.number) OR c.next IS DISTINCT FROM max(i.number) + 1`,
  'an invoice is the sum of its lines': `
    SELECT i.tenant_id, i.id FROM digilist.invoices i
    LEFT JOIN digilist.invoice_lines l ON l.tenant_id = i.tenant_id AND l.invoice_id = i.id
    GROUP BY i.tenant_id, i.id, i.net, i.vat
    HAVING sum(l.net) IS DISTINCT FROM i.net OR sum(l.vat) IS DISTINCT FROM i.vat`,
  'credit notes take back what an invoice says they do, and no line gives back more than it has': `
    SELECT i.tenant_id, i.id FROM digilist.invoices i
    LEFT JOIN digilist.invoices n ON n.tenant_id = i.tenant_id AND n.credits_invoice_id = i.id
    WHERE i.kind = 'invoice' GROUP BY i.tenant_id, i.id, i.credited HAVING coalesce(sum(n.total), 0) <> i.credited
    UNION ALL
    SELECT l.tenant_id, l.invoice_id FROM digilist.invoice_lines l
    JOIN digilist.invoice_lines c ON c.tenant_id = l.tenant_id AND c.credits_line_id = l.id
    GROUP BY l.tenant_id, l.invoice_id, l.id, l.net, l.vat HAVING sum(c.net) > l.net OR sum(c.vat) > l.vat`,
  'what an invoice says was paid is what was recorded': `
    SELECT i.tenant_id, i.id FROM digilist.invoices i
    LEFT JOIN digilist.invoice_settlements s ON s.tenant_id = i.tenant_id AND s.invoice_id = i.id
    GROUP BY i.tenant_id, i.id, i.settled HAVING coalesce(sum(s.amount), 0) <> i.settled`,
  // What was taken back to be invoiced anew is on two, and all of the first was credited.
  'a booking is on one invoice, and only one of all that it stands on is not credited': `
    SELECT l.tenant_id, l.booking_id FROM digilist.invoice_lines l
    JOIN digilist.invoices i ON i.tenant_id = l.tenant_id AND i.id = l.invoice_id AND i.kind = 'invoice'
    LEFT JOIN digilist.billed_bookings d ON d.tenant_id = l.tenant_id AND d.booking_id = l.booking_id AND d.invoice_id = i.id
    LEFT JOIN digilist.invoice_lines c ON c.tenant_id = l.tenant_id AND c.credits_line_id = l.id
    WHERE d.id IS NULL GROUP BY l.tenant_id, l.booking_id, l.id, l.total HAVING coalesce(sum(c.total), 0) <> l.total
    UNION ALL
    SELECT d.tenant_id, d.booking_id FROM digilist.billed_bookings d
    LEFT JOIN digilist.invoice_lines l ON l.tenant_id = d.tenant_id AND l.invoice_id = d.invoice_id AND l.booking_id = d.booking_id
    WHERE l.id IS NULL`,
  'what buyers owe in the books is what their invoices say': `
    SELECT e.tenant_id, e.owed, i.owed AS invoiced FROM (
      SELECT l.tenant_id, sum(l.amount) AS owed FROM digilist.ledger_lines l WHERE l.account = 'receivable' GROUP BY 1
    ) e
    FULL JOIN (
      SELECT tenant_id, sum(CASE kind WHEN 'invoice' THEN total - settled ELSE settled - total END) AS owed
      FROM digilist.invoices GROUP BY 1
    ) i USING (tenant_id)
    WHERE coalesce(e.owed, 0) <> coalesce(i.owed, 0)`,
} as const satisfies Record<string, string>;

export type Invariant = keyof typeof INVARIANTS;

/** Names of the invariants that do not hold, with the first rows that break each. */
export async function brokenInvariants(
  query: (text: string) => Promise<Record<string, unknown>[]>,
  except: readonly Invariant[] = [],
): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, text] of Object.entries(INVARIANTS) as [Invariant, string][]) {
    if (except.includes(name)) continue;
    const rows = await query(`${text} LIMIT 3`);
    if (rows.length > 0) broken.push(`${name}: ${JSON.stringify(rows)}`);
  }
  return broken;
}
