import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { jobOrigin, UnitOfWork } from '@kit/service';
import { eventually, stopPostgres } from '@kit/testing';
import { roleState, userRoleState, userState } from '@platform/contracts';
import { DigilistWorld } from '../testing/digilist-world.js';
import {
  foundTown,
  type GrantOptions,
  grantData,
  settle,
  stateMessage,
  type Town,
} from './testing/platform-stand-in.js';
import { whoCan } from './who-can.js';

const DECIDE = 'digilist.approval.decide';

let world: DigilistWorld;
let work: UnitOfWork;
let town: Town;

beforeAll(async () => {
  world = await DigilistWorld.open();
  work = (await world.start()).app.get(UnitOfWork, { strict: false });
});
afterAll(async () => {
  await world?.close();
  await stopPostgres();
});

const newTown = async () => {
  town = await foundTown(world.platform, {
    roles: { exact: [DECIDE], any: ['*'], some: ['digilist.approval.*'], other: ['digilist.approval.read'] },
  });
};
const give = async (options: GrantOptions) => (await settle(world.platform, town, options)).userId;
const who = (orgId: string | null) =>
  work.runAs(jobOrigin(town.tenantId, 'spec', town.tenantId), (tx) => whoCan(tx, DECIDE, orgId));
const settled = (orgId: string | null, ids: string[]) =>
  eventually(async () => expect(await who(orgId)).toEqual([...ids].sort()));

it('names who holds a permission in the tenant, there or above, by any pattern, and nobody else', async () => {
  await newTown();
  const everywhere = await give({ role: 'any', scope: 'tenant' });
  const above = await give({ role: 'some', scope: 'org', orgId: town.orgId });
  const there = await give({ role: 'exact', scope: 'org', orgId: town.subOrgId });
  const beside = await give({ role: 'exact', scope: 'org', orgId: town.otherOrgId });
  await give({ role: 'exact', scope: 'user' });
  await give({ role: 'other', scope: 'tenant' });
  await settled(town.subOrgId, [everywhere, above, there]);
  await settled(town.orgId, [everywhere, above]);
  await settled(town.otherOrgId, [everywhere, beside]);
  await settled(null, [everywhere]);
});

it('names nobody whose grant has ended or not begun, is revoked, or whose role or user is gone', async () => {
  await newTown();
  const stays = await give({ role: 'any', scope: 'tenant' });
  await give({ role: 'exact', scope: 'tenant', expiresAt: '2021-01-01T00:00:00Z' });
  await give({ role: 'exact', scope: 'tenant', notBefore: '2999-01-01T00:00:00Z' });
  const revoked = await settle(world.platform, town, { role: 'any', scope: 'tenant' });
  const gone = await settle(world.platform, town, { role: 'any', scope: 'tenant' });
  const retired = await give({ role: 'some', scope: 'tenant' });
  await settled(null, [stays, revoked.userId, gone.userId, retired]);
  const grant = { ...grantData(town, revoked.userId, { role: 'any', scope: 'tenant' }), status: 'revoked' };
  await world.platform.publish(userRoleState, stateMessage(town.tenantId, revoked.grantId, 2, grant));
  await world.platform.publish(userState, stateMessage(town.tenantId, gone.userId, 2, null));
  const role = { key: 'some', name: 'some', permissions: [DECIDE], status: 'retired' };
  await world.platform.publish(roleState, stateMessage(town.tenantId, town.roles.some as string, 2, role));
  await settled(null, [stays]);
});
