import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type RunningSystem, startSystem } from '@kit/testing';
import { type Collector, type ReceivedSpan, startCollector } from './collector.js';
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

/** A trace that a caller has begun. */
class CallersTrace {
  readonly id = randomBytes(16).toString('hex');
  readonly callersSpan = randomBytes(8).toString('hex');

  constructor(private readonly flags = '01') {}

  get headers() {
    return { traceparent: `00-${this.id}-${this.callersSpan}-${this.flags}` };
  }

  get spans(): ReceivedSpan[] {
    return collector.spans.filter((span) => span.traceId === this.id);
  }

  /** The one span that is as described. */
  span(service: string, kind: ReceivedSpan['kind'], name: string | RegExp, parent?: ReceivedSpan): ReceivedSpan {
    const found = this.spans.filter(
      (span) =>
        span.service === service &&
        span.kind === kind &&
        (typeof name === 'string' ? span.name === name : name.test(span.name)) &&
        (parent === undefined || span.parentSpanId === parent.spanId),
    );
    if (found.length === 1) return found[0] as ReceivedSpan;
    const tree = this.spans.map(
      (one) => `${one.spanId} under ${one.parentSpanId} ${one.service} ${one.kind} ${one.name}`,
    );
    throw new Error(`${found.length} spans are ${service} ${kind} ${name} of ${parent?.name}:\n${tree.join('\n')}`);
  }

  under({ spanId }: ReceivedSpan): string[] {
    return this.spans.filter((span) => span.parentSpanId === spanId).map(({ name }) => name);
  }
}

const soon = (probe: () => void) => eventually(probe, { within: 30_000, every: 100 });

describe('a request that is traced', () => {
  it('is one trace from HTTP to what PLATFORM has written of it', async () => {
    const trace = new CallersTrace();
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
    const trace = new CallersTrace();
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
    const trace = new CallersTrace();
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
    const silent = new CallersTrace('00');
    const told = new CallersTrace();
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
    const trace = new CallersTrace();
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
    await raw(`/api/v1/feeds/${token}.ics`);
    await raw(`/${words}?token=${token}`);
    await soon(() => {
      expect(trace.spans.filter(({ service, kind }) => service === 'gateway' && kind === 'SERVER')).toHaveLength(10);
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
  }, 60_000);
});
