import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  changePlan,
  checkAuthorization,
  consumeUsage,
  createFeatureFlag,
  createOrganization,
  createUser,
  evaluateFlag,
  evaluateProductFlags,
  explainAuthorization,
  explainSetting,
  getSystemConfig,
  leaseUsage,
  listEntitlements,
  listProducts,
  listRoles,
  listUsage,
  type ProductManifest,
  putSetting,
  putSubscription,
  putSystemConfig,
  readState,
  readSystemConfigs,
  registerProduct,
  returnLease,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, type TestProduct } from '../test/product.js';
import { LENDING, PARKING, POLLS } from '../test/products/manifests.js';
import { refused, type ThreeProducts, threeProducts } from '../test/products/world.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../test/world.js';

describe.each([
  { title: 'no product', manifests: [] },
  { title: 'one product', manifests: [LENDING] },
])('PLATFORM with $title', ({ manifests }) => {
  test('has tenants, people, and a licence of each product there is', async () => {
    const world = await platformWorld({}, { products: manifests.map(({ key }) => key) });
    for (const manifest of manifests) {
      const product = await productOf(world, manifest.key);
      expect(await product.call(registerProduct, manifest)).toEqual({ key: manifest.key, version: 1, changed: true });
      await product.close();
    }
    const tenant = await world.tenant('fjell');
    const token = await world.superToken();
    expect((await world.done(listProducts, {}, { token })).data.map(({ key }) => key)).toEqual(
      manifests.map(({ key }) => key),
    );
    const subscribe = { id: tenant.id, product: 'lending', planKey: 'shelf' };
    expect(await world.code(putSubscription, subscribe, { token })).toBe(manifests.length > 0 ? 'OK' : 'PLAN_UNKNOWN');
    const { data } = await world.done(listUsage, {}, { token: tenant.token });
    const counted = data.filter(({ module }) => module === 'lending.loans').map(({ meter }) => meter);
    expect(counted.sort()).toEqual(manifests.length > 0 ? ['lending.lent', 'lending.staff', 'lending.things'] : []);
    await world.stop();
  });
});

describe('PLATFORM with three products', () => {
  let system: ThreeProducts;
  let world: PlatformWorld;
  let lending: TestProduct;
  let parking: TestProduct;
  let polls: TestProduct;
  let fjell: TestTenant;
  let root: string;

  beforeAll(async () => {
    system = await threeProducts();
    ({ world, lending, parking, polls, fjell, root } = system);
  });
  afterAll(() => system?.stop());

  const admin = () => system.admin;
  const person = (name: string) => system.person(name);

  describe('a manifest', () => {
    test('again changes nothing, and the next one only what differs', async () => {
      expect(await polls.call(registerProduct, POLLS)).toEqual({ key: 'polls', version: 1, changed: false });
      const [answer] = POLLS.permissions;
      const write = { ...answer, key: 'polls.poll.write' } as ProductManifest['permissions'][number];
      const rows = () =>
        world.rows("SELECT key, status, version FROM platform.permissions WHERE product = 'polls' ORDER BY key");
      expect(await polls.call(registerProduct, { ...POLLS, permissions: [...POLLS.permissions, write] })).toEqual({
        key: 'polls',
        version: 2,
        changed: true,
      });
      expect(await rows()).toEqual([
        { key: 'polls.poll.read', status: 'active', version: 1 },
        { key: 'polls.poll.write', status: 'active', version: 1 },
      ]);
      await polls.call(registerProduct, POLLS);
      expect(await rows()).toMatchObject([
        { status: 'active', version: 1 },
        { status: 'retired', version: 2 },
      ]);
    });

    const claim = <List extends keyof ProductManifest>(list: List, key: string): Partial<ProductManifest> => {
      const [theirs] = PARKING[list] as [object];
      return { [list]: [{ ...theirs, key }] };
    };
    test.each([
      ['its key', { key: 'parking' }, 'PRODUCT_MISMATCH'],
      ['a permission', claim('permissions', 'parking.permit.read'), 'permissions.0.key'],
      ['a role template', claim('roleTemplates', 'parking_clerk'), 'roleTemplates'],
      ['a purpose', claim('consentPurposes', 'parking.survey'), 'consentPurposes.0.key'],
      ['a setting', claim('settings', 'parking.loan-days'), 'settings.0.key'],
      ['a system config', claim('systemConfigs', 'parking.register-url'), 'systemConfigs.0.key'],
      ['a category of personal data', claim('personalData', 'parking.permits'), 'personalData.0.key'],
      ['a kind of integration', claim('integrations', 'parking.register'), 'integrations.0.key'],
      ['an event', { eventTypes: ['parking.permit.issued.v1'] }, 'eventTypes.0'],
      ['the stream of its events', { eventStream: PARKING.eventStream }, 'eventStream.stream'],
      ['the stream of its audit records', { auditStream: PARKING.auditStream }, 'auditStream.stream'],
    ])('that claims %s of another product is refused, and says where', async (_, more, at) => {
      const roles = { roleTemplates: [], permissions: POLLS.permissions };
      const permissions = 'roleTemplates' in more ? { roleTemplates: roleOf(more.roleTemplates) } : {};
      expect(
        await refused(polls.call(registerProduct, { ...POLLS, ...roles, ...more, ...permissions } as ProductManifest)),
      ).toContain(at);
      expect((await world.done(listProducts, {}, { token: root })).data.map(({ name }) => name)).toEqual([
        LENDING.name,
        PARKING.name,
        POLLS.name,
      ]);
    });
    const roleOf = (templates: unknown) =>
      (templates as object[]).map((template) => ({ ...template, permissions: ['polls.poll.read'] }));
  });

  test('gives a tenant the modules and limits of its plan, and more when it changes', async () => {
    const vidde = await world.tenant('vidde', { subscription: { product: 'lending', planKey: 'shelf' } });
    await world.done(putSubscription, { id: vidde.id, product: 'parking', planKey: 'street' }, { token: root });
    const modules = async () =>
      (await world.done(listEntitlements, {}, { token: vidde.token })).data.map(({ moduleKey }) => moduleKey).sort();
    expect(await modules()).toEqual(['lending.loans', 'parking.permits']);
    const change = await world.done(
      changePlan,
      { id: vidde.id, product: 'lending', planKey: 'house', when: 'now' },
      { token: root },
    );
    expect(change).toMatchObject({ direction: 'upgrade', modulesGained: ['lending.repairs'], modulesLost: [] });
    expect(await modules()).toEqual(['lending.loans', 'lending.repairs', 'parking.permits']);
  });

  test('lets no more people in than the seats that a product sells', async () => {
    const dal = await world.tenant('dal', { subscription: { product: 'lending', planKey: 'shelf' } });
    const invite = (name: string) =>
      world.code(createUser, { email: `${name}@dal.example`, name, password: PASSWORD }, { token: dal.token });
    expect([await invite('a'), await invite('b'), await invite('c'), await invite('d')]).toEqual([
      'OK',
      'OK',
      'OK',
      'LIMIT_EXCEEDED',
    ]);
  });

  test('gives a role of one product nothing in another, and the administrator the same in each', async () => {
    const kari = await person('kari');
    const unit = await world.done(createOrganization, { name: 'Toolshed', kind: 'unit' }, admin());
    await grantOf(world, fjell, kari.id, 'lending_librarian', 'org', unit.id);
    const may = async (permission: string, who = kari.token, more: object = {}) =>
      (await world.done(checkAuthorization, { permission, ...more }, { token: who })).allowed;
    expect(await may('lending.loan.extend', kari.token, { orgId: unit.id })).toBe(true);
    expect(await may('lending.loan.extend', kari.token, { orgId: unit.id, module: 'lending.loans' })).toBe(true);
    expect(await may('lending.loan.extend', kari.token, { orgId: unit.id, module: 'lending.repairs' })).toBe(false);
    const { id: elsewhere } = await world.done(createOrganization, { name: 'Pool', kind: 'unit' }, admin());
    expect(await may('lending.loan.extend', kari.token, { orgId: elsewhere })).toBe(false);
    for (const permission of ['parking.permit.read', 'parking.permit.issue', 'polls.poll.read']) {
      expect(await may(permission, kari.token, { orgId: unit.id })).toBe(false);
      expect(await may(permission, fjell.token)).toBe(!permission.startsWith('polls'));
    }
    const explained = await world.done(
      explainAuthorization,
      { userId: kari.id, permission: 'lending.thing.manage', orgId: unit.id },
      admin(),
    );
    expect(JSON.stringify(explained)).toContain('lending_librarian');
    const { data } = await world.done(listRoles, { limit: 200 }, admin());
    expect(data.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['lending_librarian', 'lending_auditor', 'borrower', 'parking_clerk']),
    );
  });

  test('counts a meter exactly: of a hundred at once over a limit of ten, ten', async () => {
    const counted = await Promise.all(
      Array.from({ length: 100 }, () =>
        refused(
          lending.call(consumeUsage, { tenantId: fjell.id, meter: 'lending.lent', amount: 1, eventId: uuidv7() }),
        ),
      ),
    );
    expect(counted.filter((code) => code === 'OK')).toHaveLength(10);
    expect(new Set(counted.map((code) => code.split(' ')[0]))).toEqual(new Set(['OK', 'LIMIT_EXCEEDED']));
    const block = { tenantId: fjell.id, meter: 'lending.things', amount: 5 };
    const lease = await lending.call(leaseUsage, block);
    expect(lease).toMatchObject({ granted: 3, limit: 3, used: 3 });
    expect(await refused(lending.call(leaseUsage, block))).toContain('LIMIT_EXCEEDED');
    const back = { tenantId: fjell.id, meter: 'lending.things', period: lease.period, returned: 2 };
    expect(await lending.call(returnLease, back)).toEqual({ amount: 2, used: 1 });
    const { data } = await world.done(listUsage, {}, admin());
    const of = new Map(data.map(({ meter, used }) => [meter, used]));
    expect([of.get('lending.lent'), of.get('lending.things')]).toEqual([10, 1]);
    expect([...of.keys()].filter((meter) => !meter.startsWith('lending.'))).toEqual([]);
  });

  test('counts for no product but the one that asks', async () => {
    const use = { tenantId: fjell.id, meter: 'lending.things', amount: 1 };
    expect(await refused(parking.call(consumeUsage, { ...use, eventId: uuidv7() }))).toContain('PRODUCT_MISMATCH');
    expect(await refused(parking.call(leaseUsage, use))).toContain('PRODUCT_MISMATCH');
    const own = { tenantId: fjell.id, meter: 'parking.issued', amount: 1, eventId: uuidv7() };
    expect(await refused(parking.call(consumeUsage, own))).toMatch(/^(MODULE_NOT_ENTITLED|SUBSCRIPTION)/);
  });

  test('decides a flag of a product for it, and shows it to no other', async () => {
    const definition = {
      type: 'boolean' as const,
      variants: { on: true, off: false },
      enabled: true,
      offVariant: 'off',
      defaultVariant: 'off',
      rules: [
        { id: 'pilot', when: [{ attribute: 'tenantId', operator: 'in' as const, values: [fjell.id] }], variant: 'on' },
      ],
    };
    const flag = { description: 'x', purpose: 'release', owner: 'team', definition } as const;
    await world.done(createFeatureFlag, { ...flag, key: 'lending.shelf-map' }, { token: root });
    const seenBy = async (product: TestProduct, tenantId: string) => {
      const { flags } = await product.call(evaluateProductFlags, { tenantId, context: { targetingKey: 'x' } });
      return Object.fromEntries(flags.map(({ key, value }) => [key, value]));
    };
    await eventually(async () => expect(await seenBy(lending, fjell.id)).toHaveProperty(['lending.shelf-map'], true));
    expect(await seenBy(lending, uuidv7())).toHaveProperty(['lending.shelf-map'], false);
    expect(Object.keys(await seenBy(parking, fjell.id)).filter((key) => key.startsWith('lending.'))).toEqual([]);
    const asked = { key: 'lending.shelf-map', context: { targetingKey: 'x' } };
    expect(await world.code(evaluateFlag, asked, { tenant: 'fjell' })).toBe('FLAG_NOT_FOUND');
  });

  test('holds the settings of a product by plan, tenant and organization, and tells why', async () => {
    const key = 'lending.loan-days';
    const { id: orgId } = await world.done(createOrganization, { name: 'Library', kind: 'unit' }, admin());
    const explained = (place: object = {}) => world.done(explainSetting, { key, ...place }, admin());
    expect(await explained({ orgId })).toMatchObject({ value: 7, layer: 'plan' });
    await world.done(putSetting, { key, value: 10 }, { ...admin(), ifMatch: 0 });
    await world.done(putSetting, { key, value: 21, orgId }, { ...admin(), ifMatch: 0 });
    const { value, layer, layers } = await explained({ orgId });
    expect([value, layer, layers.map((said) => said.layer)]).toEqual([21, 'org', ['default', 'plan', 'tenant', 'org']]);
    const wrong = { key, value: 91 };
    expect(await world.code(putSetting, wrong, { ...admin(), ifMatch: 1 })).toBe('SETTING_INVALID');
    const [row] = await world.rows<{ id: string }>(
      'SELECT id FROM platform.tenant_settings WHERE tenant_id = $1 AND key = $2 AND org_id = $3',
      [fjell.id, key, orgId],
    );
    const { states } = await lending.call(readState, {
      aggregate: 'setting',
      tenantId: fjell.id,
      ids: [row?.id as string],
    });
    expect(states[0]?.data).toMatchObject({ key, orgId, value: 21 });
    expect((await world.done(explainSetting, { key: 'parking.loan-days' }, admin())).value).toBe(365);
  });

  test('hands a product its configuration of the system, the secret ones too, and no other product', async () => {
    const secret = 'sms-key-of-the-library';
    await world.done(putSystemConfig, { key: 'lending.sms-key', value: secret }, { token: root, ifMatch: 0 });
    const keys = ['lending.batch', 'lending.sms-key'];
    expect(await lending.call(readSystemConfigs, { keys, tenantId: fjell.id })).toEqual({
      values: [
        { key: 'lending.batch', value: 100 },
        { key: 'lending.sms-key', value: secret },
      ],
    });
    expect(await refused(parking.call(readSystemConfigs, { keys }))).toContain('CONFIG_KEY_UNKNOWN');
    const shown = await world.done(getSystemConfig, { key: 'lending.sms-key' }, { token: root });
    expect(JSON.stringify(shown)).not.toContain(secret);
  });
});
