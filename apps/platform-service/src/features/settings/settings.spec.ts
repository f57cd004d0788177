import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  clearOwnSetting,
  clearSetting,
  createOrganization,
  createUser,
  explainSetting,
  listOwnSettings,
  listSettings,
  type Organization,
  type ProductManifest,
  putOwnSetting,
  putSetting,
  putSubscription,
  registerProduct,
  type SettingDefinition,
  type User,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let fjell: TestTenant;
let vidde: TestTenant;
let manifest: ProductManifest;
let top: Organization;
let child: Organization;
let user: User;
let userToken: string;
let pageSize: string;

const text = (word: string) => ({ nb: word, nn: word, en: word });
const setting = (key: string, schema: object, value: unknown, more: Partial<SettingDefinition> = {}) =>
  ({ key: `${product.key}.${key}`, title: text(key), schema, default: { value }, ...more }) as SettingDefinition;
const admin = () => ({ token: fjell.token });
const explained = (key: string, place: object = {}) => world.done(explainSetting, { key, ...place }, admin());
const put = (key: string, value: unknown, ifMatch: number, place: object = {}) =>
  world.code(putSetting, { key, value, ...place }, { ...admin(), ifMatch });

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  pageSize = `${product.key}.page-size`;
  manifest = reports(product.key, {
    settings: [
      setting('page-size', { type: 'integer', minimum: 1, maximum: 100 }, 20, { scope: 'user' }),
      setting('greeting', { type: 'string', maxLength: 40 }, 'Hello', { scope: 'org' }),
    ],
  });
  const [small, large] = manifest.planTemplates;
  manifest.planTemplates = [small as never, { ...(large as object), settings: { [pageSize]: 30 } } as never];
  await product.call(registerProduct, manifest);
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
  top = await world.done(createOrganization, { name: 'Top', kind: 'unit' }, admin());
  child = await world.done(createOrganization, { name: 'Child', kind: 'unit', parentId: top.id }, admin());
  user = await world.done(createUser, { email: 'u@fjell.example', name: 'U', password: PASSWORD }, admin());
  await grantOf(world, fjell, user.id, 'organization_administrator', 'org', child.id);
  userToken = (await world.signIn(user.email, PASSWORD, 'fjell')).accessToken;
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

describe('a setting', () => {
  test('holds as the narrowest layer that says something has it: default, plan, tenant, organization, user', async () => {
    const key = pageSize;
    const of = { orgId: child.id, userId: user.id };
    expect(await explained(key, of)).toMatchObject({ value: 20, layer: 'default', version: 0 });
    const subscription = { id: fjell.id, product: product.key, planKey: 'large' };
    await world.done(putSubscription, subscription, { token: await world.superToken() });
    expect(await explained(key, of)).toMatchObject({ value: 30, layer: 'plan' });
    expect(await put(key, 40, 0)).toBe('OK');
    expect(await explained(key, of)).toMatchObject({ value: 40, layer: 'tenant' });
    expect(await put(key, 50, 0, { orgId: top.id })).toBe('OK');
    expect(await explained(key, of)).toMatchObject({ value: 50, layer: 'org' });
    expect(await put(key, 60, 0, { orgId: child.id })).toBe('OK');
    expect(await explained(key, of)).toMatchObject({ value: 60, layer: 'org' });
    expect(await explained(key, { orgId: top.id })).toMatchObject({ value: 50, version: 1 });
    await world.done(putOwnSetting, { key, value: 70 }, { token: userToken, ifMatch: 0 });
    expect(await explained(key, of)).toMatchObject({
      value: 70,
      layer: 'user',
      layers: [
        { layer: 'default', of: null, value: 20, fits: true, wins: false },
        { layer: 'plan', of: null, value: 30, fits: true, wins: false },
        { layer: 'tenant', of: null, value: 40, fits: true, wins: false },
        { layer: 'org', of: top.id, value: 50, fits: true, wins: false },
        { layer: 'org', of: child.id, value: 60, fits: true, wins: false },
        { layer: 'user', of: user.id, value: 70, fits: true, wins: true },
      ],
    });
    expect(await explained(key)).toMatchObject({ value: 40, layer: 'tenant', version: 1 });
  });

  test('taken back lets the layer before decide again, and its version goes on rising', async () => {
    const key = 'platform.invitation-days';
    expect(await put(key, 3, 0)).toBe('OK');
    const clear = (ifMatch: number) => world.code(clearSetting, { key }, { ...admin(), ifMatch });
    expect(await clear(2)).toBe('STALE_VERSION');
    expect(await clear(1)).toBe('OK');
    expect(await explained(key)).toMatchObject({ value: 7, layer: 'default', version: 2 });
    expect(await clear(2)).toBe('NOT_FOUND');
    expect(await put(key, 4, 2)).toBe('OK');
    expect(await explained(key)).toMatchObject({ value: 4, version: 3 });
  });

  test('demands the version that was read, and ten who are first at once make one', async () => {
    const key = 'platform.registration';
    expect(await world.code(putSetting, { key, value: 'closed' }, admin())).toBe('PRECONDITION_REQUIRED');
    expect(await put(key, 'closed', 5)).toBe('STALE_VERSION');
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(key, 'closed', 0)));
    expect(answers.sort()).toEqual(['OK', ...Array.from({ length: 9 }, () => 'STALE_VERSION')]);
  });

  test('is refused where its value does not fit, each mistake by its path', async () => {
    const value = { logoUrl: 'http://insecure.example/logo.png', primaryColour: 'red', font: 'x' };
    const { refusal } = await world.call(putSetting, { key: 'platform.branding', value }, { ...admin(), ifMatch: 0 });
    expect(refusal.code).toBe('SETTING_INVALID');
    expect(refusal.errors?.map(({ path }) => path).sort()).toEqual(['value', 'value.logoUrl', 'value.primaryColour']);
    expect(await put(pageSize, 101, 1)).toBe('SETTING_INVALID');
    expect(await put(pageSize, '50', 1)).toBe('SETTING_INVALID');
  });

  test('that nobody registered, or that may not be set so narrowly, is refused', async () => {
    expect(await put('platform.nothing', 1, 0)).toBe('SETTING_UNKNOWN');
    expect(await put(`${product.key}.nothing`, 1, 0)).toBe('SETTING_UNKNOWN');
    expect(await world.code(explainSetting, { key: 'nothing' }, admin())).toBe('SETTING_UNKNOWN');
    expect(await put('platform.registration', 'open', 0, { orgId: child.id })).toBe('SETTING_SCOPE_INVALID');
    const own = { key: `${product.key}.greeting`, value: 'Hi' };
    expect(await world.code(putOwnSetting, own, { token: userToken, ifMatch: 0 })).toBe('SETTING_SCOPE_INVALID');
  });

  test('whose schema has become narrower is passed over, and the explanation says so', async () => {
    const key = `${product.key}.greeting`;
    expect(await put(key, 'A rather long greeting', 0)).toBe('OK');
    const narrower = (manifest.settings ?? []).map((one) =>
      one.key === key ? { ...one, schema: { type: 'string', maxLength: 5 } } : one,
    );
    await product.call(registerProduct, { ...manifest, settings: narrower });
    expect(await explained(key)).toMatchObject({
      value: 'Hello',
      layer: 'default',
      layers: [{ wins: true }, { layer: 'tenant', fits: false, wins: false }],
    });
    await product.call(registerProduct, manifest);
    expect(await explained(key)).toMatchObject({ layer: 'tenant' });
  });

  test('of an organization is made by whoever administers it, and of nobody else', async () => {
    const caller = { token: userToken, ifMatch: 0 };
    const greeting = (orgId?: string) => ({ key: `${product.key}.greeting`, value: 'Hei', ...(orgId && { orgId }) });
    expect(await world.code(putSetting, greeting(child.id), caller)).toBe('OK');
    expect(await world.code(putSetting, greeting(top.id), caller)).toBe('NOT_FOUND');
    expect(await world.code(putSetting, greeting(), caller)).toBe('FORBIDDEN');
    expect(await put(pageSize, 1, 0, { orgId: uuidv7() })).toBe('NOT_FOUND');
    expect(await world.code(listSettings, { orgId: top.id }, { token: userToken })).toBe('NOT_FOUND');
    const other = { key: pageSize, orgId: child.id, userId: fjell.administratorId };
    expect(await world.code(explainSetting, other, { token: userToken })).toBe('NOT_FOUND');
  });

  test('of another tenant is neither seen nor touched', async () => {
    const { data } = await world.done(listSettings, {}, { token: vidde.token });
    expect(data.find(({ key }) => key === pageSize)).toMatchObject({ value: 20, layer: 'default', version: 0 });
    const foreign = { key: pageSize, value: 1, orgId: child.id };
    expect(await world.code(putSetting, foreign, { token: vidde.token, ifMatch: 0 })).toBe('NOT_FOUND');
  });
});

describe('the list of settings', () => {
  test('has every setting there is in the language of the caller, as it holds there', async () => {
    const { data } = await world.done(listSettings, { orgId: child.id }, { ...admin(), language: 'nn' });
    const byKey = new Map(data.map((one) => [one.key, one]));
    expect(byKey.get(pageSize)).toMatchObject({ value: 60, layer: 'org', version: 1, scope: 'user' });
    expect(byKey.get('platform.mfa-required')).toMatchObject({ value: false, layer: 'default', version: 0 });
    expect(byKey.get('platform.invitation-days')?.title).toBe('Dagar ein invitasjon er gyldig');
  });

  test("of one's own has what a user may set, and lets it be taken back", async () => {
    const own = async () => (await world.done(listOwnSettings, {}, { token: userToken })).data;
    expect(await own()).toMatchObject([{ key: pageSize, value: 70, layer: 'user', version: 1 }]);
    const caller = { token: userToken, ifMatch: 1 };
    expect(await world.code(clearOwnSetting, { key: pageSize }, caller)).toBe('OK');
    expect(await own()).toMatchObject([{ key: pageSize, value: 40, layer: 'tenant', version: 2 }]);
  });
});

test('products hear of a setting as state, and of one taken back as a tombstone; the log has who did it', async () => {
  await eventually(async () => {
    const rows = await world.rows<{ payload: string }>(
      `SELECT payload FROM platform.outbox
       WHERE tenant_id = $1 AND subject LIKE 'platform.state.%.setting.%' AND published_at IS NOT NULL ORDER BY pos`,
      [fjell.id],
    );
    const states = rows.map(({ payload }) => JSON.parse(payload));
    const days = states.filter(({ id }) => id === states.find(({ data }) => data?.value === 3)?.id);
    expect(days).toMatchObject([
      { version: 1, data: { key: 'platform.invitation-days', orgId: null, userId: null, value: 3 } },
      { version: 2, deleted: true, data: null },
      { version: 3, data: { value: 4 } },
    ]);
    const records = await world.rows<{ action: string }>(
      "SELECT action FROM platform.audit_logs WHERE tenant_id = $1 AND entity_type = 'setting' AND entity_id = $2 ORDER BY seq",
      [fjell.id, days[0].id],
    );
    expect(records.map(({ action }) => action)).toEqual([
      'platform.setting.put',
      'platform.setting.clear',
      'platform.setting.put',
    ]);
  });
});

describe('a manifest is refused', () => {
  const problems = async (more: Partial<ProductManifest>) => {
    const code = await product.code(registerProduct, { ...manifest, ...more });
    return code;
  };
  test.each([
    ['a schema that does not compile', { type: 'integre' }, 1],
    ['a keyword that does not exist', { type: 'integer', minimun: 1 }, 1],
    ['a default that does not fit', { type: 'integer', minimum: 5 }, 1],
    ['a schema fetched from elsewhere', { $ref: 'https://example.test/schema.json' }, 1],
    ['an asynchronous schema', { $async: true, type: 'integer' }, 1],
  ])('with %s', async (_, schema, value) => {
    expect(await problems({ settings: [setting('page-size', schema, value)] })).toBe('VALIDATION_FAILED');
  });
  test('with the setting of somebody else, or a plan that sets what it cannot', async () => {
    const theirs = { ...setting('x', { type: 'integer' }, 1), key: 'platform.registration' };
    expect(await problems({ settings: [theirs] })).toBe('VALIDATION_FAILED');
    const plan = (settings: object) => ({
      planTemplates: [{ ...(manifest.planTemplates[0] as object), version: 2, settings }] as never,
    });
    expect(await problems(plan({ [pageSize]: 1000 }))).toBe('VALIDATION_FAILED');
    expect(await problems(plan({ [`${product.key}.unknown`]: 1 }))).toBe('VALIDATION_FAILED');
  });
});
