import { digilistOperations } from '@digilist/contracts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { platformOperations } from '@platform/contracts';
import { type Answer, http } from './support/http.js';
import { type Municipality, municipality } from './support/municipality.js';
import { samples, type Targets, targetsOf } from './support/samples.js';
import { type HttpOperation, overHttp, send } from './support/send.js';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const operations = overHttp([...platformOperations, ...digilistOperations]);
const named = (list: readonly HttpOperation[]) => list.map((operation) => [operation.id, operation] as const);

let town: Municipality;
let targets: Targets;
beforeAll(async () => {
  town = await municipality(system, { needsApproval: true });
  targets = await targetsOf(town);
}, 90_000);

/** What no answer may show: where our code lies, what we ask the database, keys. */
const INSIDES = /\n\s+at |node_modules|\.[jt]s:\d+|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM) \w|-----BEGIN|ECONN/;

/** As RFC 9457 and the bar have it; SCIM has a form of its own (RFC 7644, 3.12). */
function expectProblem({ http: { refusals } }: HttpOperation, { status, headers, text, body }: Answer): void {
  expect(text).not.toMatch(INSIDES);
  if (refusals === 'scim') {
    expect(headers.get('content-type')).toMatch(/^application\/scim\+json/);
    expect(body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status) });
    return;
  }
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    type: `/problems/${body.code}`,
    status,
    code: expect.stringMatching(/^[A-Z][A-Z_]+$/),
    title: expect.any(String),
    detail: expect.any(String),
    instance: expect.stringMatching(/^\//),
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  if (refusals === 'ofrep') expect(body.errorCode).toEqual(expect.any(String));
}

describe('every operation refuses what cannot be right, as a problem with a code and a trace', () => {
  // What was signed is passed on unread; directories send query parameters of their own.
  const tolerant = ({ http: { raw, answers, method } }: HttpOperation) =>
    raw !== null || (answers === 'scim' && (method === 'GET' || method === 'DELETE'));
  const strict = operations.filter((operation) => !tolerant(operation));
  it.each(named(strict))('%s: a property that nobody declared', async (_, operation) => {
    const request = { ...samples[operation.id]!.request(targets), nobodyDeclaredThis: 'x' };
    const answer = await send(system.gatewayUrl, operation, request, { client: town.admin.client });
    expect([operation.id, answer.status]).toEqual([operation.id, 400]);
    expectProblem(operation, answer);
  });

  const withBody = strict.filter(({ http: { method } }) => method !== 'GET' && method !== 'DELETE');
  it.each(named(withBody))('%s: a body that is no JSON', async (_, operation) => {
    const path = operation.http.path.replaceAll(/\{\w+\}/g, '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f');
    const call = { client: town.admin.client, raw: '{"cut', headers: { 'if-match': '"1"' } };
    const answer = await http(system.gatewayUrl, operation.http.method, `${operation.http.base}${path}`, call);
    expect([operation.id, answer.status]).toEqual([operation.id, 400]);
    expectProblem(operation, answer);
  });

  it.each(named(operations.filter(({ http: { raw } }) => raw !== null)))(
    '%s: bytes that nobody signed',
    async (_, operation) => {
      const answer = await send(system.gatewayUrl, operation, samples[operation.id]!.request(targets));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expectProblem(operation, answer);
    },
  );

  it.each(named(operations.filter(({ access }) => access.kind !== 'anonymous')))('%s: nobody', async (_, operation) => {
    const answer = await send(system.gatewayUrl, operation, samples[operation.id]!.request(targets));
    expect([operation.id, answer.status]).toEqual([operation.id, 401]);
    expectProblem(operation, answer);
  });
});
