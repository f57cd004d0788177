import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '@kit/local-servers';
import { createDatabase, query, type TestDatabase } from '@kit/testing';
import pg from 'pg';
import type { Place } from './fill.js';
import type { Options } from './main.js';
import { cell, load, median, otherCores, rounds } from './measure.js';
import { fixed, type Report, type Result } from './result.js';
import type { Target } from './target.js';

const GOAL_RATIO = 0.5;
const GOAL_P95_MS = 200;
const CLIENTS = 4;
const BATCHES = [1, 100];
const FILL_SECONDS = 60;
/** As the services open their connections. */
const PIPELINED = { pipeline: true } as pg.PoolConfig;

/** What is used of the services' builds: the very code that runs, without the messages around it. */
interface Built {
  kit: {
    Tx: new (...parts: unknown[]) => BenchTx;
    Secret: new (value: string) => unknown;
    Reach: { EVERYWHERE: unknown };
    jobOrigin(tenantId: string, job: string): unknown;
  };
  migrate(config: object): Promise<unknown>;
  append(system: object, config: object): Promise<Append>;
  sql: {
    APPEND: { name: string; text: string };
    searchStatement(search: object, tenantId: string, fetch: number): [{ name: string; text: string }, unknown[]];
  };
}
interface BenchTx {
  flushOutbox(): Promise<boolean>;
}
type Append = (tx: BenchTx, product: string, messages: { payload: object }[]) => Promise<void>;

const built = (app: string, file: string) => import(pathToFileURL(path.join(root, app, 'dist', file)).href);

async function build(): Promise<Built> {
  const platform = (file: string) => built('apps/platform-service', file);
  const feature = (file: string) => platform(`features/compliance/${file}.js`);
  const { migrate } = await platform('database/migrate.js');
  return {
    kit: await built('packages/service-kit', 'index.js'),
    migrate,
    sql: await feature('compliance.sql'),
    async append(system, config) {
      const { MasterKeyProvider } = await platform('secrets/master-key-provider.js');
      const { Vault } = await platform('secrets/vault.js');
      const { AuditKeys } = await feature('audit-keys');
      const { Anchors } = await feature('anchors');
      const { ChainKey } = await feature('chain-key');
      const { PersonalData } = await feature('personal-data');
      const { AuditLogService } = await feature('audit-log.service');
      const { StoredKeys } = await feature('stored-keys');
      const stored = new StoredKeys(system, config);
      const keys = new AuditKeys(stored);
      const chain = new ChainKey(stored, config);
      await keys.onModuleInit();
      await chain.onModuleInit();
      const personal = new PersonalData(new Vault(new MasterKeyProvider(config), system));
      const service = new AuditLogService(chain, new Anchors(keys, config), personal);
      return service.append.bind(service);
    },
  };
}

/** P10: appending to the audit chain beside a bare INSERT of the same rows, and searching a log as long as a minute fills. */
export async function p10(target: Target, _places: readonly Place[], { smoke, say }: Options): Promise<Report> {
  const { kit, migrate, append, sql } = await build();
  const masterKey = new kit.Secret(randomBytes(32).toString('base64'));
  const { postgres } = target.system;
  const database = await createDatabase(
    'platform',
    ({ migrator }) =>
      migrate({
        migratorUrl: new kit.Secret(migrator),
        masterKey,
        superAdminEmail: 'bench@example.test',
        superAdminPassword: new kit.Secret('korrekt-hest-batteri-stift'),
      }),
    { postgres, template: 'bench-audit' },
  );
  const pool = new pg.Pool({ connectionString: database.urls.app, max: CLIENTS, ...PIPELINED });
  const system = { query: (text: string, values: unknown[] = []) => query(database.urls.system, text, values) };
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => pool.connect()));
  try {
    const tenants = await tenantsIn(database);
    const config = { masterKey, previousMasterKeys: [], auditAnchorRecords: 1_000, auditAnchorMinutes: 5 };
    const appending = await append(system, config);
    const seconds = smoke ? 1 : 5;
    const within = async (client: number, work: (tx: BenchTx, tenantId: string) => Promise<unknown>) => {
      const connection = clients[client] as pg.PoolClient;
      const tenantId = tenants[client] as string;
      const enter = { name: 'enter', text: "SELECT set_config('app.tenant_id', $1, true)", values: [tenantId] };
      await Promise.all([connection.query('BEGIN'), connection.query(enter)]);
      const tx = new kit.Tx('platform', connection, kit.jobOrigin(tenantId, 'bench'), kit.Reach.EVERYWHERE, null);
      await work(tx, tenantId);
      await tx.flushOutbox();
      await connection.query('COMMIT');
    };
    // The first record of each person makes a key: that is not what is measured.
    await Promise.all(
      clients.map((_, client) =>
        within(client, (tx, tenantId) =>
          appending(
            tx,
            'acme',
            PEOPLE.flatMap((id) => recordsOf(tenantId, 1, id)),
          ),
        ),
      ),
    );
    const results: Result[] = [];
    for (const batch of BATCHES) {
      say(`P10: append, ${batch} at a time`);
      const side = (operation: (client: number) => Promise<void>) => () =>
        cell(target.roots, () => load({ clients: CLIENTS, seconds }, (_, client) => operation(client)));
      const kept = await rounds(
        { count: smoke ? 1 : 3, spare: smoke ? 0 : 3, say },
        {
          bare: side((client) =>
            within(client, async (_, tenantId) => {
              const connection = clients[client] as pg.PoolClient;
              const { name, text } = sql.APPEND;
              await connection.query({ name, text, values: bareRows(tenantId, batch) });
            }),
          ),
          chained: side((client) =>
            within(client, (tx, tenantId) => appending(tx, 'acme', recordsOf(tenantId, batch))),
          ),
        },
      );
      const perSecond = (name: 'bare' | 'chained') => median(kept.map((cells) => cells[name].perSecond * batch));
      const ratio = median(kept.map(({ bare, chained }) => chained.perSecond / bare.perSecond));
      results.push({
        benchmark: 'P10',
        what: `audit records sealed, chained and signed, ${batch} per transaction, c = ${CLIENTS}`,
        limit: `≥ ${GOAL_RATIO} of a bare INSERT`,
        peer: `${fixed(perSecond('bare'), 0)}/s`,
        measured: `${fixed(perSecond('chained'), 0)}/s, ${otherCores(kept.flatMap((cells) => Object.values(cells)))}`,
        ratio: fixed(ratio),
        ok: smoke ? null : ratio >= GOAL_RATIO,
      });
    }
    const found = await searches(database, tenants[0] as string, sql, { smoke, say });
    return { results: [...results, ...found.results], notes: found.notes };
  } finally {
    for (const client of clients) client.release();
    await pool.end();
    await database.drop();
  }
}

async function tenantsIn({ urls }: TestDatabase): Promise<string[]> {
  const ids = Array.from({ length: CLIENTS }, () => randomUUID());
  // Without the users that a tenant has.
  const past = new URL(urls.superuser);
  past.searchParams.set('options', '-c session_replication_role=replica');
  await query(
    past.href,
    `INSERT INTO platform.tenants (id, slug, name, region, service_user_id, created_by, updated_by)
     SELECT id, 'bench-' || n, 'Bench', 'no', id, id, id FROM unnest($1::uuid[]) WITH ORDINALITY t (id, n)`,
    [ids],
  );
  await query(urls.system, 'SELECT platform.ensure_audit_partitions(1)');
  return ids;
}

const PEOPLE = Array.from({ length: 50 }, () => randomUUID());
const anyone = () => PEOPLE[Math.floor(Math.random() * PEOPLE.length)] as string;
const CHANGES = { status: { from: 'draft', to: 'published' }, version: 3 };

const recordsOf = (tenantId: string, count: number, actorId?: string) =>
  Array.from({ length: count }, () => ({
    payload: {
      id: randomUUID(),
      tenantId,
      occurredAt: new Date().toISOString(),
      actor: { kind: 'user', id: actorId ?? anyone() },
      action: 'acme.report.publish',
      entity: { type: 'report', id: randomUUID() },
      outcome: 'done',
      requestId: randomUUID(),
      ip: '192.0.2.1',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      changes: CHANGES,
    },
  }));

let place = 1_000_000_000;
/** The same columns, filled with what costs nothing to make. */
function bareRows(tenantId: string, count: number): unknown[] {
  const all = <Value>(value: (n: number) => Value) => Array.from({ length: count }, (_, n) => value(n));
  const hash = randomBytes(32);
  const now = new Date().toISOString();
  const personal = JSON.stringify({ [anyone()]: `v1.${randomUUID()}.${'x'.repeat(130)}` });
  place += count;
  return [
    tenantId,
    now,
    all((n) => place + n),
    all(() => randomUUID()),
    all(() => 'acme'),
    all(() => now),
    all(() => 'user'),
    all(anyone),
    all(() => null),
    all(() => 'acme.report.publish'),
    all(() => 'report'),
    all(() => randomUUID()),
    all(() => 'done'),
    all(() => null),
    all(() => JSON.stringify(CHANGES)),
    all(() => null),
    all(() => randomUUID()),
    all(() => personal),
    all(() => hash),
    all(() => hash),
    all(() => hash),
  ];
}

const STEP = 50_000;
const MONTHS = 12;

/** A tenant's log of the last year: 1 000 people, 60 actions, 200 000 things, 2 % refused. */
const FILL = `
  INSERT INTO platform.audit_logs (tenant_id, id, record_id, recorded_at, occurred_at, seq, product, actor_kind, actor_id,
    action, entity_type, entity_id, outcome, org_id, request_id, changes, format, prev_hash, hash, public_hash)
  SELECT $1, i, i, t, t, n, 'acme', 'user', lpad(to_hex(hashint8(n) & 1023), 36, '0'),
    'acme.' || (ARRAY['report', 'shelf', 'archive', 'user', 'role', 'key'])[1 + n % 6] || '.do' || (hashint8(n + 1) & 7) + (n % 3),
    (ARRAY['report', 'shelf', 'archive', 'user', 'role', 'key'])[1 + n % 6], lpad(to_hex((n * 7919) % 200000), 36, '0'),
    CASE WHEN n % 50 = 0 THEN 'refused' ELSE 'done' END, lpad(to_hex(n % 40), 32, '0')::uuid, 'request-' || n,
    '{"version": 3}', 2, h, h, h
  FROM generate_series($2::bigint, $3::bigint) n
  CROSS JOIN LATERAL (SELECT uuidv7() AS i, sha256(int8send(n)) AS h,
    now() - interval '${MONTHS - 1} months' + n * $4::float8 * interval '1 second' AS t) v`;

const person = (n: number) => n.toString(16).padStart(36, '0');
const SEARCHES: Record<string, (n: number) => object> = {
  'newest first': () => ({}),
  'a place in the middle': (n) => ({ before: [new Date(Date.now() - n * 86_400_000).toISOString(), 1_000_000_000] }),
  'by actor': (n) => ({ actorId: person(n % 1024) }),
  'by thing': (n) => ({ entityType: 'report', entityId: person((n * 31) % 200_000) }),
  'by action': (n) => ({ action: `acme.shelf.do${n % 8}` }),
  'by the beginning of an action': (n) => ({ action: n % 2 ? 'acme.user.*' : 'acme.*' }),
  'by organization': (n) => ({ orgId: `${(n % 40).toString(16).padStart(32, '0')}` }),
  'refused ones': () => ({ outcome: 'refused' }),
  'refused ones of an actor': (n) => ({ outcome: 'refused', actorId: person(n % 1024) }),
  'a week': (n) => ({
    from: new Date(Date.now() - (n + 7) * 86_400_000).toISOString(),
    to: new Date(Date.now() - n * 86_400_000).toISOString(),
  }),
  'what is not there': (n) => ({ actorId: `nobody-${n}` }),
};

async function searches(
  database: TestDatabase,
  tenantId: string,
  sql: Built['sql'],
  { smoke, say }: Options,
): Promise<Report> {
  const owner = new pg.Client({ connectionString: database.urls.superuser });
  const reader = new pg.Client({ connectionString: database.urls.app });
  await Promise.all([owner.connect(), reader.connect()]);
  try {
    await owner.query('DELETE FROM platform.audit_heads');
    await owner.query('SET session_replication_role = replica');
    await owner.query('TRUNCATE platform.audit_logs');
    for (let back = 1; back < MONTHS; back++) {
      const [begin, end] = [back, back - 1].map((months) => {
        const now = new Date();
        return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString();
      }) as [string, string];
      await owner.query(
        `CREATE TABLE platform.audit_logs_back_${back} PARTITION OF platform.audit_logs FOR VALUES FROM ('${begin}') TO ('${end}')`,
      );
    }
    // As dense as it takes to spread what fits over the year, at a guess that only has to stay within it.
    const guess = smoke ? STEP : 6_000_000;
    const density = ((MONTHS - 1) * 28 * 86_400) / guess;
    const began = performance.now();
    let rows = 0;
    while (rows < guess && performance.now() - began < (smoke ? 1 : FILL_SECONDS) * 1000) {
      await owner.query(FILL, [tenantId, rows + 1, rows + STEP, density]);
      rows += STEP;
    }
    await owner.query('VACUUM ANALYZE platform.audit_logs');
    say(`P10: search in ${rows} records`);
    await reader.query(`SELECT set_config('app.tenant_id', '${tenantId}', false)`);
    const results: Result[] = [];
    const notes: string[] = [];
    for (const [what, searchOf] of Object.entries(SEARCHES)) {
      const took: number[] = [];
      for (let n = 0; n < (smoke ? 5 : 100); n++) {
        const [{ name, text }, values] = sql.searchStatement(searchOf(n), tenantId, 51);
        const from = performance.now();
        await reader.query({ name, text, values });
        took.push(performance.now() - from);
      }
      took.sort((a, b) => a - b);
      const p95 = took[Math.floor(took.length * 0.95)] as number;
      const [{ text }, values] = sql.searchStatement(searchOf(3), tenantId, 51);
      const plan = await reader.query(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) ${text}`, values);
      const used = plan.rows
        .map((row) => row['QUERY PLAN'] as string)
        .filter((line) => /Index (Only )?Scan|Seq Scan/.test(line));
      const run = used.filter((line) => !line.includes('never executed'));
      const kinds = [
        ...new Set(
          run.map((line) =>
            line
              .trim()
              .replace(/^->\s*/, '')
              .replace(/ \(.*/, '')
              .replace(/_(back_\d+|\d{4}_\d{2})/g, '')
              .replace(/ on .*/, ''),
          ),
        ),
      ];
      notes.push(`${what}: ${run.length} of ${used.length} scans run; ${kinds.join('; ')}`);
      results.push({
        benchmark: 'P10',
        what: `search ${what}, a page of 50`,
        limit: `p95 ≤ ${GOAL_P95_MS} ms`,
        peer: `${rows} records in ${MONTHS} months`,
        measured: `p50 ${fixed(took[Math.floor(took.length / 2)] as number, 1)} ms, p95 ${fixed(p95, 1)} ms`,
        ratio: '–',
        ok: smoke ? null : p95 <= GOAL_P95_MS,
      });
    }
    return { results, notes };
  } finally {
    await Promise.all([owner.end(), reader.end()]);
  }
}
