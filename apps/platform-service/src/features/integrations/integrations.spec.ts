import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Secret } from '@kit/service';
import { eventually } from '@kit/testing';
import { REACHES_RECEIVER, type Receiver, startReceiver } from '@kit/testing/outside';
import {
  createIntegration,
  createOrganization,
  createUser,
  createWebhook,
  getIntegration,
  grantRole,
  type Integration,
  listIntegrationKinds,
  listIntegrations,
  listRoles,
  listWebhooks,
  readIntegration,
  registerProduct,
  removeIntegration,
  testIntegration,
  updateIntegration,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { productOf, reports, type TestProduct } from '../../../test/product.js';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { IntegrationTokens } from './index.js';

const SECRET = 'canary-secret-of-the-archive-9f3a';
const text = (word: string) => ({ nb: word, nn: word, en: word });

let world: PlatformWorld;
let receiver: Receiver;
let product: TestProduct;
let fjell: TestTenant;
let vidde: TestTenant;
let kind: string;

beforeAll(async () => {
  receiver = await startReceiver();
  world = await platformWorld(REACHES_RECEIVER);
  product = await productOf(world);
  kind = `${product.key}.archive`;
  const schema = {
    type: 'object',
    properties: {
      url: { type: 'string', format: 'uri', maxLength: 500 },
      folder: { type: 'string', maxLength: 50 },
      apiKey: { type: 'string', minLength: 3, 'x-secret': true },
      pin: { type: 'string', 'x-secret': true },
    },
    required: ['url', 'apiKey'],
  };
  const integrations = [
    { key: kind, title: text('Archive'), schema, testUrl: 'url' },
    { key: `${product.key}.printer`, title: text('Printer'), schema: { type: 'object', properties: {} } },
  ];
  await product.call(registerProduct, reports(product.key, { integrations }));
  [fjell, vidde] = [await world.tenant('fjell'), await world.tenant('vidde')];
});
afterAll(async () => {
  await product?.close();
  await world?.stop();
  await receiver?.stop();
});

let names = 0;
const make = (config: object = {}, caller = fjell): Promise<Integration> =>
  world.done(
    createIntegration,
    { kind, name: `Archive ${++names}`, config: { url: `${receiver.origin}/archive`, apiKey: SECRET, ...config } },
    { token: caller.token },
  );
const caller = () => ({ token: fjell.token });

describe('a connection', () => {
  test('is read back without its secrets: only that they are set, how they end, and which are equal', async () => {
    const made = await make({ folder: 'a', pin: '1234' });
    const other = await make();
    const shown = [
      made,
      await world.done(getIntegration, { id: made.id }, caller()),
      ...(await world.done(listIntegrations, { kind }, caller())).data,
    ];
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect(made.config).toEqual({ url: `${receiver.origin}/archive`, folder: 'a' });
    expect(made.secrets).toEqual({
      apiKey: { set: true, last4: '9f3a', fingerprint: other.secrets.apiKey?.fingerprint },
      pin: { set: true, last4: null, fingerprint: expect.any(String) },
    });
    const theirs = await make({}, vidde);
    expect(theirs.secrets.apiKey?.fingerprint).not.toBe(made.secrets.apiKey?.fingerprint);
    expect(await world.code(getIntegration, { id: made.id }, { token: vidde.token })).toBe('NOT_FOUND');
  });

  test('must be what its kind asks for; unknown names are refused, and no value is repeated in the refusal', async () => {
    const create = async (config: object, of = kind) => {
      const answer = await world.call(createIntegration, { kind: of, name: `N${++names}`, config }, caller());
      expect(JSON.stringify(answer.refusal)).not.toContain('canary');
      return [answer.refusal?.code, ...(answer.refusal?.errors ?? []).map(({ path }) => path)];
    };
    const url = 'https://example.com';
    expect(await create({ url })).toEqual(['VALIDATION_FAILED', 'config.apiKey']);
    expect(await create({ url, apiKey: SECRET, password: 'canary' })).toEqual(['VALIDATION_FAILED', 'config.password']);
    expect(await create({ url, apiKey: 42 })).toEqual(['VALIDATION_FAILED', 'config.apiKey']);
    expect(await create({ url: 'no url canary', apiKey: SECRET })).toEqual(['VALIDATION_FAILED', 'config.url']);
    expect(await create({ url: 'https://10.0.0.1/', apiKey: SECRET })).toEqual(['INTEGRATION_URL_REFUSED']);
    expect(await create({ url, apiKey: SECRET }, 'acme.nothing')).toEqual(['INTEGRATION_KIND_UNKNOWN']);
  });

  test('has a name of its own among those of its kind, until it is removed', async () => {
    const { id, name } = await make();
    const again = { kind, name, config: { url: 'https://example.com', apiKey: SECRET } };
    expect(await world.code(createIntegration, again, caller())).toBe('INTEGRATION_NAME_TAKEN');
    const other = await make();
    expect(await world.code(updateIntegration, { id: other.id, name }, { ...caller(), ifMatch: 1 })).toBe(
      'INTEGRATION_NAME_TAKEN',
    );
    await world.done(removeIntegration, { id }, caller());
    expect(await world.code(createIntegration, again, caller())).toBe('OK');
    expect(await world.code(getIntegration, { id }, caller())).toBe('NOT_FOUND');
    const [row] = await world.rows('SELECT config, secrets_sealed FROM platform.integration_configs WHERE id = $1', [
      id,
    ]);
    expect(row).toEqual({ config: {}, secrets_sealed: null });
  });

  test('keeps a secret that a change leaves out, and loses one that is null', async () => {
    const { id } = await make({ pin: '1234' });
    const change = (config: object, ifMatch: number) =>
      world.call(updateIntegration, { id, config }, { ...caller(), ifMatch });
    expect((await change({ url: 'https://example.com' }, 2)).refusal.code).toBe('STALE_VERSION');
    const kept = await change({ url: 'https://example.com', pin: null }, 1);
    expect(kept.value.config).toEqual({ url: 'https://example.com' });
    expect(Object.keys(kept.value.secrets)).toEqual(['apiKey']);
    expect((await change({ url: 'https://example.com', apiKey: null }, 2)).refusal.code).toBe('VALIDATION_FAILED');
    expect(await product.call(readIntegration, { tenantId: fjell.id, id })).toMatchObject({
      config: { url: 'https://example.com', apiKey: SECRET },
    });
    expect(await world.code(updateIntegration, { id, name: 'x' }, caller())).toBe('PRECONDITION_REQUIRED');
  });

  test('is given with its secrets to the product that owns the kind, to no other, and that is audited', async () => {
    const { id } = await make();
    const read = await product.call(readIntegration, { tenantId: fjell.id, id });
    expect(read.config.apiKey).toBe(SECRET);
    expect(await product.code(readIntegration, { tenantId: vidde.id, id })).toBe('NOT_FOUND');
    expect(await product.code(readIntegration, { tenantId: fjell.id, id: uuidv7() })).toBe('NOT_FOUND');
    await world.rows("UPDATE platform.integration_configs SET kind = 'other.archive' WHERE id = $1", [id]);
    expect(await product.code(readIntegration, { tenantId: fjell.id, id })).toBe('NOT_FOUND');
    await eventually(async () => {
      const uses = await world.rows(
        "SELECT 1 FROM platform.audit_logs WHERE action = 'platform.integration.use' AND entity_id = $1",
        [id],
      );
      expect(uses.length).toBe(1);
    });
  });

  test('is tested with the safe client: nothing is sent, and nothing of what was said is told', async () => {
    receiver.status('/broken', 503, { 'x-inner': 'canary' });
    const test = async (url: string) => {
      const { id } = await make({ url });
      return world.done(testIntegration, { id }, caller());
    };
    expect(await test(`${receiver.origin}/archive`)).toMatchObject({ ok: true, statusCode: 204, problem: null });
    expect(JSON.stringify(receiver.at('/archive'))).not.toContain(SECRET);
    expect(await test(`${receiver.origin}/broken`)).toMatchObject({ ok: false, statusCode: 503 });
    const { id } = await make({ url: 'http://127.0.0.1:9/' });
    const failed = await world.done(testIntegration, { id }, caller());
    expect(failed).toMatchObject({ ok: false, statusCode: null, problem: 'The connection failed.' });
    expect((await world.done(getIntegration, { id }, caller())).lastTest?.problem).toBe('The connection failed.');
    const printer = { kind: `${product.key}.printer`, name: 'P', config: {} };
    const { id: printerId } = await world.done(createIntegration, printer, caller());
    expect(await world.code(testIntegration, { id: printerId }, caller())).toBe('INTEGRATION_NOT_TESTABLE');
  });

  test('whose token has ended is renewed once for twenty who need it, and early', async () => {
    const { id } = await make();
    const tokens = world.service.app.get(IntegrationTokens, { strict: false });
    let renewals = 0;
    const renew = async ({ config, previous }: { config: Record<string, unknown>; previous: Secret | null }) => {
      renewals += 1;
      expect(config.apiKey).toBe(SECRET);
      expect(previous?.reveal() ?? null).toBe(renewals === 1 ? null : `token ${renewals - 1}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { value: `token ${renewals}`, expiresAt: new Date(Date.now() + renewals * 600_000) };
    };
    // Two processes do not share what is under way in one of them.
    const other = new IntegrationTokens(
      ...(Object.values(tokens).filter((part) => !(part instanceof Map)) as ConstructorParameters<
        typeof IntegrationTokens
      >),
    );
    const use = (now?: Date) =>
      Promise.all(
        Array.from({ length: 20 }, async (_, at) =>
          (await (at % 2 ? tokens : other).current(fjell.id, id, renew, now)).reveal(),
        ),
      );
    expect(new Set(await use())).toEqual(new Set(['token 1']));
    expect(new Set(await use())).toEqual(new Set(['token 1']));
    expect(renewals).toBe(1);
    expect(new Set(await use(new Date(Date.now() + 541_000)))).toEqual(new Set(['token 2']));
    expect(renewals).toBe(2);
    expect((await world.done(getIntegration, { id }, caller())).tokenExpiresAt).not.toBeNull();
  });
});

test('kinds are listed with their schema, page by page', async () => {
  const first = await world.done(listIntegrationKinds, { limit: 1 }, caller());
  expect(first.data).toMatchObject([{ key: kind, testable: true }]);
  const second = await world.done(listIntegrationKinds, { limit: 1, cursor: first.nextCursor }, caller());
  expect(second.data).toMatchObject([{ key: `${product.key}.printer`, testable: false }]);
  expect(second.nextCursor).toBeNull();
});

test('a secret is nowhere in events, audit records, stored answers or tables as it is', async () => {
  await make();
  const tables = await world.rows<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'platform'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition",
  );
  const holding: string[] = [];
  for (const { name } of tables) {
    const [found] = await world.rows(`SELECT 1 FROM platform.${name} t WHERE t::text LIKE $1 LIMIT 1`, [`%${SECRET}%`]);
    if (found) holding.push(name);
  }
  expect(holding).toEqual([]);
});

describe('who administers one organization', () => {
  test('neither sees nor makes what the whole tenant is connected to', async () => {
    const made = await make();
    const { id: orgId } = await world.done(createOrganization, { name: 'Part', kind: 'unit' }, caller());
    const { data: roles } = await world.done(listRoles, { limit: 200 }, caller());
    const roleId = roles.find(({ key }) => key === 'tenant_administrator')?.id ?? '';
    const email = 'leader@fjell.example';
    const { id } = await world.done(createUser, { email, name: 'Leader', password: PASSWORD }, caller());
    await world.done(grantRole, { id, roleId, scope: 'org', orgId }, caller());
    const { accessToken: token } = await world.signIn(email, PASSWORD, 'fjell');
    const refused = [
      await world.code(getIntegration, { id: made.id }, { token }),
      await world.code(listIntegrations, {}, { token }),
      // Also of a kind that there is not: who may not is told nothing more.
      await world.code(createIntegration, { kind: `${product.key}.none`, name: 'x', config: {} }, { token }),
      await world.code(testIntegration, { id: made.id }, { token }),
      await world.code(removeIntegration, { id: made.id }, { token }),
      await world.code(listWebhooks, {}, { token }),
      await world.code(createWebhook, { url: receiver.origin, eventTypes: ['platform.user.*'] }, { token }),
    ];
    expect(refused).toEqual(refused.map(() => 'FORBIDDEN'));
  });
});
