import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  anonymous,
  NOT_FOUND,
  Nothing,
  type Operation,
  operationsOf,
  permission,
  Refusal,
  refusalBody,
  Text,
} from '@kit/contracts';
import { createLogger, Nats, RpcClient, Secret } from '@kit/service';
import { eventually, type NatsServer, natsOptions, startNats } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, headers as natsHeaders, type Subscription } from '@nats-io/transport-node';
import { getOwnTenant, type LocateTenant, locateTenant } from '@platform/contracts';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { UserPrincipal } from './exchange.js';
import { Regions } from './regions.js';
import { TenantDirectory } from './tenant-directory.js';

const [EAST, WEST, LOST, INTEGRATION] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
const logger = createLogger('test', 'silent');

class OfToken {
  @Text({ max: 200 })
  token: string;
}
class OfIntegration {
  @Text({ max: 200 })
  id: string;
}
const operation = operationsOf('acme');
const common = { response: Nothing, summary: 'x' };
const plain = operation({
  ...common,
  id: 'readThing',
  subject: 'thing.read.v1',
  http: { method: 'GET', path: '/things' },
  request: Nothing,
  access: permission('acme.thing.read'),
}) as unknown as Operation;
const shared = operation({
  ...common,
  id: 'readShared',
  subject: 'thing.shared.v1',
  http: { method: 'GET', path: '/shared/{token}', tenantIn: { property: 'token', as: 'secret' } },
  request: OfToken,
  access: anonymous('x', { tenant: false }),
}) as unknown as Operation;
const called = operation({
  ...common,
  id: 'takeCall',
  subject: 'thing.call.v1',
  http: { method: 'POST', path: '/calls/{id}', tenantIn: { property: 'id', as: 'integration' } },
  request: OfIntegration,
  access: anonymous('x', { tenant: false }),
}) as unknown as Operation;

const NOBODY = { principal: null, tenantSlug: null };
const user = (tenantId: string) => ({ principal: { tenantId } as UserPrincipal, tenantSlug: null });
const named = (tenantSlug: string) => ({ principal: null, tenantSlug });
const path = (params: Record<string, string> = {}) => ({ params }) as unknown as FastifyRequest;

let server: NatsServer;
let platform: NatsConnection;
let gateway: Nats;
let answering: Subscription | null = null;
let asked: LocateTenant[] = [];
let places: Record<string, { tenantId: string; region: string }>;

/** PLATFORM, as far as it says where tenants are. */
async function arrive(): Promise<void> {
  answering = platform.subscribe(locateTenant.subject, {
    callback: (_, message) => {
      const request = message.json<LocateTenant>();
      asked.push(request);
      const found = places[request.key];
      const headers = natsHeaders();
      headers.set('x-status', found ? 'ok' : 'refused');
      message.respond(JSON.stringify(found ?? refusalBody(new Refusal(NOT_FOUND))), { headers });
    },
  });
  await platform.flush();
}

async function leave(): Promise<void> {
  answering?.unsubscribe();
  answering = null;
  await platform.flush();
}

function regions(names = ['no-east', 'no-west']): Regions {
  const directory = new TenantDirectory(gateway, new RpcClient(gateway), logger);
  directory.start();
  return new Regions(names, directory);
}

beforeAll(async () => {
  server = await startNats();
  platform = await connect(natsOptions(server, server.credentials.platform));
  const { user: name, password } = server.credentials.gateway;
  gateway = await Nats.open({ urls: [server.url], user: name, password: new Secret(password), name: 'test' }, logger);
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await platform?.close();
  await server?.stop();
});
beforeEach(async () => {
  asked = [];
  const west = { tenantId: WEST, region: 'no-west' };
  const east = { tenantId: EAST, region: 'no-east' };
  const lost = { tenantId: LOST, region: 'no-north' };
  places = { [EAST]: east, aust: east, [WEST]: west, vest: west, [INTEGRATION]: west, [LOST]: lost };
  if (!answering) await arrive();
});

describe('a request goes to the region', () => {
  it('of whoever signed in, of the tenant that is named, and of what the path says', async () => {
    const there = regions();
    for (const [place, operation, asker, params] of [
      ['no-west', plain, user(WEST), {}],
      [null, plain, user(EAST), {}],
      ['no-west', plain, named('vest'), {}],
      [null, plain, named('aust'), {}],
      ['no-west', shared, NOBODY, { token: `${WEST}.secret` }],
      [null, shared, NOBODY, { token: `${EAST}.secret` }],
      ['no-west', called, NOBODY, { id: INTEGRATION }],
      // The link tells whose it is, whatever page it was opened from.
      ['no-west', shared, named('aust'), { token: `${WEST}.secret` }],
    ] as const) {
      expect([operation.id, asker, await there.of(operation, asker, path(params))]).toEqual([
        operation.id,
        asker,
        place,
      ]);
    }
    expect(there.in('no-west', plain).subject).toBe('region.no-west.acme.rpc.thing.read.v1');
    expect(there.in('no-west', plain)).toBe(there.in('no-west', plain));
    expect(there.in(null, plain)).toBe(plain);
    expect(there.subject('no-west', 'acme', 'acme.live.x.>')).toBe('region.no-west.acme.live.x.>');
  });

  it('that is home where nobody can be named, nobody is known, or all are meant', async () => {
    places.system = { tenantId: uuidv7(), region: 'global' };
    const there = regions();
    expect(await there.of(plain, NOBODY, path())).toBeNull();
    expect(await there.of(plain, named('ingen'), path())).toBeNull();
    expect(await there.of(plain, named('system'), path())).toBeNull();
    expect(await there.of(shared, NOBODY, path({ token: 'none of ours' }))).toBeNull();
    expect(asked.map(({ key }) => key)).toEqual(['ingen', 'system']);
  });

  it('and is refused where this gateway does not serve it', async () => {
    await expect(regions().of(plain, user(LOST), path())).rejects.toMatchObject({
      reason: { code: 'REGION_UNAVAILABLE', status: 503 },
    });
  });

  it('never for PLATFORM, which is one, and never with one region: then nothing is asked', async () => {
    const own = getOwnTenant as unknown as Operation;
    expect(await regions().of(own, user(WEST), path())).toBeNull();
    expect(regions().in('no-west', own)).toBe(own);
    for (const names of [[], ['no-east']]) {
      expect(regions(names).several).toBe(false);
      expect(await regions(names).of(plain, user(WEST), path())).toBeNull();
      expect(await regions(names).ofAsker(user(WEST))).toBeNull();
    }
    expect(asked).toEqual([]);
  });
});

describe('where a tenant is', () => {
  it('is asked once, however many want to know at once, and known from then on', async () => {
    const there = regions();
    const found = await Promise.all(Array.from({ length: 20 }, () => there.ofAsker(named('vest'))));
    expect(new Set(found)).toEqual(new Set(['no-west']));
    expect(await there.ofAsker(named('vest'))).toBe('no-west');
    expect(asked).toHaveLength(1);
  });

  it('stands while PLATFORM is away; whom it never told of is refused', async () => {
    const there = regions();
    await there.ofAsker(named('vest'));
    await leave();
    expect(await there.ofAsker(named('vest'))).toBe('no-west');
    await expect(there.ofAsker(named('aust'))).rejects.toMatchObject({ kind: 'unavailable' });
    await arrive();
    expect(await there.ofAsker(named('aust'))).toBeNull();
  });

  it('is asked again once PLATFORM says that the tenant changed, and what was known stands if it cannot say', async () => {
    const there = regions();
    await there.ofAsker(named('vest'));
    await there.ofAsker(named('ny'));
    places.vest = { tenantId: WEST, region: 'no-east' };
    places.ny = { tenantId: uuidv7(), region: 'no-west' };
    await jetstream(platform).publish(
      `platform.evt.${WEST}.tenant.${WEST}.updated.v1`,
      JSON.stringify({ id: uuidv7(), subject: WEST }),
    );
    await eventually(async () => expect(await there.ofAsker(named('vest'))).toBeNull());
    // A name that nobody had may be the new one’s.
    expect(await there.ofAsker(named('ny'))).toBe('no-west');
    expect(asked.map(({ key }) => key)).toEqual(['vest', 'ny', 'vest', 'ny']);
    await leave();
    await jetstream(platform).publish(
      `platform.evt.${WEST}.tenant.${WEST}.updated.v1`,
      JSON.stringify({ id: uuidv7(), subject: WEST }),
    );
    await gateway.connection.flush();
    expect(await there.ofAsker(named('vest'))).toBeNull();
  });
});
