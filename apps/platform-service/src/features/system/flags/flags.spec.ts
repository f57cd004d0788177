import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  type CreateFlag,
  createFeatureFlag,
  createUser,
  decideFlagChange,
  evaluateFlag,
  evaluateFlags,
  evaluateProductFlags,
  type FeatureFlag,
  type FlagDefinition,
  getFeatureFlag,
  grantRole,
  listFeatureFlags,
  listFeatureFlagVersions,
  listFlagChanges,
  listFlagSegments,
  proposeFlagChange,
  putFlagSegment,
  putSystemConfig,
  registerProduct,
  removeSystemConfig,
  revertFeatureFlag,
  updateFeatureFlag,
} from '@platform/contracts';
import { productOf, reports, type TestProduct } from '../../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let product: TestProduct;
let tenant: TestTenant;
let token: string;
let second: string;

beforeAll(async () => {
  world = await platformWorld();
  product = await productOf(world);
  await product.call(registerProduct, reports(product.key));
  tenant = await world.tenant('fjordby');
  token = await world.superToken();
  const user = await world.done(createUser, { email: 'two@system.test', name: 'Two', password: PASSWORD }, { token });
  const [role] = await world.rows<{ id: string }>("SELECT id FROM platform.roles WHERE key = 'super_administrator'");
  await world.done(grantRole, { id: user.id, roleId: role?.id, scope: 'saas' }, { token });
  second = (await world.signIn('two@system.test', PASSWORD)).accessToken;
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
});

const definition = (more: Partial<FlagDefinition> = {}): FlagDefinition => ({
  type: 'boolean',
  variants: { on: true, off: false },
  enabled: true,
  offVariant: 'off',
  defaultVariant: 'off',
  ...more,
});
let made = 0;
const create = (more: Partial<CreateFlag> = {}): Promise<FeatureFlag> => {
  made += 1;
  const flag = {
    key: `platform.flag-${made}`,
    description: 'A flag',
    purpose: 'release' as const,
    owner: 'team',
    definition: definition(),
  };
  return world.done(createFeatureFlag, { ...flag, ...more }, { token });
};
const anybody = { tenant: 'fjordby' };

describe('a feature flag', () => {
  test('is made, read, listed, changed with what was read, archived, and every step is kept and audited', async () => {
    const flag = await create({ clientExposed: true, expectedEnd: '2027-01-31' });
    expect(await world.done(getFeatureFlag, { key: flag.key }, { token })).toEqual(flag);
    const { data } = await world.done(listFeatureFlags, { product: 'platform', limit: 200 }, { token });
    expect(data.map(({ key }) => key)).toContain(flag.key);
    const change = { key: flag.key, definition: definition({ defaultVariant: 'on' }) };
    expect(await world.code(updateFeatureFlag, change, { token, ifMatch: 7 })).toBe('STALE_VERSION');
    const changed = await world.done(updateFeatureFlag, change, { token, ifMatch: 1 });
    expect(changed).toMatchObject({ version: 2, definition: change.definition, expectedEnd: '2027-01-31' });
    const archived = await world.done(updateFeatureFlag, { key: flag.key, status: 'archived' }, { token, ifMatch: 2 });
    expect(archived.status).toBe('archived');
    await eventually(async () =>
      expect(await world.code(evaluateFlag, { key: flag.key, context: {} }, anybody)).toBe('FLAG_NOT_FOUND'),
    );
    const versions = await world.done(listFeatureFlagVersions, { key: flag.key }, { token });
    expect(versions.data.map(({ version }) => version)).toEqual([3, 2, 1]);
    await eventually(async () => {
      const rows = await world.rows('SELECT 1 FROM platform.audit_logs WHERE entity_id = $1', [flag.key]);
      expect(rows).toHaveLength(3);
    });
  });

  test('comes back as it was with one call', async () => {
    const flag = await create();
    await world.done(
      updateFeatureFlag,
      { key: flag.key, definition: definition({ enabled: false }) },
      { token, ifMatch: 1 },
    );
    const reverted = await world.done(revertFeatureFlag, { key: flag.key, toVersion: 1 }, { token });
    expect(reverted).toMatchObject({ version: 3, definition: flag.definition });
    expect(await world.code(revertFeatureFlag, { key: flag.key, toVersion: 9 }, { token })).toBe('NOT_FOUND');
  });

  test('is refused when it could not be decided, when its key is taken or no key, and when others rely on what would go', async () => {
    const flag = await create();
    const again = { key: flag.key, description: 'x', purpose: 'ops', owner: 'x', definition: definition() };
    expect(await world.code(createFeatureFlag, again, { token })).toBe('FLAG_KEY_TAKEN');
    expect(await world.code(createFeatureFlag, { ...again, key: 'no key' }, { token })).toBe('FLAG_INVALID');
    const bad = { ...again, key: 'platform.bad', definition: definition({ defaultVariant: 'maybe' }) };
    const refused = await world.call(createFeatureFlag, bad, { token });
    expect(refused.refusal).toMatchObject({ code: 'FLAG_INVALID', errors: [{ path: 'definition.defaultVariant' }] });
    await create({ definition: definition({ prerequisites: [{ flag: flag.key, variants: ['on'] }] }) });
    const without = {
      type: 'boolean' as const,
      variants: { off: false },
      enabled: true,
      offVariant: 'off',
      defaultVariant: 'off',
    };
    expect(await world.code(updateFeatureFlag, { key: flag.key, definition: without }, { token, ifMatch: 1 })).toBe(
      'FLAG_INVALID',
    );
  });

  test('is for those who run the system: a tenant’s administrator neither sees nor changes it', async () => {
    const flag = await create();
    for (const operation of [getFeatureFlag, listFeatureFlagVersions])
      expect(await world.code(operation, { key: flag.key }, { token: tenant.token })).toBe('FORBIDDEN');
    expect(
      await world.code(updateFeatureFlag, { key: flag.key, owner: 'me' }, { token: tenant.token, ifMatch: 1 }),
    ).toBe('FORBIDDEN');
    expect(
      await world.code(putFlagSegment, { key: 'platform.s', description: 'x', when: [] }, { token: tenant.token }),
    ).toBe('FORBIDDEN');
  });
});

describe('evaluation', () => {
  test('knows tenant and user better than who asks, and targets by a segment', async () => {
    const when = [{ attribute: 'tenant', operator: 'in' as const, values: ['fjordby'] }];
    await world.done(putFlagSegment, { key: 'platform.pilots', description: 'Pilots', when }, { token });
    expect((await world.done(listFlagSegments, {}, { token })).data).toMatchObject([{ key: 'platform.pilots', when }]);
    const rules = [{ id: 'pilots', segments: ['platform.pilots'], variant: 'on' }];
    const { key } = await create({ clientExposed: true, definition: definition({ rules }) });
    const other = await world.tenant('viddeby');
    await eventually(async () =>
      expect(await world.done(evaluateFlag, { key, context: { targetingKey: 'x' } }, anybody)).toMatchObject({
        key,
        value: true,
        variant: 'on',
        reason: 'TARGETING_MATCH',
        metadata: { rule: 'pilots', flagVersion: 1 },
      }),
    );
    const lying = { key, context: { targetingKey: 'x', tenant: 'fjordby' } };
    expect(await world.done(evaluateFlag, lying, { token: other.token })).toMatchObject({ value: false });
    expect(
      await world.code(
        putFlagSegment,
        { key: 'platform.s', description: 'x', when: [{ attribute: 'a', operator: 'in' }] },
        { token },
      ),
    ).toBe('FLAG_INVALID');
  });

  test('shows those who may not evaluate only what is exposed to clients; the rest is not there', async () => {
    const open = await create({ clientExposed: true });
    const closed = await create();
    const all = (caller: object) => world.done(evaluateFlags, { context: { targetingKey: 'x' } }, caller);
    await eventually(async () => {
      const keys = (await all(anybody)).flags.map(({ key }) => key);
      expect(keys).toContain(open.key);
      expect(keys).not.toContain(closed.key);
    });
    expect((await all({ token: tenant.token })).flags.map(({ key }) => key)).not.toContain(closed.key);
    expect((await all({ token })).flags.map(({ key }) => key)).toContain(closed.key);
    expect(await world.code(evaluateFlag, { key: closed.key }, anybody)).toBe('FLAG_NOT_FOUND');
    expect(await world.code(evaluateFlag, { key: 'platform.never' }, anybody)).toBe('FLAG_NOT_FOUND');
  });

  test('has an ETag of flags and context together', async () => {
    const etag = async (context: object, caller: object = anybody) =>
      (await world.call(evaluateFlags, { context }, caller)).etag;
    const first = await etag({ targetingKey: 'kari', plan: 'a' });
    expect(first).toMatch(/^"[\w-]{43}"$/);
    expect(await etag({ plan: 'a', targetingKey: 'kari' })).toBe(first);
    expect(await etag({ targetingKey: 'kari', plan: 'b' })).not.toBe(first);
    expect(await etag({ targetingKey: 'ola', plan: 'a' })).not.toBe(first);
    expect(await etag({ targetingKey: 'kari', plan: 'a' }, { token })).not.toBe(first);
    await create({ clientExposed: true });
    await eventually(async () => expect(await etag({ targetingKey: 'kari', plan: 'a' })).not.toBe(first), {
      within: 2_000,
    });
  });

  test('refuses a context that is none', async () => {
    expect(await world.code(evaluateFlags, { context: { targetingKey: 7 } }, anybody)).toBe('INVALID_CONTEXT');
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`a${n}`, n]));
    expect(await world.code(evaluateFlag, { key: 'platform.x', context: many }, anybody)).toBe('INVALID_CONTEXT');
  });

  test('gives a product its own flags and those of PLATFORM, never another product’s', async () => {
    const own = await create({ key: `${product.key}.own` });
    const foreign = await create({ key: 'elsewhere.flag' });
    await eventually(async () => {
      const { flags } = await product.call(evaluateProductFlags, { tenantId: tenant.id, context: {} });
      const keys = flags.map(({ key }) => key);
      expect(keys).toContain(own.key);
      expect(keys).not.toContain(foreign.key);
      expect(keys.some((key) => key.startsWith('platform.'))).toBe(true);
    });
  });
});

describe('a change that others must approve', () => {
  const needed = (value: number) =>
    world.done(putSystemConfig, { key: 'platform.flag-approvals', value }, { token, ifMatch: 0 });

  test('cannot be made alone, nor approved by who proposed it; once approved it holds', async () => {
    const flag = await create();
    await needed(1);
    const next = definition({ defaultVariant: 'on' });
    await eventually(async () =>
      expect(await world.code(updateFeatureFlag, { key: flag.key, definition: next }, { token, ifMatch: 1 })).toBe(
        'FLAG_CHANGE_NEEDS_APPROVAL',
      ),
    );
    expect(await world.code(revertFeatureFlag, { key: flag.key, toVersion: 1 }, { token })).toBe(
      'FLAG_CHANGE_NEEDS_APPROVAL',
    );
    const change = await world.done(proposeFlagChange, { key: flag.key, definition: next, baseVersion: 1 }, { token });
    expect(await world.code(decideFlagChange, { id: change.id, decision: 'approve' }, { token })).toBe(
      'FLAG_CHANGE_OWN',
    );
    const applied = await world.done(decideFlagChange, { id: change.id, decision: 'approve' }, { token: second });
    expect(applied).toMatchObject({ status: 'applied', approvals: 1 });
    expect(await world.code(decideFlagChange, { id: change.id, decision: 'reject' }, { token: second })).toBe(
      'FLAG_CHANGE_CLOSED',
    );
    expect((await world.done(getFeatureFlag, { key: flag.key }, { token })).definition).toEqual(next);
    expect((await world.done(listFlagChanges, { status: 'applied' }, { token })).data).toHaveLength(1);
    await world.done(removeSystemConfig, { key: 'platform.flag-approvals' }, { token });
  });

  test('is not applied to a flag that is another one by now', async () => {
    const flag = await create();
    const propose = (baseVersion: number) => ({
      key: flag.key,
      definition: definition({ enabled: false }),
      baseVersion,
    });
    expect(await world.code(proposeFlagChange, propose(4), { token })).toBe('FLAG_CHANGE_CONFLICT');
    const change = await world.done(proposeFlagChange, propose(1), { token });
    await eventually(async () => {
      expect(
        await world.code(
          updateFeatureFlag,
          { key: flag.key, definition: definition({ defaultVariant: 'on' }) },
          { token, ifMatch: 1 },
        ),
      ).toBe('OK');
    });
    expect(await world.code(decideFlagChange, { id: change.id, decision: 'approve' }, { token: second })).toBe(
      'FLAG_CHANGE_CONFLICT',
    );
    expect(await world.done(decideFlagChange, { id: change.id, decision: 'reject' }, { token: second })).toMatchObject({
      status: 'rejected',
    });
  });

  test('waits for its hour', async () => {
    const flag = await create();
    const applyAt = new Date(Date.now() + 3_000).toISOString();
    const next = definition({ defaultVariant: 'on' });
    const change = await world.done(
      proposeFlagChange,
      { key: flag.key, definition: next, baseVersion: 1, applyAt },
      { token },
    );
    expect(await world.done(decideFlagChange, { id: change.id, decision: 'approve' }, { token: second })).toMatchObject(
      { status: 'approved' },
    );
    expect((await world.done(getFeatureFlag, { key: flag.key }, { token })).version).toBe(1);
    await eventually(
      async () => expect((await world.done(getFeatureFlag, { key: flag.key }, { token })).definition).toEqual(next),
      { within: 15_000 },
    );
  });
});
