import { randomUUID } from 'node:crypto';
import { listNotifications } from '@digilist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Flag, Ids, Nothing, operationsOf, permission } from '@kit/contracts';
import { Handles, type RequestContext, UnitOfWork } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { Controller, Module } from '@nestjs/common';
import {
  entitlementState,
  roleState,
  subscriptionState,
  tenantState,
  userRoleState,
  userSessionsState,
  userState,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { DigilistWorld, tokenFor } from '../testing/digilist-world.js';
import {
  foundTown,
  type GrantOptions,
  grantData,
  licence,
  settle,
  stateMessage,
  type Town,
} from './testing/platform-stand-in.js';

const READ = 'digilist.notification.read';

class TellReachAnswer {
  @Flag()
  tenant: boolean;
  @Flag()
  own: boolean;
  @Ids()
  orgIds: string[];
}

const tellReach = operationsOf('digilist')({
  id: 'tellReach',
  subject: 'reach.tell.v1',
  summary: 'Where the caller may read notifications',
  request: Nothing,
  response: TellReachAnswer,
  access: permission(READ),
});

@Controller()
class ReachController {
  constructor(private readonly work: UnitOfWork) {}

  @Handles(tellReach)
  tell(ctx: RequestContext): Promise<TellReachAnswer> {
    return this.work.run(ctx, async ({ reach }) => ({ tenant: reach.tenant, own: reach.own, orgIds: reach.orgIds }));
  }
}

@Module({ controllers: [ReachController] })
class ReachModule {}

let world: DigilistWorld;
let town: Town;

beforeAll(async () => {
  world = await DigilistWorld.open();
  await world.start([ReachModule]);
  town = await foundTown(world.platform, {
    roles: { reader: [READ], anything: ['digilist.*.*'], cook: ['acme.meal.cook'] },
  });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const ask = async (userId: string | null, of: Town = town, extra: Record<string, string> = {}) =>
  (await world.call(listNotifications, of, userId, {}, extra)).code ?? 'OK';
const reader = () => settle(world.platform, town, { role: 'reader', scope: 'user' });
const answers = (userId: string, code: string, of: Town = town) =>
  eventually(async () => expect(await ask(userId, of)).toBe(code));

describe('the guard order', () => {
  it('lets a user through who holds the permission in a tenant that is licensed', async () => {
    await answers((await reader()).userId, 'OK');
  });

  it('asks for authentication first', async () => {
    const unlicensed = await foundTown(world.platform, { modules: [] });
    expect(await ask(null, unlicensed)).toBe('AUTH_REQUIRED');
    expect(await ask(randomUUID(), town)).toBe('AUTH_REQUIRED');
  });

  it('refuses a header that names another tenant than the token', async () => {
    const { userId } = await reader();
    expect(await ask(userId, town, { 'x-tenant': 'elsewhere' })).toBe('TENANT_MISMATCH');
  });

  it('then asks for the tenant, before the permission', async () => {
    const closed = await foundTown(world.platform);
    const { userId } = await settle(world.platform, closed, null);
    await answers(userId, 'FORBIDDEN', closed);
    await world.platform.publish(
      tenantState,
      stateMessage(closed.tenantId, closed.tenantId, 2, {
        slug: closed.slug,
        name: 'x',
        status: 'suspended',
        region: 'no',
        locale: 'nb',
        timezone: 'Europe/Oslo',
        serviceUserId: randomUUID(),
      }),
    );
    await answers(userId, 'TENANT_SUSPENDED', closed);
  });

  it('then asks for the permission, before the licence', async () => {
    const unlicensed = await foundTown(world.platform, { modules: [], roles: { reader: [READ] } });
    const nobody = await settle(world.platform, unlicensed, null);
    const somebody = await settle(world.platform, unlicensed, { role: 'reader', scope: 'user' });
    await answers(nobody.userId, 'FORBIDDEN', unlicensed);
    await answers(somebody.userId, 'MODULE_NOT_ENTITLED', unlicensed);
  });

  it.each([
    ['suspended', { status: 'suspended' }, 'SUBSCRIPTION_SUSPENDED'],
    ['expired', { status: 'expired' }, 'SUBSCRIPTION_EXPIRED'],
    ['cancelled', { status: 'cancelled' }, 'SUBSCRIPTION_EXPIRED'],
    ['past its end, with nobody having noticed', { validUntil: '2021-01-01T00:00:00Z' }, 'SUBSCRIPTION_EXPIRED'],
    [
      'past its end, but within the grace period',
      { validUntil: '2021-01-01T00:00:00Z', graceUntil: '2999-01-01T00:00:00Z' },
      'OK',
    ],
    ['past due', { status: 'past_due' }, 'OK'],
    ['on trial', { status: 'trialing' }, 'OK'],
  ])('answers for a subscription that is %s', async (_, change, code) => {
    const place = await foundTown(world.platform, { roles: { reader: [READ] } });
    const { userId } = await settle(world.platform, place, { role: 'reader', scope: 'user' });
    await answers(userId, 'OK', place);
    await world.platform.publish(
      subscriptionState,
      stateMessage(place.tenantId, place.subscriptionId, 2, licence(change)),
    );
    await eventually(async () => {
      const [row] = await world.rows<{ version: string }>(
        'SELECT version FROM digilist.platform_subscriptions WHERE id = $1',
        [place.subscriptionId],
      );
      expect(row?.version).toBe('2');
    });
    expect(await ask(userId, place)).toBe(code);
  });

  it('honours an entitlement given by hand after the subscription has ended, until its own end', async () => {
    const place = await foundTown(world.platform, { roles: { reader: [READ] } });
    const { userId } = await settle(world.platform, place, { role: 'reader', scope: 'user' });
    const { tenantId, subscriptionId, entitlements } = place;
    const id = entitlements['digilist.notifications'] as string;
    const given = (validUntil: string) => ({
      moduleKey: 'digilist.notifications',
      status: 'active',
      validFrom: '2020-01-01T00:00:00Z',
      validUntil,
      source: 'manual',
      limits: {},
    });
    await world.platform.publish(
      subscriptionState,
      stateMessage(tenantId, subscriptionId, 2, licence({ status: 'expired' })),
    );
    await answers(userId, 'SUBSCRIPTION_EXPIRED', place);
    await world.platform.publish(entitlementState, stateMessage(tenantId, id, 2, given('2999-01-01T00:00:00Z')));
    await answers(userId, 'OK', place);
    await world.platform.publish(entitlementState, stateMessage(tenantId, id, 3, given('2021-01-01T00:00:00Z')));
    await answers(userId, 'SUBSCRIPTION_EXPIRED', place);
  });
});

describe('a grant', () => {
  it('is refused within five seconds of being revoked', async () => {
    const { userId, grantId } = await reader();
    await answers(userId, 'OK');
    const revoked = { ...grantData(town, userId, { role: 'reader', scope: 'user' }), status: 'revoked' };
    await world.platform.publish(userRoleState, stateMessage(town.tenantId, grantId, 2, revoked));
    await eventually(async () => expect(await ask(userId)).toBe('FORBIDDEN'), { within: 5_000 });
  });

  it('is refused when it is deleted, when its role is retired, and when its user is', async () => {
    const own = await foundTown(world.platform, { roles: { reader: [READ] } });
    const [first, second] = await Promise.all(
      [1, 2].map(() => settle(world.platform, own, { role: 'reader', scope: 'user' })),
    );
    if (!first || !second) throw new Error('two users were settled');
    await answers(first.userId, 'OK', own);
    await answers(second.userId, 'OK', own);
    await world.platform.publish(userRoleState, stateMessage(own.tenantId, first.grantId, 2, null));
    await answers(first.userId, 'FORBIDDEN', own);
    const retired = { key: 'reader', name: 'reader', permissions: [READ], status: 'retired' };
    await world.platform.publish(roleState, stateMessage(own.tenantId, own.roles.reader as string, 2, retired));
    await answers(second.userId, 'FORBIDDEN', own);
    await world.platform.publish(userState, stateMessage(own.tenantId, second.userId, 2, null));
    await answers(second.userId, 'AUTH_REQUIRED', own);
  });

  it('ends at its date with nobody doing anything', async () => {
    const ended = await settle(world.platform, town, {
      role: 'reader',
      scope: 'user',
      expiresAt: '2021-01-01T00:00:00Z',
    });
    const lasting = await settle(world.platform, town, {
      role: 'reader',
      scope: 'user',
      expiresAt: '2999-01-01T00:00:00Z',
    });
    await answers(lasting.userId, 'OK');
    await answers(ended.userId, 'FORBIDDEN');
  });

  it('begins at its date and not before', async () => {
    const from = (notBefore: string) => settle(world.platform, town, { role: 'reader', scope: 'user', notBefore });
    await answers((await from('2021-01-01T00:00:00Z')).userId, 'OK');
    await answers((await from('2999-01-01T00:00:00Z')).userId, 'FORBIDDEN');
  });

  it('holds by pattern, and not for the permissions of another product', async () => {
    await answers((await settle(world.platform, town, { role: 'anything', scope: 'tenant' })).userId, 'OK');
    await answers((await settle(world.platform, town, { role: 'cook', scope: 'tenant' })).userId, 'FORBIDDEN');
  });

  it('of one tenant means nothing in another', async () => {
    const other = await foundTown(world.platform, { roles: { reader: [READ] } });
    const { userId } = await reader();
    await answers(userId, 'OK');
    expect(await ask(userId, other)).toBe('AUTH_REQUIRED');
  });
});

describe('a session that has ended', () => {
  it('takes its access token with it within five seconds, and no other session of the same user', async () => {
    const { userId } = await reader();
    const [ended, alive] = [uuidv7(), uuidv7()];
    const asked = (sessionId: string) =>
      ask(userId, town, { authorization: `Bearer ${tokenFor(town, userId, sessionId)}` });
    await eventually(async () => expect(await asked(ended)).toBe('OK'));
    const state = stateMessage(town.tenantId, userId, 1, { endedSessionIds: [ended] });
    await world.platform.publish(userSessionsState, state);
    await eventually(async () => expect(await asked(ended)).toBe('TOKEN_INVALID'), { within: 5_000 });
    expect(await asked(alive)).toBe('OK');
    expect(await ask((await reader()).userId, town, { authorization: 'Bearer nonsense' })).toBe('TOKEN_INVALID');
  });
});

describe('a caller whom the projection has not brought yet', () => {
  const person = { email: 'new@example.no', name: 'Ny', kind: 'person', status: 'active', locale: null };

  it('is fetched from PLATFORM, and what comes by the stream later is the same', async () => {
    const userId = randomUUID();
    const known = stateMessage(town.tenantId, userId, 1, person);
    world.platform.remember(userState, known);
    const grant = grantData(town, userId, { role: 'reader', scope: 'user' });
    await world.platform.publish(userRoleState, stateMessage(town.tenantId, uuidv7(), 1, grant));
    expect(await ask(userId)).toBe('OK');
    await world.platform.publish(userState, known);
    expect(await ask(userId)).toBe('OK');
  });

  it('is fetched together with the grants and the roles they name', async () => {
    const [userId, roleId] = [randomUUID(), uuidv7()];
    world.platform.remember(userState, stateMessage(town.tenantId, userId, 1, person));
    expect(await ask(userId)).toBe('FORBIDDEN');

    const other = randomUUID();
    world.platform.remember(userState, stateMessage(town.tenantId, other, 1, person));
    const role = { key: 'new_reader', name: 'Ny leser', permissions: [READ], status: 'published' };
    world.platform.remember(roleState, stateMessage(town.tenantId, roleId, 1, role));
    const grant = { ...grantData(town, other, { role: 'reader', scope: 'user' }), roleId };
    world.platform.remember(userRoleState, stateMessage(town.tenantId, uuidv7(), 1, grant));
    expect(await ask(other)).toBe('OK');
  });

  it("is not taken from another tenant's answer", async () => {
    const other = await foundTown(world.platform);
    const userId = randomUUID();
    world.platform.remember(userState, stateMessage(other.tenantId, userId, 1, person));
    expect(await ask(userId)).toBe('AUTH_REQUIRED');
  });
});

describe('the reach of a permission', () => {
  const reachOf = async (grants: GrantOptions[]) => {
    const { userId } = await settle(world.platform, town, grants[0] ?? null);
    for (const grant of grants.slice(1)) {
      const id = uuidv7();
      await world.platform.publish(userRoleState, stateMessage(town.tenantId, id, 1, grantData(town, userId, grant)));
    }
    await eventually(async () => {
      const rows = await world.rows('SELECT 1 FROM digilist.platform_user_roles WHERE user_id = $1', [userId]);
      expect(rows).toHaveLength(grants.length);
    });
    const { body } = await world.call(tellReach, town, userId);
    return body as unknown as TellReachAnswer;
  };

  it('of a grant at an organization is that organization and what lies below it', async () => {
    const above = await reachOf([{ role: 'reader', scope: 'org', orgId: town.orgId }]);
    expect(new Set(above.orgIds)).toEqual(new Set([town.orgId, town.subOrgId]));
    expect(above).toMatchObject({ tenant: false, own: false });
    expect((await reachOf([{ role: 'reader', scope: 'org', orgId: town.subOrgId }])).orgIds).toEqual([town.subOrgId]);
  });

  it('adds up over grants, and is the whole tenant for a grant at the tenant', async () => {
    const both = await reachOf([
      { role: 'reader', scope: 'user' },
      { role: 'reader', scope: 'org', orgId: town.otherOrgId },
    ]);
    expect(both).toMatchObject({ tenant: false, own: true, orgIds: [town.otherOrgId] });
    expect(await reachOf([{ role: 'anything', scope: 'tenant' }])).toMatchObject({ tenant: true });
  });
});

describe('with PLATFORM away', () => {
  it('goes on answering whom it knows, and says unavailable to whom it does not', async () => {
    const away = await DigilistWorld.open();
    try {
      await away.start();
      const place = await foundTown(away.platform, { roles: { reader: [READ] } });
      const { userId } = await settle(away.platform, place, { role: 'reader', scope: 'user' });
      await eventually(async () => expect((await away.call(listNotifications, place, userId)).ok).toBe(true));
      await away.platform.leave();
      expect((await away.call(listNotifications, place, userId)).ok).toBe(true);
      expect((await away.call(listNotifications, place, randomUUID())).code).toBe('SERVICE_UNAVAILABLE');
    } finally {
      await away.close();
    }
  });
});
