import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  addMember,
  createOrganization,
  createUser,
  getMe,
  getUser,
  listUsers,
  login,
  normalizeEmail,
  refresh,
  type User,
  updateUser,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(() => world?.stop());

let count = 0;
const add = (more: object = {}): Promise<User> => {
  count++;
  const person = { email: `person${count}@fjell.example`, name: `Person ${count}`, password: PASSWORD };
  return world.done(createUser, { ...person, ...more }, { token: fjell.token });
};
const tokenOf = async (user: User) => (await world.signIn(user.email, PASSWORD, 'fjell')).accessToken;

describe('adding a user', () => {
  test('lets them sign in and tells everybody who copies users', async () => {
    const user = await add({ email: 'Kari.Nordmann@Fjell.Example', locale: 'nn' });
    expect(user).toMatchObject({
      email: 'kari.nordmann@fjell.example',
      kind: 'person',
      status: 'active',
      locale: 'nn',
      version: 1,
    });
    await tokenOf(user);
    await eventually(async () => {
      const messages = await world.rows<{ subject: string; published_at: Date | null }>(
        'SELECT subject, published_at FROM platform.outbox WHERE strpos(subject, $1) > 0 ORDER BY pos',
        [user.id],
      );
      expect(messages.map((message) => message.subject)).toEqual([
        `platform.evt.${fjell.id}.user.${user.id}.created.v1`,
        `platform.state.${fjell.id}.user.${user.id}`,
      ]);
      expect(messages.every((message) => message.published_at !== null)).toBe(true);
    });
  });

  test('without a password invites them: they cannot sign in yet', async () => {
    const user = await add({ email: 'later@fjell.example', password: undefined });
    expect(user.status).toBe('invited');
    expect(await world.code(login, { email: user.email, password: PASSWORD }, { tenant: 'fjell' })).toBe(
      'AUTH_INVALID_CREDENTIALS',
    );
  });

  test('is refused for an address that is in use, and allowed in another tenant', async () => {
    const { email } = await add();
    const again = { email: email.toUpperCase(), name: 'Again', password: PASSWORD };
    expect(await world.code(createUser, again, { token: fjell.token })).toBe('EMAIL_TAKEN');
    expect(await world.code(createUser, again, { token: vidde.token })).toBe('OK');
  });

  test('is refused with a password that is too short', async () => {
    const short = { email: 'short@fjell.example', name: 'Short', password: 'fourteen chars' };
    expect(await world.code(createUser, short, { token: fjell.token })).toBe('PASSWORD_TOO_SHORT');
    expect(await world.rows('SELECT 1 FROM platform.users WHERE email = $1', [short.email])).toEqual([]);
  });

  test('is refused to whoever has no permission for it, and to nobody in particular', async () => {
    const token = await tokenOf(await add());
    const one = { email: 'one@fjell.example', name: 'One' };
    expect(await world.code(createUser, one, { token })).toBe('FORBIDDEN');
    expect(await world.code(createUser, one)).toBe('AUTH_REQUIRED');
  });

  test('twenty times with one key adds one', async () => {
    const request = { email: 'once@fjell.example', name: 'Once', password: PASSWORD };
    const caller = { token: fjell.token, idempotencyKey: uuidv7() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.call(createUser, request, caller)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.value))).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await world.code(createUser, { ...request, name: 'Other' }, caller)).toBe('IDEMPOTENCY_MISMATCH');
  });
});

describe('reading users', () => {
  test('a foreign id answers exactly like a random one', async () => {
    const foreign = await world.call(getUser, { id: vidde.administratorId }, { token: fjell.token });
    const random = await world.call(getUser, { id: uuidv7() }, { token: fjell.token });
    expect(foreign).toEqual(random);
    expect(random.refusal.code).toBe('NOT_FOUND');
  });

  test('carries the version as ETag', async () => {
    const user = await add();
    const answer = await world.call(getUser, { id: user.id }, { token: fjell.token });
    expect(answer).toMatchObject({ etag: '"1"', value: user });
  });

  test('pages through all of them, each once, also while others are added', async () => {
    const seen: string[] = [];
    const before = await world.done(listUsers, { limit: 200 }, { token: fjell.token });
    let cursor: string | null = null;
    do {
      const page: { data: User[]; nextCursor: string | null } = await world.done(
        listUsers,
        { limit: 3, ...(cursor !== null && { cursor }) },
        { token: fjell.token },
      );
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
      if (seen.length === 3) await add();
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, before.data.length)).toEqual(before.data.map(({ id }) => id));
    expect(seen).toHaveLength(before.data.length + 1);
  });

  test('finds them by address and by status', async () => {
    const user = await add();
    const byEmail = await world.done(listUsers, { email: user.email.toUpperCase() }, { token: fjell.token });
    expect(byEmail.data.map(({ id }) => id)).toEqual([user.id]);
    const invited = await world.done(listUsers, { status: 'invited', limit: 200 }, { token: fjell.token });
    expect(invited.data.length).toBeGreaterThan(0);
    expect(invited.data.every(({ status }) => status === 'invited')).toBe(true);
  });

  test('shows an administrator of an organization its members, those below included, and nobody else', async () => {
    const top = await world.done(createOrganization, { name: 'Top', kind: 'association' }, { token: fjell.token });
    const below = await world.done(
      createOrganization,
      { name: 'Below', kind: 'association', parentId: top.id },
      { token: fjell.token },
    );
    const [leader, member, outsider] = [await add(), await add(), await add()];
    await world.done(addMember, { id: below.id, userId: member.id }, { token: fjell.token });
    await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', top.id);
    const token = await tokenOf(leader);
    const { data } = await world.done(listUsers, {}, { token });
    expect(data.map(({ id }) => id)).toEqual([member.id]);
    expect(await world.code(getUser, { id: member.id }, { token })).toBe('OK');
    expect(await world.code(getUser, { id: outsider.id }, { token })).toBe('NOT_FOUND');
    expect(await world.code(createUser, { email: 'x@fjell.example', name: 'X' }, { token })).toBe('FORBIDDEN');
  });
});

describe('the date of birth of a user', () => {
  test('is set by administrators of the tenant, and told to whoever copies users', async () => {
    const user = await add();
    expect(user.birthDate).toBeNull();
    const change = { id: user.id, birthDate: '2008-02-29' };
    const changed = await world.done(updateUser, change, { token: fjell.token, ifMatch: 1 });
    expect(changed.birthDate).toBe('2008-02-29');
    const [state] = await world.rows<{ payload: string }>(
      'SELECT payload FROM platform.outbox WHERE subject = $1 ORDER BY pos DESC LIMIT 1',
      [`platform.state.${fjell.id}.user.${user.id}`],
    );
    expect(JSON.parse(state?.payload ?? '')).toMatchObject({ version: 2, data: { birthDate: '2008-02-29' } });
    const kept = await world.done(updateUser, { id: user.id, name: 'Renamed' }, { token: fjell.token, ifMatch: 2 });
    expect(kept.birthDate).toBe('2008-02-29');
    const gone = await world.done(updateUser, { id: user.id, birthDate: null }, { token: fjell.token, ifMatch: 3 });
    expect(gone.birthDate).toBeNull();
  });

  test('lies between 1850 and today', async () => {
    const user = await add();
    for (const birthDate of ['1849-12-31', '2999-01-01'])
      expect(await world.code(updateUser, { id: user.id, birthDate }, { token: fjell.token, ifMatch: 1 })).toBe(
        'VALIDATION_FAILED',
      );
  });

  test('is not for the user to say, and shown to nobody who sees people as members only', async () => {
    const org = await world.done(createOrganization, { name: 'Club', kind: 'association' }, { token: fjell.token });
    const [leader, member] = [await add(), await add()];
    await world.done(addMember, { id: org.id, userId: member.id }, { token: fjell.token });
    await grantOf(world, fjell, leader.id, 'organization_administrator', 'org', org.id);
    const born = { id: member.id, birthDate: '2010-05-17' };
    await world.done(updateUser, born, { token: fjell.token, ifMatch: 1 });
    const token = await tokenOf(leader);
    expect((await world.done(getUser, { id: member.id }, { token })).birthDate).toBeNull();
    const own = await tokenOf(member);
    expect((await world.done(getMe, {}, { token: own })).user.birthDate).toBe('2010-05-17');
    const older = { id: member.id, birthDate: '1990-05-17' };
    expect(await world.code(updateUser, older, { token: own, ifMatch: 2 })).toBe('FORBIDDEN');
    expect((await world.done(getUser, { id: member.id }, { token: fjell.token })).birthDate).toBe('2010-05-17');
  });
});

describe('changing a user', () => {
  test('demands the version that was read, and refuses an old one', async () => {
    const user = await add();
    const change = { id: user.id, name: 'Renamed' };
    expect(await world.code(updateUser, change, { token: fjell.token })).toBe('PRECONDITION_REQUIRED');
    const changed = await world.done(updateUser, change, { token: fjell.token, ifMatch: 1 });
    expect(changed).toMatchObject({ name: 'Renamed', version: 2 });
    expect(await world.code(updateUser, change, { token: fjell.token, ifMatch: 1 })).toBe('STALE_VERSION');
  });

  test('by two at once lets one through', async () => {
    const user = await add();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        world.code(updateUser, { id: user.id, name: `Name ${at}` }, { token: fjell.token, ifMatch: 1 }),
      ),
    );
    expect(answers.sort()).toEqual(['OK', ...Array.from({ length: 9 }, () => 'STALE_VERSION')]);
  });

  test('suspending ends every session and every token at once', async () => {
    const user = await add();
    const tokens = await world.signIn(user.email, PASSWORD, 'fjell');
    await world.done(updateUser, { id: user.id, status: 'suspended' }, { token: fjell.token, ifMatch: 1 });
    expect(await world.code(getMe, {}, { token: tokens.accessToken })).toBe('AUTH_REQUIRED');
    expect(await world.code(refresh, { refreshToken: tokens.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    await world.done(updateUser, { id: user.id, status: 'active' }, { token: fjell.token, ifMatch: 2 });
    expect(await world.code(refresh, { refreshToken: tokens.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    await tokenOf(user);
  });

  test('never leads where the status cannot go, and never locks oneself or the jobs out', async () => {
    const invited = await add({ password: undefined });
    const cases: [id: string, status: string][] = [
      [invited.id, 'active'],
      [fjell.administratorId, 'suspended'],
      [fjell.serviceUserId, 'deactivated'],
    ];
    for (const [id, status] of cases) {
      const { version } = await world.done(getUser, { id }, { token: fjell.token });
      expect(await world.code(updateUser, { id, status }, { token: fjell.token, ifMatch: version })).toBe(
        'USER_STATUS_INVALID',
      );
    }
  });

  test('by two administrators who suspend each other at once leaves one of them', async () => {
    const tenant = await world.tenant('tvilling');
    const { token, administratorId } = tenant;
    const person = { email: 'second@tvilling.example', name: 'Second', password: PASSWORD };
    const second = await world.done(createUser, person, { token });
    await grantOf(world, tenant, second.id, 'tenant_administrator', 'tenant');
    const other = (await world.signIn(second.email, PASSWORD, 'tvilling')).accessToken;
    const codes = await Promise.all([
      world.code(updateUser, { id: second.id, status: 'suspended' }, { token, ifMatch: 1 }),
      world.code(updateUser, { id: administratorId, status: 'deactivated' }, { token: other, ifMatch: 1 }),
    ]);
    expect(codes).toContain('OK');
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    const active = await world.rows(
      "SELECT 1 FROM platform.users WHERE tenant_id = $1 AND kind = 'person' AND status = 'active'",
      [tenant.id],
    );
    expect(active).toHaveLength(1);
  });

  test('of another tenant is like changing nobody', async () => {
    const caller = { token: fjell.token, ifMatch: 1 };
    const foreign = await world.call(updateUser, { id: vidde.administratorId, name: 'Mine' }, caller);
    expect(foreign).toEqual(await world.call(updateUser, { id: uuidv7(), name: 'Mine' }, caller));
    expect(foreign.refusal.code).toBe('NOT_FOUND');
  });
});

test('an address has one form', () => {
  expect(normalizeEmail('  Kari@Example.NO ')).toBe('kari@example.no');
  expect(normalizeEmail('ｋａｒｉ@example.no')).toBe('kari@example.no');
});
