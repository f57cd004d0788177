import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  changePlan,
  getPlan,
  getSubscription,
  leaseUsage,
  listPlans,
  migratePlan,
  putSubscription,
  registerProduct,
  revertPlanMigration,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let superToken: string;
let tenant: TestTenant;
let exports: string;
let shelves: string;
let archive: string;
let plans: ReturnType<typeof reports>['planTemplates'];

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  [exports, shelves, archive] = [`${product.key}.exports`, `${product.key}.shelves`, `${product.key}.archive`];
  plans = reports(product.key).planTemplates;
  superToken = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

const asSystem = () => ({ token: superToken });
const put = ({ planKey }: { planKey: string }) =>
  world.done(putSubscription, { id: tenant.id, product: product.key, planKey }, asSystem());
const change = ({ planKey }: { planKey: string }) =>
  world.done(changePlan, { id: tenant.id, product: product.key, planKey }, asSystem());
const subscription = () => world.done(getSubscription, {}, { token: tenant.token });
const lease = (amount: number, meter: string) => product.call(leaseUsage, { tenantId: tenant.id, meter, amount });

describe('moving tenants to another version of a plan', () => {
  test('is tried first, done for all, and undone for those that have not moved on', async () => {
    const modules = [`${product.key}.reports`];
    const versions = [1, 2].map((version) => ({
      key: 'moving',
      version,
      name: 'Moving',
      modules: version === 1 ? [...modules, archive] : modules,
      limits: { [exports]: 10, ...(version === 1 && { [shelves]: 4 }) },
    }));
    await product.call(registerProduct, reports(product.key, { planTemplates: [...plans, versions[0]!] }));
    const all: TestTenant[] = [];
    for (const n of [1, 2, 3]) {
      tenant = await world.tenant(`mover${n}`);
      await put({ planKey: 'moving' });
      all.push(tenant);
    }
    await lease(3, shelves);
    await product.call(registerProduct, reports(product.key, { planTemplates: [...plans, versions[1]!] }));
    const { data: retired } = await world.done(listPlans, { product: product.key, status: 'retired' }, asSystem());
    const from = retired.find(({ key }) => key === 'moving')!;
    expect(await world.done(getPlan, { id: from.id }, asSystem())).toMatchObject({ version: 1, status: 'retired' });

    const tried = await world.done(migratePlan, { id: from.id, dryRun: true }, asSystem());
    expect(tried).toMatchObject({ id: null, remaining: 3, from: { planVersion: 1 }, to: { planVersion: 2 } });
    expect(tried.tenants.map(({ modulesLost }) => modulesLost)).toEqual([[archive], [archive], [archive]]);
    expect(tried.tenants.find(({ tenantId }) => tenantId === tenant.id)?.overLimit).toEqual([shelves]);
    expect(await subscription()).toMatchObject({ planVersion: 1 });

    const first = await world.done(migratePlan, { id: from.id, limit: 1 }, asSystem());
    expect(first).toMatchObject({ remaining: 2 });
    const rest = await world.done(migratePlan, { id: from.id }, asSystem());
    expect(rest).toMatchObject({ remaining: 0, tenants: [{}, {}] });
    expect(await subscription()).toMatchObject({ planVersion: 2 });

    await change({ planKey: 'large' });
    const undo = { id: from.id, migrationId: rest.id as string };
    expect(await world.done(revertPlanMigration, undo, asSystem())).toMatchObject({ reverted: 1, kept: 1 });
    expect(await subscription()).toMatchObject({ planKey: 'large' });
    tenant = all[1]!;
    expect(await subscription()).toMatchObject({ planKey: 'moving', planVersion: 1 });
    expect(await world.done(revertPlanMigration, undo, asSystem())).toMatchObject({ reverted: 0, kept: 0 });
    expect(await world.code(revertPlanMigration, { ...undo, migrationId: uuidv7() }, asSystem())).toBe('NOT_FOUND');
    expect(await world.code(migratePlan, { id: uuidv7() }, asSystem())).toBe('NOT_FOUND');
    expect(await world.code(migratePlan, { id: from.id, toVersion: 9 }, asSystem())).toBe('PLAN_UNKNOWN');
    expect(await world.code(migratePlan, { id: from.id }, { token: tenant.token })).toBe('FORBIDDEN');
    const current = (await world.done(listPlans, { product: product.key }, asSystem())).data;
    const same = current.find(({ key }) => key === 'moving')!;
    expect(await world.code(migratePlan, { id: same.id, toVersion: 2 }, asSystem())).toBe('PLAN_UNCHANGED');
  });
});
