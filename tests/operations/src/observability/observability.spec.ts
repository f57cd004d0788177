import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { eventually, type RunningSystem, startSystem } from '@kit/testing';
import { Client } from 'pg';
import { CallersTrace } from './callers-trace.js';
import { type Collector, startCollector } from './collector.js';
import { documentedMetrics, METRICS_PAGE, type Metric, type Sample, scrape } from './metrics.js';
import { alerts, blocksOf } from './rules.js';
import { startTown, type Town } from './town.js';

let collector: Collector;
let system: RunningSystem;
let town: Town;
beforeAll(async () => {
  collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
  system = await startSystem({ env });
  town = await startTown(system);
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await collector?.stop();
}, 60_000);

const logsOf = (...apps: (keyof RunningSystem['apps'])[]): string =>
  apps.map((app) => readFileSync(system.apps[app].logFile, 'utf8')).join('\n');

const soon = (probe: () => void | Promise<void>) => eventually(probe, { within: 30_000, every: 100 });

describe('a request that is traced', () => {
  it('is one trace from HTTP to what PLATFORM has written of it', async () => {
    const trace = new CallersTrace(collector);
    await town.admin.client.digilist.createBooking(town.booking(), { headers: trace.headers });
    await soon(() => {
      const http = trace.span('gateway', 'SERVER', 'POST /api/v1/bookings');
      expect(http.parentSpanId).toBe(trace.callersSpan);
      expect(http.attributes).toMatchObject({ 'http.route': '/api/v1/bookings', 'http.response.status_code': 201 });
      const call = trace.span('gateway', 'CLIENT', 'createBooking', http);
      const serve = trace.span('digilist', 'SERVER', 'createBooking', call);
      const transaction = trace.span('digilist', 'INTERNAL', 'transaction', serve);
      const statement = trace.span('digilist', 'CLIENT', 'place-booking', transaction);
      expect(statement.attributes).toEqual({ 'db.system.name': 'postgresql', 'db.query.summary': 'place-booking' });
      expect(trace.under(transaction)).toEqual(expect.arrayContaining(['standing', 'COMMIT']));

      trace.span('digilist', 'PRODUCER', 'publish digilist.evt.*.booking.*.confirmed.v1', serve);
      const record = trace.span('digilist', 'PRODUCER', 'publish digilist.audit.*', serve);
      const consumer = trace.span('platform', 'CONSUMER', 'platform_audit', record);
      const append = trace.span('platform', 'INTERNAL', 'transaction', consumer);
      expect(trace.under(append)).toEqual(
        expect.arrayContaining(['platform-inbox-claim', 'compliance-append', 'COMMIT']),
      );
    });
    expect(trace.spans.filter(({ failed }) => failed)).toEqual([]);
  }, 60_000);

  it('is one trace from HTTP to what DIGILIST has copied of it', async () => {
    const trace = new CallersTrace(collector);
    const account = { name: 'Nils', email: `nils@${town.slug}.example`, password: randomBytes(9).toString('hex') };
    await town.admin.client.platform.createUser(account, { headers: trace.headers });
    await soon(() => {
      const serve = trace.span('platform', 'SERVER', 'createUser');
      const state = trace.span('platform', 'PRODUCER', 'publish platform.state.*.user.*', serve);
      const consumer = trace.span('digilist', 'CONSUMER', 'digilist_projections', state);
      const copying = trace.span('digilist', 'INTERNAL', 'transaction', consumer);
      expect(trace.under(copying)).toEqual(expect.arrayContaining(['digilist-inbox-claim', 'COMMIT']));
    });
  }, 60_000);

  it('says by its code that it was refused, and does not count as failed', async () => {
    const trace = new CallersTrace(collector);
    const taken = town.booking();
    const { digilist } = town.admin.client;
    await digilist.createBooking(taken);
    await expect(digilist.createBooking(taken, { headers: trace.headers })).rejects.toMatchObject({ status: 409 });
    await soon(() => {
      const spans = [trace.span('gateway', 'SERVER', /bookings/), trace.span('digilist', 'SERVER', 'createBooking')];
      for (const { attributes, failed } of spans) {
        expect({ type: attributes['error.type'], failed }).toEqual({ type: 'SLOT_CONFLICT', failed: false });
      }
    });
  }, 60_000);
});

describe('what is recorded', () => {
  it('is nothing of a request whose caller does not sample it', async () => {
    const silent = new CallersTrace(collector, '00');
    const told = new CallersTrace(collector);
    const { digilist } = town.admin.client;
    await digilist.createBooking(town.booking(), { headers: silent.headers });
    await digilist.createBooking(town.booking(), { headers: told.headers });
    // Each process sends its spans in the order in which they end, and the consumer is the last to end one.
    await soon(() => void told.span('platform', 'CONSUMER', 'platform_audit'));
    await soon(() => void told.span('gateway', 'SERVER', /bookings/));
    expect(silent.spans).toEqual([]);
  }, 60_000);

  it('is nothing that anybody has written, nor any secret, whether it was taken, refused or wrong', async () => {
    const canary = (what: string) => `canary-${what}-${randomBytes(6).toString('hex')}`;
    const trace = new CallersTrace(collector);
    const [name, purpose, words, agent, token, password] = ['name', 'purpose', 'words', 'agent', 'token', 'pass'].map(
      canary,
    ) as [string, string, string, string, string, string];
    const email = `${canary('mail')}@${town.slug}.example`;
    const { digilist, platform } = town.admin.client;
    const { headers } = trace;
    const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
    await platform.createUser({ name, email, password }, { headers });
    await quietly(platform.createUser({ name, email, password }, { headers }));
    await digilist.createBooking({ ...town.booking(), purpose }, { headers: { ...headers, 'user-agent': agent } });
    await quietly(digilist.listListings({ q: words }, { headers }));
    await quietly(digilist.getBooking({ id: words }, { headers }));
    const raw = (path: string, init: RequestInit = {}) =>
      fetch(`${system.gatewayUrl}${path}`, {
        ...init,
        headers: { ...headers, 'x-tenant': town.slug, 'content-type': 'application/json', ...init.headers },
      });
    const login = await raw('/api/v1/auth/login', { method: 'POST', body: JSON.stringify({ email, password }) });
    const { accessToken } = (await login.json()) as { accessToken: string };
    await raw(`/api/v1/bookings?q=${words}`, { headers: { authorization: `Bearer ${accessToken}` } });
    await raw(`/api/v1/bookings`, { headers: { authorization: `Bearer ${token}` } });
    await raw(`/api/v1/calendars/${token}.ics`);
    await raw(`/calendars/${token}.ics`);
    await raw(`/${words}?token=${token}`);
    await soon(() => {
      expect(trace.spans.filter(({ service, kind }) => service === 'gateway' && kind === 'SERVER')).toHaveLength(11);
      trace.span(
        'platform',
        'CONSUMER',
        'platform_audit',
        trace.span('digilist', 'PRODUCER', 'publish digilist.audit.*'),
      );
    });
    const sent = collector.received.join('\n');
    expect(accessToken.split('.')).toHaveLength(3);
    const secrets = { name, purpose, words, agent, token, password, email, accessToken, address: '127.0.0.1' };
    expect(Object.entries(secrets).filter(([, value]) => sent.includes(value))).toEqual([]);
    expect(sent).not.toContain(town.admin.name);
    expect(sent).not.toContain(town.admin.email);
    // The search would find them: ids of this trace are there.
    expect(sent).toContain(trace.id);

    const logs = logsOf('gateway', 'platform', 'digilist');
    // The edge says who asked from where and with what, and for which id.
    const { words: asked, agent: browser, address, ...unlogged } = secrets;
    expect(Object.entries(unlogged).filter(([, value]) => logs.includes(value))).toEqual([]);
    expect(logs).not.toContain(town.admin.email);
    for (const seen of [trace.id, asked, browser, address]) expect(logs).toContain(seen);
  }, 60_000);
});

describe('a process that exports spans', () => {
  it('goes on without its collector, and says once that it is away', async () => {
    const said = (words: string) => logsOf('gateway').split(words).length - 1;
    collector.status = 400;
    for (let lost = 0; lost < 3; lost++) {
      const trace = new CallersTrace(collector);
      await town.admin.client.digilist.listBookings({}, { headers: trace.headers });
      await soon(() => expect(said('traces cannot be exported')).toBe(1));
    }
    collector.status = 200;
    await soon(async () => {
      await town.admin.client.digilist.listBookings({});
      expect(said('traces are exported again')).toBe(1);
    });
    expect(said('traces cannot be exported')).toBe(1);
  }, 60_000);

  it('sends what waits when it stops', async () => {
    const another = await system.launch('gateway', { env: { OTEL_BSP_SCHEDULE_DELAY: '600000' } });
    const trace = new CallersTrace(collector);
    await fetch(`${another.healthUrl}/api/v1/listings`, { headers: { ...trace.headers, 'x-tenant': town.slug } });
    expect(trace.spans.filter(({ service }) => service === 'gateway')).toEqual([]);
    await another.stop();
    trace.span('gateway', 'CLIENT', 'listListings', trace.span('gateway', 'SERVER', 'GET /api/v1/listings'));
  }, 60_000);
});

describe('metrics', () => {
  const APPS = ['gateway', 'platform', 'digilist'] as const;
  const samplesOf = async (app: (typeof APPS)[number]): Promise<Sample[]> =>
    (await scrape(system.apps[app].healthUrl)).samples;

  it('are those that the documentation names, with their labels, and no others', async () => {
    const found = new Map<string, Metric>();
    for (const app of APPS) {
      for (const metric of (await scrape(system.apps[app].healthUrl)).metrics) {
        const known = found.get(metric.name);
        const labels = [...new Set([...(known?.labels ?? []), ...metric.labels])].sort();
        found.set(metric.name, { ...metric, of: [...(known?.of ?? []), app], labels });
      }
    }
    const documented = documentedMetrics();
    for (const metric of documented) {
      const seen = found.get(metric.name);
      // Labels show in samples only, and not everything there is to count has happened.
      if (seen?.labels.every((label) => metric.labels.includes(label))) seen.labels = metric.labels;
    }
    const rows = [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
    if (process.env.UPDATE_DOCS) writeTable(rows);
    else expect(rows).toEqual(documented);
  });

  /** The only comparison of an alert of the form `… > 60`, done here as Prometheus would. */
  function fires(alert: string, samples: Sample[]): boolean {
    const { expr } = alerts().find((one) => one.alert === alert) as { expr: string };
    const [, metric, threshold] = /\((\w+)\) > (\d+)$/.exec(expr) ?? [];
    const values = samples.filter(({ name }) => name === metric).map(({ value }) => value);
    return Math.max(0, ...values) > Number(threshold);
  }

  it('let OutboxStuck fire when NATS refuses what is next in the outbox, and end when it is out of the way', async () => {
    expect(fires('OutboxStuck', await samplesOf('digilist'))).toBe(false);
    await asSystem(async (sql) => {
      await sql(
        `INSERT INTO digilist.outbox (tenant_id, id, subject, payload, created_at)
         VALUES (uuidv7(), uuidv7(), 'digilist.nowhere.x', '{}', now() - interval '2 minutes')`,
      );
      expect(fires('OutboxStuck', await samplesOf('digilist'))).toBe(true);
      await sql(`DELETE FROM digilist.outbox WHERE subject = 'digilist.nowhere.x'`);
    });
    expect(fires('OutboxStuck', await samplesOf('digilist'))).toBe(false);
  });

  it('let DeadLetters fire when a message breaks its consumer, which is told without what was in it', async () => {
    expect(fires('DeadLetters', await samplesOf('digilist'))).toBe(false);
    const canary = `canary-${randomBytes(6).toString('hex')}`;
    // PostgreSQL refuses a user without an address, and its error repeats the whole row.
    const broken = JSON.stringify({ name: canary, email: null });
    await asSystem(
      (sql) =>
        sql(
          `INSERT INTO platform.outbox (tenant_id, id, subject, payload)
           SELECT tenant_id, uuidv7(), subject,
             (payload::jsonb || jsonb_build_object('version', 1000, 'data', (payload::jsonb -> 'data') || '${broken}'))::text
           FROM platform.outbox WHERE subject = 'platform.state.' || tenant_id || '.user.${town.admin.id}'
           ORDER BY pos DESC LIMIT 1`,
        ),
      'platform',
    );
    await eventually(() => expect(logsOf('digilist')).toContain('parked as a dead letter'), { within: 45_000 });
    expect(fires('DeadLetters', await samplesOf('digilist'))).toBe(true);
    const logs = logsOf('digilist');
    expect(logs).toContain('"code":"23502"');
    expect(logs).not.toContain(canary);
    await eventually(() => expect(collector.received.join('\n')).toContain('23502'));
    expect(collector.received.join('\n')).not.toContain(canary);
  }, 60_000);
});

describe('SQL of the runbooks', () => {
  const blocks = alerts().flatMap(({ alert }) => blocksOf(alert, 'sql').map((sql) => [alert, sql] as const));

  it.each(blocks)('%s', async (_, sql) => {
    const filled = sql.replace(/<(?:id|message_id)>/g, '0198a3e7-7c10-7b3e-9f57-000000000001');
    await asSystem(
      async (run) => {
        await run('BEGIN');
        await run(filled);
        await run('ROLLBACK');
      },
      sql.includes('platform.') ? 'platform' : 'digilist',
    );
  });
});

async function asSystem<T>(
  work: (sql: (text: string) => Promise<unknown>) => Promise<T>,
  context: 'platform' | 'digilist' = 'digilist',
): Promise<T> {
  const client = new Client({ connectionString: system.urls[context].system });
  await client.connect();
  try {
    return await work((text) => client.query(text));
  } finally {
    await client.end();
  }
}

/** `UPDATE_DOCS=1`: the page as it should be; the formatter lines its columns up. */
function writeTable(rows: Metric[]): void {
  const file = path.join(root, METRICS_PAGE);
  const quoted = (words: string[]) => words.map((word) => `\`${word}\``).join(', ');
  const lines = rows.map(
    ({ name, type, of, labels, help }) => `| \`${name}\` | ${type} | ${of.join(', ')} | ${quoted(labels)} | ${help} |`,
  );
  const page = readFileSync(file, 'utf8').split('\n');
  const others = page.filter((line) => !line.startsWith('| `'));
  const at = others.findIndex((line) => /^\| -+/.test(line)) + 1;
  writeFileSync(file, [...others.slice(0, at), ...lines, ...others.slice(at)].join('\n'));
}
