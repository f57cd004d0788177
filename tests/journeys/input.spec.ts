import { beforeAll, describe, expect, it } from '@jest/globals';
import { query } from '@kit/testing';
import { http } from './support/http.js';
import { at, bookingOf, type Municipality, municipality } from './support/municipality.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
let town: Municipality;
beforeAll(async () => {
  town = await municipality(system);
}, 60_000);

const written = async (): Promise<string> => {
  const [row] = await query<{ count: string }>(
    system.urls.digilist.superuser,
    `select (select count(*) from digilist.bookings where tenant_id = $1) + (select count(*) from digilist.allocations where tenant_id = $1)
       + (select count(*) from digilist.idempotency_keys where tenant_id = $1) as count`,
    [town.id],
  );
  return row!.count;
};
const post = (call: { body?: unknown; raw?: string; headers?: Record<string, string> }) =>
  http(system.gatewayUrl, 'POST', '/api/v1/bookings', { client: town.resident.client, ...call });

describe('what cannot be right is refused with a clear code, and leaves no row', () => {
  const good = () => bookingOf(town.hall, 4, 14) as unknown as Record<string, unknown>;
  const cases: Record<
    string,
    { with: () => Record<string, unknown>; status: number; code: string; path?: string; rule?: string }
  > = {
    'zero length': { with: () => ({ endsAt: at(4, 14) }), status: 400, code: 'INVALID_INTERVAL' },
    'reversed times': { with: () => ({ endsAt: at(4, 13) }), status: 400, code: 'INVALID_INTERVAL' },
    'a time without an offset': {
      with: () => ({ startsAt: '2027-01-01T12:00:00' }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'startsAt',
    },
    'a date that does not exist': {
      with: () => ({ startsAt: '2027-02-30T12:00:00Z', endsAt: '2027-02-30T13:00:00Z' }),
      status: 400,
      code: '',
    },
    'a time in the past': { with: () => ({ startsAt: at(-2, 14), endsAt: at(-2, 15) }), status: 422, code: '' },
    'an unknown property': {
      with: () => ({ status: 'confirmed' }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'status',
      rule: 'UNKNOWN_PROPERTY',
    },
    'a property of the prototype': {
      with: () => JSON.parse('{"constructor": {"prototype": {}}}'),
      status: 400,
      code: 'MALFORMED_REQUEST',
    },
    'a number where text belongs': {
      with: () => ({ purpose: 42 }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'purpose',
    },
    'text where a number belongs': {
      with: () => ({ quantity: '2' }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'quantity',
    },
    'a fraction where a whole number belongs': {
      with: () => ({ attendees: 1.5 }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'attendees',
    },
    'less than one': { with: () => ({ quantity: 0 }), status: 400, code: 'VALIDATION_FAILED', path: 'quantity' },
    'an array where an object belongs': { with: () => ({ addOns: [[]] }), status: 400, code: 'VALIDATION_FAILED' },
    'an id that is none': {
      with: () => ({ zoneId: 'hele-hallen' }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'zoneId',
    },
    'null where something is needed': {
      with: () => ({ listingId: null }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'listingId',
    },
    'text that is too long': {
      with: () => ({ purpose: 'x'.repeat(1001) }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'purpose',
    },
    'NUL in a text': { with: () => ({ purpose: 'a\u0000b' }), status: 400, code: 'VALIDATION_FAILED' },
    'SQL in an id': {
      with: () => ({ listingId: "' or 1=1 --" }),
      status: 400,
      code: 'VALIDATION_FAILED',
      path: 'listingId',
    },
    'the terms not accepted': { with: () => ({ termsVersion: undefined }), status: 400, code: 'TERMS_NOT_ACCEPTED' },
    'other terms accepted': { with: () => ({ termsVersion: '0' }), status: 400, code: 'TERMS_VERSION_MISMATCH' },
    'off the grid of the rules': {
      with: () => ({ startsAt: at(4, 14, 7), endsAt: at(4, 15, 7) }),
      status: 422,
      code: 'RULE_VIOLATION',
    },
    'a zone of nowhere': {
      with: () => ({ zoneId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f' }),
      status: 422,
      code: 'ZONE_UNKNOWN',
    },
    'a listing of nowhere': {
      with: () => ({ listingId: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f' }),
      status: 404,
      code: 'NOT_FOUND',
    },
    'a group of nowhere': { with: () => ({ pricingGroup: 'royalty' }), status: 422, code: 'PRICING_GROUP_UNKNOWN' },
  };

  it.each(Object.keys(cases))('%s', async (name) => {
    const { with: change, status, code, path, rule } = cases[name]!;
    const before = await written();
    const answer = await post({ body: { ...good(), ...change() } });
    expect({ name, status: answer.status, body: answer.body }).toMatchObject({ status });
    if (code) expect(answer.body.code).toBe(code);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      title: expect.any(String),
      detail: expect.any(String),
      traceId: expect.any(String),
    });
    if (path) {
      const errors = answer.body.errors as { path: string; code: string }[];
      const found = errors.find((error) => error.path === path || error.path.startsWith(`${path}.`));
      expect(errors.map((error) => error.path)).toContain(found?.path);
      if (rule) expect(found?.code).toBe(rule);
    }
    expect(await written()).toBe(before);
  });

  it('every field that is wrong is reported, all at once', async () => {
    const answer = await post({ body: { listingId: 'x', startsAt: 'y', endsAt: 7, quantity: -1, colour: 'red' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    const paths = new Set((answer.body.errors as { path: string }[]).map(({ path }) => path));
    expect([...paths].sort()).toEqual(['colour', 'endsAt', 'listingId', 'quantity', 'startsAt']);
  });

  it('rules are reported all at once', async () => {
    const listing = await town.manager.client.digilist.getBookingRules({ id: town.hall.id });
    const rules = { stepMinutes: 30, minDurationMinutes: 60, maxDurationMinutes: 120, leadMinutes: 0, horizonDays: 30 };
    await town.manager.client.digilist.putBookingRules({ id: town.hall.id, ...rules }, { ifMatch: listing });
    const answer = await post({ body: { ...good(), startsAt: at(50, 14, 5), endsAt: at(50, 14, 10) } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'RULE_VIOLATION' } });
    const codes = (answer.body.errors as { code: string }[]).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['STEP', 'TOO_SHORT', 'TOO_FAR']));
  });

  it('what is not JSON, is compressed, is another type or is too large', async () => {
    const before = await written();
    expect(await post({ raw: '{"listingId": ' })).toMatchObject({ status: 400, body: { code: 'MALFORMED_REQUEST' } });
    expect(await post({ raw: '[]' })).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(await post({ raw: 'null' })).toMatchObject({ status: 400 });
    expect(await post({ raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).toMatchObject({
      status: 415,
    });
    const huge = await post({ raw: JSON.stringify({ ...good(), purpose: 'x'.repeat(1_100_000) }) });
    expect(huge).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
    const deep = await post({ raw: `{"addOns":${'['.repeat(50_000)}${']'.repeat(50_000)}}` });
    expect(deep.status).toBe(400);
    expect(await written()).toBe(before);
  });

  it('a good one is still let through', async () => {
    expect(await post({ body: good() })).toMatchObject({ status: 201 });
  });

  it('a change without If-Match is 428, with an old version 412, and changes nothing', async () => {
    const { client } = town.manager;
    const path = `/api/v1/listings/${town.hall.id}`;
    const patch = (headers: Record<string, string>) =>
      http(system.gatewayUrl, 'PATCH', path, { client, body: { capacity: 7 }, headers });
    expect(await patch({})).toMatchObject({ status: 428, body: { code: 'PRECONDITION_REQUIRED' } });
    expect(await patch({ 'if-match': '"1"' })).toMatchObject({ status: 412, body: { code: 'STALE_VERSION' } });
    expect((await client.digilist.getListing({ id: town.hall.id })).capacity).toBe(90);
  });

  it('addresses and methods that do not exist are 404 and 405', async () => {
    const call = (method: string, path: string) =>
      http(system.gatewayUrl, method, path, { client: town.resident.client });
    expect(await call('GET', '/api/v1/nothing')).toMatchObject({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } });
    expect((await call('DELETE', '/api/v1/bookings')).status).toBeGreaterThanOrEqual(404);
    expect(await call('GET', '/api/v1/bookings?limit=0')).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect(await call('GET', '/api/v1/bookings?limit=1000')).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect(await call('GET', '/api/v1/bookings?colour=red')).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect((await call('GET', '/api/v1/bookings?cursor=forged')).status).toBe(400);
  });
});
