import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { eventually } from '@kit/testing';
import {
  createTenant,
  getMe,
  getOwnTenant,
  getTenant,
  listTenants,
  type Tenant,
  updateOwnTenant,
  updateTenant,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;
let token: string;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  token = await world.superToken();
});
afterAll(() => world?.stop());

const request = (slug: string, more: object = {}) => ({
  slug,
  name: `Municipality of ${slug}`,
  administrator: { email: `admin@${slug}.example`, name: 'First Administrator', password: PASSWORD },
  ...more,
});
const rowsOf = (slug: string) => world.rows('SELECT id FROM platform.tenants WHERE slug = $1', [slug]);

describe('provisioning a tenant', () => {
  test('gives it its service user, its roles and a first administrator who can sign in', async () => {
    const dal = await world.done(createTenant, request('dal', { locale: 'nn', region: 'no-west' }), { token });
    expect(dal).toMatchObject({
      slug: 'dal',
      status: 'active',
      locale: 'nn',
      region: 'no-west',
      timezone: 'Europe/Oslo',
      version: 1,
    });
    const { accessToken } = await world.signIn('admin@dal.example', PASSWORD, 'dal');
    const me = await world.done(getMe, {}, { token: accessToken });
    expect(me.user.id).toBe(dal.administratorId);
    expect(me.grants).toMatchObject([{ roleKey: 'tenant_administrator', scope: 'tenant' }]);
    const users = await world.rows('SELECT id, kind FROM platform.users WHERE tenant_id = $1 ORDER BY kind', [dal.id]);
    expect(users).toEqual([
      { id: dal.administratorId, kind: 'person' },
      { id: dal.serviceUserId, kind: 'service' },
    ]);
    const roles = await world.rows<{ key: string }>(
      'SELECT key FROM platform.roles WHERE tenant_id = $1 ORDER BY key',
      [dal.id],
    );
    expect(roles.map(({ key }) => key)).toEqual(['organization_administrator', 'tenant_administrator']);
    expect(await world.done(getOwnTenant, {}, { token: accessToken })).toMatchObject({ id: dal.id, slug: 'dal' });
  });

  test('publishes the state of all that it made, and audits it on both sides', async () => {
    await eventually(async () => {
      const published = await world.rows<{ aggregate: string; n: number }>(
        `SELECT split_part(subject, '.', 4) AS aggregate, count(*)::int AS n FROM platform.outbox
         WHERE tenant_id = $1 AND subject LIKE 'platform.state.%' AND published_at IS NOT NULL GROUP BY 1`,
        [fjell.id],
      );
      const counts = Object.fromEntries(published.map(({ aggregate, n }) => [aggregate, n]));
      expect(counts).toMatchObject({ tenant: 1, user: 2, role: 2, user_role: 1 });
      const records = await world.rows<{ tenant_id: string }>(
        "SELECT tenant_id FROM platform.audit_logs WHERE action = 'platform.tenant.create' AND entity_id = $1",
        [fjell.id],
      );
      expect(new Set(records.map((record) => record.tenant_id))).toEqual(new Set([SYSTEM_TENANT_ID, fjell.id]));
    });
  });

  test('is refused for a slug in use, and leaves nothing behind', async () => {
    const before = await world.rows('SELECT count(*) FROM platform.users');
    expect(await world.code(createTenant, request('fjell'), { token })).toBe('TENANT_SLUG_TAKEN');
    expect(await world.code(createTenant, request('system'), { token })).toBe('TENANT_SLUG_TAKEN');
    expect(await world.rows('SELECT count(*) FROM platform.users')).toEqual(before);
  });

  test('with a plan that does not exist makes no tenant at all', async () => {
    const subscription = { product: 'nothing', planKey: 'free' };
    expect(await world.code(createTenant, request('aldri', { subscription }), { token })).toBe('PLAN_UNKNOWN');
    expect(await rowsOf('aldri')).toEqual([]);
    expect(await world.rows("SELECT 1 FROM platform.users WHERE email = 'admin@aldri.example'")).toEqual([]);
  });

  test('is refused for an unknown time zone and for a short password', async () => {
    expect(await world.code(createTenant, request('sone', { timezone: 'Europe/Olso' }), { token })).toBe(
      'TIMEZONE_UNKNOWN',
    );
    const administrator = { email: 'a@kort.example', name: 'A', password: 'short' };
    expect(await world.code(createTenant, request('kort', { administrator }), { token })).toBe('PASSWORD_TOO_SHORT');
  });

  test('reports every wrong field, nested ones by their path', async () => {
    const wrong = { slug: 'Not A Slug', name: '', administrator: { email: 'x' } };
    const { refusal } = await world.call(createTenant, wrong, { token });
    const paths = refusal.errors?.map((error) => error.path);
    expect(paths).toEqual(expect.arrayContaining(['slug', 'name', 'administrator.email', 'administrator.name']));
  });

  test('by ten at once for one slug makes one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.code(createTenant, request('kappe'), { token })),
    );
    expect(answers.sort()).toEqual(['OK', ...Array.from({ length: 9 }, () => 'TENANT_SLUG_TAKEN')]);
    expect(await rowsOf('kappe')).toHaveLength(1);
  });

  test('again with the same key answers what was answered', async () => {
    const caller = { token, idempotencyKey: uuidv7() };
    const first = await world.call(createTenant, request('atter'), caller);
    const second = await world.call(createTenant, request('atter'), caller);
    expect(second).toEqual({ ...first, replayed: true });
  });

  test('is refused to the administrator of a tenant, also to one whose role names everything', async () => {
    expect(await world.code(createTenant, request('nei'), { token: fjell.token })).toBe('FORBIDDEN');
    expect(await world.code(listTenants, {}, { token: fjell.token })).toBe('FORBIDDEN');
    await world.rows(
      "UPDATE platform.roles SET permissions = '{*}' WHERE tenant_id = $1 AND key = 'tenant_administrator'",
      [fjell.id],
    );
    expect(await world.code(createTenant, request('nei'), { token: fjell.token })).toBe('FORBIDDEN');
    expect(await world.code(listTenants, {}, { token: fjell.token })).toBe('FORBIDDEN');
  });
});

describe('provisioning all of it in one call', () => {
  test('sets the branding, and invites the first administrator where no password was given', async () => {
    const branding = { logoUrl: 'https://elv.example/logo.svg', primaryColour: '#003366' };
    const administrator = { email: 'first@elv.example', name: 'First' };
    const elv = await world.done(createTenant, request('elv', { branding, administrator }), { token });
    const [invitation] = await world.rows<{ email: string; status: string }>(
      'SELECT email, status FROM platform.invitations WHERE tenant_id = $1',
      [elv.id],
    );
    expect(invitation).toEqual({ email: 'first@elv.example', status: 'pending' });
    const [user] = await world.rows('SELECT status FROM platform.users WHERE id = $1', [elv.administratorId]);
    expect(user).toEqual({ status: 'invited' });
    const [setting] = await world.rows('SELECT value FROM platform.tenant_settings WHERE tenant_id = $1', [elv.id]);
    expect(setting).toEqual({ value: branding });
  });

  test('makes nothing at all where any part is wrong', async () => {
    const wrong = request('ulv', {
      branding: { logoUrl: 'ftp://x' },
      administrator: { email: 'a@ulv.example', name: 'A' },
    });
    expect(await world.code(createTenant, wrong, { token })).toBe('SETTING_INVALID');
    expect(await rowsOf('ulv')).toEqual([]);
    expect(await world.rows("SELECT 1 FROM platform.mails WHERE recipient = 'a@ulv.example'")).toEqual([]);
  });
});

describe('changing a tenant', () => {
  test('is for its administrator, but for the slug, and demands the version', async () => {
    const change = { name: 'Fjell kommune', locale: 'nn', timezone: 'Europe/Berlin' };
    const own = (ifMatch: number, more: object = {}) =>
      world.code(updateOwnTenant, { ...change, ...more }, { token: fjell.token, ifMatch });
    expect(await own(9)).toBe('STALE_VERSION');
    expect(await own(1, { timezone: 'Europe/Olso' })).toBe('TIMEZONE_UNKNOWN');
    expect(await own(1, { slug: 'annet' })).toBe('VALIDATION_FAILED');
    expect(await own(1)).toBe('OK');
    expect(await world.done(getOwnTenant, {}, { token: fjell.token })).toMatchObject({
      ...change,
      slug: 'fjell',
      version: 2,
    });
    const caller = { token: fjell.token, ifMatch: 2 };
    expect(await world.code(updateTenant, { id: fjell.id, slug: 'annet' }, caller)).toBe('FORBIDDEN');
    const { accessToken } = await world.signIn(fjell.email, PASSWORD, 'fjell');
    expect(await world.code(getTenant, { id: fjell.id }, { token: accessToken })).toBe('FORBIDDEN');
  });

  test('its slug included is for the system, and no slug is given twice', async () => {
    const before = await world.tenant('gammel');
    const rename = (slug: string, ifMatch: number) =>
      world.code(updateTenant, { id: before.id, slug }, { token, ifMatch });
    expect(await rename('fjell', 1)).toBe('TENANT_SLUG_TAKEN');
    expect(await rename('nytt', 1)).toBe('OK');
    expect(await world.done(getTenant, { id: before.id }, { token })).toMatchObject({ slug: 'nytt', version: 2 });
    await world.signIn(before.email, PASSWORD, 'nytt');
    expect(await world.code(getTenant, { id: uuidv7() }, { token })).toBe('NOT_FOUND');
    const { data } = await world.done(listTenants, { slug: 'nytt' }, { token });
    expect(data.map(({ id }) => id)).toEqual([before.id]);
  });
});

describe('the list of tenants', () => {
  test('shows a super administrator all of them, page by page', async () => {
    const all = await world.done(listTenants, { limit: 200 }, { token });
    expect(all.data.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['system', 'fjell', 'dal']));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: Tenant[]; nextCursor: string | null } = await world.done(
        listTenants,
        { limit: 2, ...(cursor !== null && { cursor }) },
        { token },
      );
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(all.data.map(({ id }) => id));
  });
});
