import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  getSystemConfig,
  listSystemConfigs,
  listSystemConfigVersions,
  putSystemConfig,
  readSystemConfigs,
  registerProduct,
  removeSystemConfig,
  rollBackSystemConfig,
} from '@platform/contracts';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let tenant: TestTenant;
let token: string;
let size: string;
let secret: string;
const text = (word: string) => ({ nb: word, nn: word, en: word });

beforeAll(async () => {
  world = await platformWorld({ PLATFORM_SYSTEM_CONFIGS: '{"platform.flag-approvals": 0}' });
  product = await productOf(world);
  size = `${product.key}.page-size`;
  secret = `${product.key}.archive-key`;
  const systemConfigs = [
    { key: size, title: text('Size'), schema: { type: 'integer', minimum: 1 }, default: { value: 20 } },
    {
      key: secret,
      title: text('Key'),
      schema: { type: 'string', minLength: 8 },
      default: { value: 'none-yet' },
      secret: true,
    },
  ];
  await product.call(registerProduct, reports(product.key, { systemConfigs }));
  tenant = await world.tenant('fjordby');
  token = await world.superToken();
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

const read = async (key: string, tenantId?: string) =>
  (await product.call(readSystemConfigs, { keys: [key], ...(tenantId && { tenantId }) })).values[0]?.value;

describe('the configuration of the system', () => {
  test('holds by layer: default, environment, all, product, tenant; and says which one decides', async () => {
    const put = (value: number, place: object = {}) =>
      world.done(putSystemConfig, { key: size, value, ...place }, { token, ifMatch: 0 });
    expect(await read(size)).toBe(20);
    await put(30);
    await put(40, { product: product.key });
    await put(50, { tenantId: tenant.id });
    expect([await read(size), await read(size, tenant.id)]).toEqual([40, 50]);
    const shown = await world.done(
      getSystemConfig,
      { key: size, product: product.key, tenantId: tenant.id },
      { token },
    );
    expect(shown.layers.map(({ layer, value, wins }) => [layer, value, wins])).toEqual([
      ['default', 20, false],
      ['global', 30, false],
      ['product', 40, false],
      ['tenant', 50, true],
    ]);
    await world.done(removeSystemConfig, { key: size, tenantId: tenant.id }, { token });
    expect(await read(size, tenant.id)).toBe(40);
    const own = await world.done(getSystemConfig, { key: 'platform.flag-approvals' }, { token });
    expect(own.layers).toMatchObject([{ layer: 'default' }, { layer: 'environment', value: 0, wins: true }]);
  });

  test('changes with the version that was read, is looked at before, and goes back', async () => {
    const place = { key: size, tenantId: tenant.id };
    const before = await world.call(getSystemConfig, place, { token });
    expect(await world.code(putSystemConfig, { ...place, value: 1 }, { token, ifMatch: 99 })).toBe('STALE_VERSION');
    const ifMatch = before.value.version;
    const tried = await world.done(putSystemConfig, { ...place, value: 60, dryRun: true }, { token, ifMatch });
    expect(tried.layers.at(-1)).toMatchObject({ layer: 'tenant', value: 60, wins: true });
    expect(await read(size, tenant.id)).not.toBe(60);
    const first = await world.done(putSystemConfig, { ...place, value: 60 }, { token, ifMatch });
    await world.done(putSystemConfig, { ...place, value: 70 }, { token, ifMatch: first.version });
    await world.done(rollBackSystemConfig, { ...place, toVersion: first.version }, { token });
    expect(await read(size, tenant.id)).toBe(60);
    const { data } = await world.done(listSystemConfigVersions, place, { token });
    expect(data[0]).toMatchObject({ status: 'active', value: 60 });
    expect(await world.code(rollBackSystemConfig, { ...place, toVersion: 999 }, { token })).toBe('CONFIG_KEY_UNKNOWN');
  });

  test('refuses what does not fit its type, what nobody registered, and whoever does not run the system', async () => {
    const refused = await world.call(putSystemConfig, { key: size, value: 'many' }, { token, ifMatch: 1 });
    expect(refused.refusal).toMatchObject({ code: 'CONFIG_VALUE_INVALID', errors: [{ path: 'value', code: 'type' }] });
    for (const operation of [getSystemConfig, listSystemConfigVersions, removeSystemConfig])
      expect(await world.code(operation, { key: 'nobody.knows' }, { token })).toBe('CONFIG_KEY_UNKNOWN');
    expect(await world.code(putSystemConfig, { key: size, value: 1 }, { token: tenant.token, ifMatch: 1 })).toBe(
      'FORBIDDEN',
    );
    expect(await product.code(readSystemConfigs, { keys: ['platform.flag-approvals'] })).toBe('CONFIG_KEY_UNKNOWN');
    const { data } = await world.done(listSystemConfigs, { owner: product.key, limit: 1 }, { token });
    expect(data.map(({ key }) => key)).toEqual([secret]);
    await expect(platformWorld({ PLATFORM_SYSTEM_CONFIGS: '{"platform.flag-approvals": "many"}' })).rejects.toThrow(
      'flag-approvals',
    );
  });

  test('never shows a secret: the product reads it, people see that it is set', async () => {
    const value = 'correct-horse-battery-9f2c';
    const put = await world.call(putSystemConfig, { key: secret, value }, { token, ifMatch: 0 });
    const shown = await world.call(getSystemConfig, { key: secret }, { token });
    const versions = await world.call(listSystemConfigVersions, { key: secret }, { token });
    for (const answer of [put, shown, versions]) expect(JSON.stringify(answer)).not.toContain(value);
    expect(shown.value.layers.at(-1)).toMatchObject({ layer: 'global', last4: '9f2c', wins: true });
    expect(await read(secret)).toBe(value);
    const dump = JSON.stringify(await world.rows('SELECT * FROM platform.system_configs'));
    const trail = JSON.stringify(await world.rows('SELECT subject, payload FROM platform.outbox'));
    expect(dump + trail).not.toContain(value);
  });
});
