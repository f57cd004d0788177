import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  createOrganization,
  createUser,
  endOtherSessions,
  endSession,
  endUserSession,
  endUserSessions,
  getMe,
  listSessions,
  listUserSessions,
  logout,
  putSetting,
  refresh,
  type UserSessionsState,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { grantOf, PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { AccountsHousekeeping, KEPT_DAYS } from './accounts.housekeeping.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(() => world?.stop());

let people = 0;
async function person(by: string = fjell.token): Promise<{ id: string; email: string; token: string }> {
  const email = `person${++people}@fjell.example`;
  const { id } = await world.done(createUser, { email, name: 'Ola', password: PASSWORD }, { token: by });
  return { id, email, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
}
const sessionOf = async (token: string) => (await world.done(getMe, {}, { token })).sessionId;

/** What products were told of a user's sessions, oldest first. */
async function told(userId: string): Promise<UserSessionsState[]> {
  const rows = await world.rows<{ payload: string }>(
    'SELECT payload FROM platform.outbox WHERE subject = $1 ORDER BY pos',
    [`platform.state.${fjell.id}.user_sessions.${userId}`],
  );
  return rows.map(({ payload }) => JSON.parse(payload).data);
}

describe('an administrator', () => {
  test('sees the sessions of a user, and ends one or all of them', async () => {
    const { id, email, token } = await person();
    const [second, third] = [
      await world.signIn(email, PASSWORD, 'fjell'),
      await world.signIn(email, PASSWORD, 'fjell'),
    ];
    const admin = { token: fjell.token };
    const page = await world.done(listUserSessions, { id, limit: 2 }, admin);
    const rest = await world.done(listUserSessions, { id, limit: 2, cursor: page.nextCursor }, admin);
    expect([...page.data, ...rest.data].map((session) => session.current)).toEqual([false, false, false]);
    await world.done(endUserSession, { id, sessionId: await sessionOf(second.accessToken) }, admin);
    expect(await world.code(getMe, {}, { token: second.accessToken })).toBe('TOKEN_INVALID');
    expect(await world.code(getMe, {}, { token })).toBe('OK');
    await world.done(endUserSessions, { id }, admin);
    expect(await world.code(getMe, {}, { token })).toBe('TOKEN_INVALID');
    expect(await world.code(refresh, { refreshToken: third.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    expect((await world.done(listUserSessions, { id }, admin)).data).toEqual([]);
    await eventually(async () => {
      const ended = await world.rows(
        "SELECT DISTINCT actor_id FROM platform.audit_logs WHERE tenant_id = $1 AND action = 'platform.session.end'",
        [fjell.id],
      );
      expect(ended).toEqual([{ actor_id: fjell.administratorId }]);
    });
  });

  test('of another tenant, and nobody without the permission for the whole tenant, does either', async () => {
    const { id, token } = await person();
    const sessionId = await sessionOf(token);
    const chief = await person();
    const org = await world.done(createOrganization, { name: 'Avdeling', kind: 'unit' }, { token: fjell.token });
    await grantOf(world, fjell, chief.id, 'tenant_administrator', 'org', org.id);
    const asked = [
      [listUserSessions, { id }],
      [endUserSessions, { id }],
      [endUserSession, { id, sessionId }],
    ] as const;
    for (const [operation, request] of asked) {
      expect(await world.code(operation, request, { token })).toBe('FORBIDDEN');
      expect(await world.code(operation, request, { token: chief.token })).toBe('FORBIDDEN');
      const foreign = await world.call(operation, request, { token: vidde.token });
      const random = await world.call(operation, { id: uuidv7(), sessionId: uuidv7() }, { token: vidde.token });
      expect(foreign.refusal.code).toBe('NOT_FOUND');
      if (operation === endUserSession) expect(foreign.refusal).toEqual(random.refusal);
    }
    const other = await person();
    const crossed = { id: other.id, sessionId };
    expect(await world.code(endUserSession, crossed, { token: fjell.token })).toBe('NOT_FOUND');
    expect(await world.code(getMe, {}, { token })).toBe('OK');
  });
});

describe('products are told', () => {
  test('in the transaction that ends a session, of every one whose access tokens may still be out', async () => {
    const { id, email, token } = await person();
    const first = await sessionOf(token);
    const second = (await world.signIn(email, PASSWORD, 'fjell')).accessToken;
    const third = (await world.signIn(email, PASSWORD, 'fjell')).accessToken;
    const [secondId, thirdId] = [await sessionOf(second), await sessionOf(third)];
    expect(await told(id)).toEqual([]);
    await world.done(endSession, { id: first }, { token: second });
    await world.done(endOtherSessions, {}, { token: second });
    await world.done(logout, {}, { token: second });
    const state = { id, tenantId: fjell.id };
    expect(await told(id)).toEqual([
      { ...state, version: 1, endedSessionIds: [first] },
      { ...state, version: 2, endedSessionIds: [first, thirdId] },
      { ...state, version: 3, endedSessionIds: [first, secondId, thirdId] },
    ]);
  });

  test('nothing twice, and by two that end sessions at once in the right order', async () => {
    const { id, email, token } = await person();
    const tokens = [token];
    for (let at = 0; at < 5; at++) tokens.push((await world.signIn(email, PASSWORD, 'fjell')).accessToken);
    await Promise.all(tokens.map((each) => world.done(logout, {}, { token: each })));
    const states = (await told(id)).sort((a, b) => a.version - b.version);
    expect(states.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
    // Each later version knows at least what the one before knew, the last one all.
    const counts = states.map(({ endedSessionIds }) => endedSessionIds.length);
    expect([...counts].sort()).toEqual(counts);
    expect(counts.at(-1)).toBe(6);
  });
});

// What follows moves the clock; administrators sign in again.
const fresh = async () => ({ token: (await world.signIn(fjell.email, PASSWORD, 'fjell')).accessToken });

describe('the policy of a tenant', () => {
  test('shortens sessions, new ones and those that are refreshed, and never beyond the installation’s own', async () => {
    const { email } = await person((await fresh()).token);
    const before = await world.signIn(email, PASSWORD, 'fjell');
    const admin = { ...(await fresh()), ifMatch: 0 };
    await world.done(putSetting, { key: 'platform.session-idle-minutes', value: 30 }, admin);
    await world.done(putSetting, { key: 'platform.session-absolute-hours', value: 8 }, admin);
    const { refreshToken, accessToken: token } = await world.signIn(email, PASSWORD, 'fjell');
    const [session] = (await world.done(listSessions, {}, { token })).data;
    const hours = (until = '') =>
      (new Date(until).getTime() - new Date(session?.createdAt as string).getTime()) / 3_600_000;
    expect([hours(session?.idleExpiresAt), hours(session?.absoluteExpiresAt)]).toEqual([0.5, 8]);
    const earlier = await world.done(refresh, { refreshToken: before.refreshToken });
    world.clock.advance(29 * 60_000);
    const next = await world.done(refresh, { refreshToken });
    world.clock.advance(31 * 60_000);
    expect(await world.code(refresh, { refreshToken: next.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    expect(await world.code(refresh, { refreshToken: earlier.refreshToken })).toBe('AUTH_REFRESH_INVALID');
    const longest = { ...(await fresh()), ifMatch: 1 };
    await world.done(putSetting, { key: 'platform.session-absolute-hours', value: 8_760 }, longest);
    const last = await world.signIn(email, PASSWORD, 'fjell');
    const [newest] = (await world.done(listSessions, {}, { token: last.accessToken })).data;
    const lasts =
      new Date(newest?.absoluteExpiresAt as string).getTime() - new Date(newest?.createdAt as string).getTime();
    expect(lasts / 3_600_000).toBe(world.config.sessionAbsoluteHours);
  });
});

describe('housekeeping', () => {
  test('deletes what is over when its time has come, and nothing that is not', async () => {
    const { email, token } = await person((await fresh()).token);
    const kept = await world.signIn(email, PASSWORD, 'fjell');
    await world.done(logout, {}, { token });
    const insert = (table: string, columns: string, values: string) =>
      world.rows(
        `INSERT INTO platform.${table} (tenant_id, created_by, updated_by, ${columns}) VALUES ($1, $1, $1, ${values})`,
        [fjell.id],
      );
    const attempts = 'kind, subject, failures, last_failure_at, blocked_until';
    await insert('login_attempts', attempts, "'account', sha256('a'), 7, now(), now()");
    await insert('login_attempts', attempts, "'account', sha256('b'), 100, now(), now()");
    await insert('account_requests', 'kind, email', "'password_reset', 'x@fjell.example'");
    const keptId = await sessionOf(kept.accessToken);
    const counts = async () => {
      const [row] = await world.rows(
        `SELECT (SELECT count(*)::int FROM platform.sessions WHERE tenant_id = $1 AND end_reason = 'logout') AS ended,
           (SELECT count(*)::int FROM platform.sessions WHERE tenant_id = $1 AND id = $2) AS live,
           (SELECT array_agg(failures ORDER BY failures) FROM platform.login_attempts WHERE tenant_id = $1) AS attempts,
           (SELECT count(*)::int FROM platform.account_requests WHERE tenant_id = $1) AS requests`,
        [fjell.id, keptId],
      );
      return row;
    };
    const job = world.service.app.get(AccountsHousekeeping);
    const turn = (days: number) => job.turn(new Date(Date.now() + days * 86_400_000 + 7_200_000));
    const before = await counts();
    await turn(KEPT_DAYS.account_requests - 1);
    expect(await counts()).toEqual(before);
    await turn(KEPT_DAYS.account_requests);
    expect(await counts()).toEqual({ ...before, requests: 0 });
    await turn(KEPT_DAYS.login_attempts);
    expect(await counts()).toEqual({ ended: 0, live: 0, attempts: [100], requests: 0 });
  });
});
