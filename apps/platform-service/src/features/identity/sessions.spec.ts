import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import {
  createUser,
  endOtherSessions,
  endSession,
  getMe,
  listSessions,
  listUsers,
  logout,
  refresh,
  type Tokens,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';

let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(() => world?.stop());

const signIn = () => world.signIn(fjell.email, PASSWORD, 'fjell');
const refreshed = ({ refreshToken }: Tokens) => world.done(refresh, { refreshToken });
const refusal = ({ refreshToken }: Pick<Tokens, 'refreshToken'>) => world.code(refresh, { refreshToken });
const sessionOf = async ({ accessToken }: Tokens) => (await world.done(getMe, {}, { token: accessToken })).sessionId;
const HOUR = 3_600_000;

describe('refreshing', () => {
  test('gives a new pair for the same session', async () => {
    const first = await signIn();
    const second = await refreshed(first);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await sessionOf(second)).toBe(await sessionOf(first));
  });

  test('gives the same successor again within ten seconds', async () => {
    const first = await signIn();
    const second = await refreshed(first);
    world.clock.advance(9_000);
    expect((await refreshed(first)).refreshToken).toBe(second.refreshToken);
    expect((await refreshed(second)).refreshToken).not.toBe(second.refreshToken);
  });

  test('of a token spent longer ago ends the session in that very request, and is audited', async () => {
    const first = await signIn();
    const second = await refreshed(first);
    const id = await sessionOf(second);
    world.clock.advance(10_001);
    expect(await refusal(first)).toBe('AUTH_REFRESH_REUSED');
    expect(await world.rows('SELECT status, end_reason FROM platform.sessions WHERE id = $1', [id])).toEqual([
      { status: 'ended', end_reason: 'reuse' },
    ]);
    expect(await refusal(second)).toBe('AUTH_REFRESH_INVALID');
    expect(await refusal(first)).toBe('AUTH_REFRESH_INVALID');
    await eventually(async () => {
      const records = await world.rows(
        "SELECT reason FROM platform.audit_logs WHERE entity_id = $1 AND action = 'platform.session.end'",
        [id],
      );
      expect(records).toEqual([{ reason: 'reuse' }]);
    });
  });

  test('of a token from before the last one ends the session, however soon it comes', async () => {
    const first = await signIn();
    const third = await refreshed(await refreshed(first));
    expect(await refusal(first)).toBe('AUTH_REFRESH_REUSED');
    expect(await refusal(third)).toBe('AUTH_REFRESH_INVALID');
  });

  test('by twenty at once has one successor, in every round', async () => {
    const rounds = 30;
    let token = (await signIn()).refreshToken;
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => world.done(refresh, { refreshToken: token })));
      const successors = new Set(answers.map((answer) => answer.refreshToken));
      expect(successors.size).toBe(1);
      [token] = [...successors] as [string];
    }
    const [session] = await world.rows<{ generation: number }>(
      "SELECT generation FROM platform.sessions WHERE tenant_id = $1 AND status = 'active' ORDER BY generation DESC LIMIT 1",
      [fjell.id],
    );
    expect(session?.generation).toBe(rounds + 1);
  }, 120_000);

  test('by two that race with signing out never leaves a session that still refreshes', async () => {
    for (let round = 0; round < 20; round++) {
      const tokens = await signIn();
      const [one, , two] = await Promise.all([
        world.call(refresh, { refreshToken: tokens.refreshToken }),
        world.done(logout, {}, { token: tokens.accessToken }),
        world.call(refresh, { refreshToken: tokens.refreshToken }),
      ]);
      for (const answer of [one, two]) {
        if (answer.ok) expect(await refusal(answer.value)).toBe('AUTH_REFRESH_INVALID');
      }
    }
  });

  test('is of no use with a token that was never issued, or was issued by another tenant', async () => {
    const { refreshToken } = await signIn();
    const secret = refreshToken.split('.')[1] as string;
    const last = Buffer.from(secret, 'base64url');
    last[0] = (last[0] as number) ^ 1;
    for (const forged of [
      'nonsense',
      `${vidde.id}.${secret}`,
      `${uuidv7()}.${secret}`,
      `${fjell.id}.${last.toString('base64url')}`,
    ]) {
      expect(await refusal({ refreshToken: forged })).toBe('AUTH_REFRESH_INVALID');
    }
    expect(await world.code(refresh, { refreshToken }, { tenant: 'vidde' })).toBe('AUTH_REFRESH_INVALID');
    expect(await world.code(refresh, { refreshToken }, { tenant: 'fjell' })).toBe('OK');
  });

  test('of a suspended tenant is refused', async () => {
    const stengt = await world.tenant('stengt');
    const tokens = await world.signIn(stengt.email, PASSWORD, 'stengt');
    await world.rows("UPDATE platform.tenants SET status = 'suspended' WHERE slug = 'stengt'");
    expect(await refusal(tokens)).toBe('AUTH_REFRESH_INVALID');
  });
});

describe('sessions', () => {
  test('end by signing out, and take refresh and access token with them', async () => {
    const tokens = await signIn();
    await world.done(logout, {}, { token: tokens.accessToken });
    expect(await refusal(tokens)).toBe('AUTH_REFRESH_INVALID');
    for (const operation of [getMe, listUsers, logout]) {
      expect(await world.code(operation, {}, { token: tokens.accessToken })).toBe('TOKEN_INVALID');
    }
  });

  test('are listed newest first, the own one marked, page by page', async () => {
    const { token, email } = await person('lists');
    const tokens = await world.signIn(email, PASSWORD, 'fjell');
    await world.signIn(email, PASSWORD, 'fjell');
    const all = await world.done(listSessions, {}, { token: tokens.accessToken });
    expect(all.data).toHaveLength(3);
    expect(all.data.map((session) => session.current)).toEqual([false, true, false]);
    expect(all.nextCursor).toBeNull();
    const first = await world.done(listSessions, { limit: 2 }, { token });
    const second = await world.done(listSessions, { limit: 2, cursor: first.nextCursor }, { token });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(all.data.map(({ id }) => id));
    expect(await world.code(listSessions, { cursor: 'made-up' }, { token })).toBe('VALIDATION_FAILED');
  });

  test('can be ended by whose they are, and look to others like none', async () => {
    const mine = await person('mine');
    const other = await person('other');
    const { data } = await world.done(listSessions, {}, { token: mine.token });
    const id = data[0]?.id as string;
    const foreign = await world.call(endSession, { id }, { token: other.token });
    const random = await world.call(endSession, { id: uuidv7() }, { token: other.token });
    const abroad = await world.call(endSession, { id }, { token: vidde.token });
    expect([foreign.refusal, abroad.refusal]).toEqual([random.refusal, random.refusal]);
    expect(random.refusal.code).toBe('NOT_FOUND');
    await world.done(endSession, { id }, { token: mine.token });
    expect(await world.code(getMe, {}, { token: mine.token })).toBe('TOKEN_INVALID');
  });

  test('of one person can all be ended but the one that asks', async () => {
    const { token, email } = await person('others');
    const other = await world.signIn(email, PASSWORD, 'fjell');
    await world.done(endOtherSessions, {}, { token });
    expect(await refusal(other)).toBe('AUTH_REFRESH_INVALID');
    expect((await world.done(listSessions, {}, { token })).data).toMatchObject([{ current: true }]);
  });

  test('need a token', async () => {
    expect(await world.code(listSessions, {})).toBe('AUTH_REQUIRED');
    expect(await world.code(listSessions, {}, { token: fjell.token, tenant: 'vidde' })).toBe('TENANT_MISMATCH');
  });
});

// Last, because the tokens of everybody else have expired afterwards.
describe('time', () => {
  test('ends a session that was idle too long, and at its absolute end one that was not', async () => {
    const { sessionIdleHours, sessionAbsoluteHours } = world.config;
    const idle = await signIn();
    let busy = await signIn();
    world.clock.advance((sessionIdleHours + 1) * HOUR - 3 * HOUR);
    busy = await refreshed(busy);
    world.clock.advance(3 * HOUR);
    expect(await refusal(idle)).toBe('AUTH_REFRESH_INVALID');
    for (let hours = sessionIdleHours; hours < sessionAbsoluteHours - sessionIdleHours; hours += sessionIdleHours - 1) {
      busy = await refreshed(busy);
      world.clock.advance((sessionIdleHours - 1) * HOUR);
    }
    world.clock.advance(sessionIdleHours * HOUR);
    expect(await refusal(busy)).toBe('AUTH_REFRESH_INVALID');
  });
});

async function person(name: string): Promise<{ token: string; email: string }> {
  const admin = await signIn();
  const email = `${name}@fjell.example`;
  await world.done(createUser, { email, name, password: PASSWORD }, { token: admin.accessToken });
  const { accessToken } = await world.signIn(email, PASSWORD, 'fjell');
  return { token: accessToken, email };
}
