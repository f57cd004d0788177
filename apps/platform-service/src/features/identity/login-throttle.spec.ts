import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobOrigin, type RequestContext, UnitOfWork } from '@kit/service';
import { readMail, startSmtpCatcher } from '@kit/testing';
import { hash } from '@node-rs/argon2';
import { createUser, forgotPassword, login, resetPassword } from '@platform/contracts';
import { PASSWORD, type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { SignIn } from './sign-in.js';

const WRONG = 'not the password of anybody';

let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let world: PlatformWorld;
let fjell: TestTenant;
let vidde: TestTenant;

beforeAll(async () => {
  catcher = await startSmtpCatcher();
  world = await platformWorld({ SMTP_URL: catcher.smtpUrl });
  fjell = await world.tenant('fjell');
  vidde = await world.tenant('vidde');
});
afterAll(async () => {
  await world?.stop();
  await catcher?.stop();
});

let people = 0;

/** The same address in both tenants: two people, as far as PLATFORM knows. */
async function person(): Promise<string> {
  const email = `person${++people}@example.test`;
  for (const { token } of [fjell, vidde]) {
    await world.done(createUser, { email, name: 'Ola', password: PASSWORD, locale: 'en' }, { token });
  }
  return email;
}

const attempt = (email: string, password = WRONG, more: { tenant?: string; ip?: string } = {}) =>
  world.call(login, { email, password }, { tenant: 'fjell', ...more });
const codeOf = async (...asked: Parameters<typeof attempt>) => {
  const { ok, refusal } = await attempt(...asked);
  return ok ? 'OK' : refusal.code;
};
const failures = async (email: string, count: number) => {
  for (let at = 0; at < count; at++) await codeOf(email);
};

/** As if the person had failed so often, the last time just now. */
const hadFailed = (count: number) =>
  world.rows("UPDATE platform.login_attempts SET failures = $1, blocked_until = '2000-01-01' WHERE kind = 'account'", [
    count,
  ]);

// First, because mails are sent by the real clock.
describe('a hundred failures in a row', () => {
  test('lock the password, right or wrong, account or not; a mail opens the way to a new one', async () => {
    const email = await person();
    const nobody = 'nobody.else@example.test';
    for (const each of [email, nobody]) await failures(each, 1);
    await hadFailed(99);
    for (const each of [email, nobody]) {
      expect(await codeOf(each)).toBe('AUTH_INVALID_CREDENTIALS');
      expect(await codeOf(each)).toBe('AUTH_PASSWORD_LOCKED');
    }
    expect(await codeOf(email, PASSWORD)).toBe('AUTH_PASSWORD_LOCKED');
    expect(await codeOf(email, PASSWORD, { tenant: 'vidde' })).toBe('OK');
    const told = await readMail(catcher, { to: email, subject: /password is locked/ });
    expect(told).toHaveLength(1);

    await world.done(forgotPassword, { email }, { tenant: 'fjell' });
    const [mail] = await readMail(catcher, { to: email, subject: /Choose a new password/ });
    const token = /#token=(\S+)/.exec(mail?.text ?? '')?.[1] as string;
    await world.done(resetPassword, { token, password: 'tre blå båter mot nord' });
    expect(await codeOf(email, 'tre blå båter mot nord')).toBe('OK');
  });

  test('leave other ways in as they were: only the password is locked', async () => {
    const email = await person();
    await failures(email, 1);
    await hadFailed(100);
    expect(await codeOf(email, PASSWORD)).toBe('AUTH_PASSWORD_LOCKED');
    const [user] = await world.rows<{ id: string }>(
      'SELECT id FROM platform.users WHERE email = $1 AND tenant_id = $2',
      [email, fjell.id],
    );
    // The last step of a passkey, as of every other way in.
    const { app } = world.service;
    const proven = { userId: user?.id as string, slug: 'fjell', methods: ['hwk'] as const };
    const ctx = { ip: null, userAgent: null } as RequestContext;
    const begun = await app
      .get(UnitOfWork)
      .runAs(jobOrigin(fjell.id, 'test'), (tx) => app.get(SignIn).begin(tx, ctx, proven));
    expect(begun).toMatchObject({ userId: user?.id });
  });
});

describe('failed sign-ins', () => {
  test('make the next one wait, longer and longer, and a success forgets them', async () => {
    const email = await person();
    await failures(email, 5);
    const waits = [];
    for (let at = 0; at < 4; at++) {
      const { refusal } = await attempt(email);
      expect(refusal).toMatchObject({ code: 'AUTH_THROTTLED', kind: 'limited' });
      waits.push(refusal.retryAfter);
      world.clock.advance((refusal.retryAfter as number) * 1000);
      expect(await codeOf(email)).toBe('AUTH_INVALID_CREDENTIALS');
    }
    expect(waits).toEqual([1, 2, 4, 8]);
    world.clock.advance(16_000);
    expect(await codeOf(email, PASSWORD)).toBe('OK');
    await failures(email, 4);
    expect(await codeOf(email, PASSWORD)).toBe('OK');
  });

  test('of an address without an account are answered alike, step by step', async () => {
    const answers = async (email: string) => {
      const seen = [];
      for (let at = 0; at < 7; at++) {
        const { refusal } = await attempt(email);
        seen.push([refusal.code, refusal.retryAfter]);
      }
      return seen;
    };
    expect(await answers('nobody@example.test')).toEqual(await answers(await person()));
  });

  test('keep the right password waiting as well, so that a guess made meanwhile counts for nothing', async () => {
    const email = await person();
    await failures(email, 5);
    expect(await codeOf(email, PASSWORD)).toBe('AUTH_THROTTLED');
  });

  test('by many at once are worth no more than one after the other', async () => {
    const email = await person();
    const codes = await Promise.all(Array.from({ length: 30 }, () => codeOf(email)));
    const counted = codes.filter((code) => code === 'AUTH_INVALID_CREDENTIALS').length;
    expect(counted).toBe(5);
    expect(new Set(codes)).toEqual(new Set(['AUTH_INVALID_CREDENTIALS', 'AUTH_THROTTLED']));
  });

  test('never keep anybody from signing in many times at once', async () => {
    const email = await person();
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(email, PASSWORD)));
    expect(new Set(codes)).toEqual(new Set(['OK']));
  });

  test('in one tenant mean nothing to the same address in another', async () => {
    const email = await person();
    await failures(email, 6);
    expect(await codeOf(email, PASSWORD)).toBe('AUTH_THROTTLED');
    expect(await codeOf(email, PASSWORD, { tenant: 'vidde' })).toBe('OK');
  });

  test('from one network make that network wait, whatever addresses it tries, and no other', async () => {
    const [email, ip] = [await person(), '2001:db8:7::1'];
    for (let at = 0; at < 50; at++) await codeOf(`guess${at}@example.test`, WRONG, { ip: `2001:db8:7::${at}` });
    expect(await codeOf(email, PASSWORD, { ip })).toBe('AUTH_THROTTLED');
    expect(await codeOf(email, PASSWORD, { ip: '2001:db8:8::1' })).toBe('OK');
    world.clock.advance(1_000);
    expect(await codeOf(email, PASSWORD, { ip })).toBe('OK');
  });

  test('are counted for all instances, by hashes that tell no address', async () => {
    const email = await person();
    await failures(email, 1);
    const rows = await world.rows<{ row: string }>('SELECT row::text FROM platform.login_attempts AS row');
    expect(rows.some(({ row }) => row.includes('example.test'))).toBe(false);
    expect(rows.length).toBeGreaterThan(0);
  });
});

test('a password that was hashed with less than today is hashed anew when it is used', async () => {
  const email = await person();
  const weak = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 2, parallelism: 1 });
  const of = `FROM platform.users u WHERE u.tenant_id = c.tenant_id AND u.id = c.user_id AND u.email = $1`;
  await world.rows(`UPDATE platform.credentials c SET secret_hash = $2 ${of}`, [email, weak]);
  expect(await codeOf(email, PASSWORD)).toBe('OK');
  const rows = await world.rows<{ secret_hash: string }>(
    `SELECT c.secret_hash FROM platform.credentials c, platform.users u WHERE u.tenant_id = c.tenant_id AND u.id = c.user_id
     AND u.email = $1 AND u.tenant_id = $2`,
    [email, fjell.id],
  );
  expect(rows[0]?.secret_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await codeOf(email, PASSWORD)).toBe('OK');
});
