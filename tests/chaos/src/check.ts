import { eventually, natsOptions, query, type RunningSystem } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** Everything that must be zero, by name. */
export type Findings = Record<string, number>;

const CONVERGE_MS = 30_000;

/** How long after the last fault everything published, consumed and projected agreed, in milliseconds. */
export async function converged(system: RunningSystem): Promise<number> {
  const from = Date.now();
  await eventually(
    async () => {
      for (const [name, left] of Object.entries(await behind(system)))
        if (left !== 0) throw new Error(`${name}: ${left}`);
    },
    { within: CONVERGE_MS, every: 50 },
  );
  return Date.now() - from;
}

/** What has not arrived yet. */
async function behind(system: RunningSystem): Promise<Findings> {
  return {
    'outbox rows of PLATFORM not published': await count(system.urls.platform.superuser, UNPUBLISHED('platform')),
    'outbox rows of DIGILIST not published': await count(system.urls.digilist.superuser, UNPUBLISHED('digilist')),
    'audit records that are not in the log': await missingAudit(system),
    'rows that differ between PLATFORM and the copies': await differingCopies(system),
  };
}

/** Counted after the run. `acknowledged` are the ids of all bookings that were answered 201. */
export async function findings(system: RunningSystem, acknowledged: ReadonlySet<string>): Promise<Findings> {
  const digilist = system.urls.digilist.superuser;
  const stored = new Set(
    (await query<{ id: string }>(digilist, 'SELECT id FROM digilist.bookings')).map((row) => row.id),
  );
  return {
    'acknowledged bookings lost': [...acknowledged].filter((id) => !stored.has(id)).length,
    'double bookings': await count(digilist, OVERLAPS),
    'holding bookings without their time': await count(digilist, WITHOUT_TIME),
    'bookings whose history disagrees': await count(digilist, HISTORY_DISAGREES),
    'bookings without an event': await count(digilist, WITHOUT_EVENT),
    ...(await lostMessages(system)),
    'audit records applied twice': await count(system.urls.platform.superuser, AUDIT_TWICE),
    'gaps in audit chains': await count(system.urls.platform.superuser, AUDIT_GAPS),
    'dead letters':
      (await count(system.urls.platform.superuser, DEAD('platform'))) + (await count(digilist, DEAD('digilist'))),
  };
}

async function count(url: string, sql: string): Promise<number> {
  const [row] = await query<{ n: number }>(url, `SELECT count(*)::int AS n FROM (${sql}) found`);
  return row?.n ?? 0;
}

const UNPUBLISHED = (context: string) => `SELECT FROM ${context}.outbox WHERE published_at IS NULL`;
const DEAD = (context: string) => `SELECT FROM ${context}.dead_letters`;

const OVERLAPS = `
  SELECT FROM digilist.allocations a JOIN digilist.allocations b
    ON b.tenant_id = a.tenant_id AND b.atom_id = a.atom_id AND b.id > a.id AND b.during && a.during AND b.lane && a.lane
  WHERE a.active AND b.active AND a.exclusive AND b.exclusive`;

const HOLDING = `('pending', 'awaiting_payment', 'awaiting_approval', 'confirmed')`;

const WITHOUT_TIME = `
  SELECT FROM digilist.bookings b
  WHERE b.status IN ${HOLDING}
    AND (SELECT count(*) FROM digilist.allocations a
         WHERE a.tenant_id = b.tenant_id AND a.booking_id = b.id AND a.active AND NOT a.buffer)
      <> (SELECT count(*) FROM digilist.zone_atoms z WHERE z.tenant_id = b.tenant_id AND z.zone_id = b.zone_id)`;

const HISTORY_DISAGREES = `
  SELECT FROM digilist.bookings b
  WHERE b.status IS DISTINCT FROM (SELECT h.to_status FROM digilist.booking_history h
    WHERE h.tenant_id = b.tenant_id AND h.booking_id = b.id ORDER BY h.id DESC LIMIT 1)`;

const WITHOUT_EVENT = `
  SELECT FROM digilist.bookings b
  WHERE NOT EXISTS (SELECT FROM digilist.outbox o WHERE o.tenant_id = b.tenant_id AND o.subject LIKE '%.booking.' || b.id || '.%')`;

const AUDIT_TWICE = 'SELECT FROM platform.audit_logs GROUP BY tenant_id, record_id HAVING count(*) > 1';

const AUDIT_GAPS = `
  SELECT FROM platform.audit_heads h
  WHERE h.seq <> (SELECT count(*) FROM platform.audit_logs a WHERE a.tenant_id = h.tenant_id)
     OR h.seq <> (SELECT coalesce(max(a.seq), 0) FROM platform.audit_logs a WHERE a.tenant_id = h.tenant_id)`;

async function missingAudit(system: RunningSystem): Promise<number> {
  const owed = async (url: string, context: string) =>
    (await query<{ id: string }>(url, `SELECT id FROM ${context}.outbox WHERE subject LIKE '${context}.audit.%'`)).map(
      (row) => row.id,
    );
  const chained = new Set(
    (
      await query<{ id: string }>(system.urls.platform.superuser, 'SELECT record_id AS id FROM platform.audit_logs')
    ).map((row) => row.id),
  );
  const all = [
    ...(await owed(system.urls.platform.superuser, 'platform')),
    ...(await owed(system.urls.digilist.superuser, 'digilist')),
  ];
  return all.filter((id) => !chained.has(id)).length;
}

/** Tables of PLATFORM and their copies, by what a copy must repeat. */
const COPIES: [source: string, copy: string, columns: string][] = [
  ['users', 'platform_users', 'id, tenant_id, version::text'],
  ['organizations', 'platform_organizations', 'id, tenant_id, version::text'],
  ['memberships', 'platform_memberships', 'id, tenant_id, version::text'],
  ['subscriptions', 'platform_subscriptions', 'id, tenant_id, version::text'],
];

async function differingCopies(system: RunningSystem): Promise<number> {
  let differing = 0;
  for (const [source, copy, columns] of COPIES) {
    const read = async (url: string, table: string, where = '') =>
      (await query(url, `SELECT ${columns} FROM ${table} ${where} ORDER BY tenant_id, id`)).map((row) =>
        JSON.stringify(row),
      );
    const sources = await read(system.urls.platform.superuser, `platform.${source}`);
    const copies = new Set(await read(system.urls.digilist.superuser, `digilist.${copy}`, 'WHERE NOT deleted'));
    differing += sources.filter((row) => !copies.has(row)).length;
  }
  return differing;
}

/** Outbox rows that the stream does not hold, and messages that no outbox row stands for. */
async function lostMessages(system: RunningSystem): Promise<Findings> {
  const outbox = await query<{ id: string; subject: string }>(
    system.urls.digilist.superuser,
    `SELECT id, subject FROM digilist.outbox WHERE subject LIKE 'digilist.evt.%' OR subject LIKE 'digilist.audit.%'`,
  );
  const seen = await messageIds(system);
  const known = new Set(outbox.map((row) => row.id));
  return {
    'events lost': outbox.filter((row) => !seen.has(row.id)).length,
    'events of nobody': [...seen].filter((id) => !known.has(id)).length,
  };
}

/** Ids of the messages that stand in DIGILIST's stream. */
async function messageIds(system: RunningSystem): Promise<Set<string>> {
  const connection = await connect(natsOptions(system.nats, system.nats.credentials.digilist_admin));
  try {
    const js = jetstream(connection);
    const { state } = await (await js.streams.get('DIGILIST_EVENTS')).info();
    const ids = new Set<string>();
    if (state.messages === 0) return ids;
    const consumer = await js.consumers.get('DIGILIST_EVENTS');
    for await (const message of await consumer.consume({ max_messages: 500 })) {
      const id = message.headers?.get('Nats-Msg-Id');
      if (id) ids.add(id);
      if (message.seq >= state.last_seq) break;
    }
    return ids;
  } finally {
    await connection.close();
  }
}
