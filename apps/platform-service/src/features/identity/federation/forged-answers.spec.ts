import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@kit/testing';
import { type Person, startProvider, type TestProvider } from '@kit/testing/outside';
import { createUser, getMe, type IdentityProvider, startFederatedSignIn } from '@platform/contracts';
import { decodeJwt, generateKeyPair } from 'jose';
import { connect, federationWorld, Visitor } from '../../../../test/federation.js';
import { PASSWORD, type PlatformWorld, type TestTenant } from '../../../../test/world.js';

let world: PlatformWorld;
let op: TestProvider;
let fjell: TestTenant;
let staff: IdentityProvider;
let other: IdentityProvider;

beforeAll(async () => {
  [world, op] = await Promise.all([federationWorld(), startProvider({ acrValues: ['low', 'high'] })]);
  fjell = await world.tenant('fjell');
  const levels = { acrValues: ['low', 'high'], minimumAcr: 'high' };
  staff = await connect(world, fjell, op, { key: 'staff', ...levels });
  other = await connect(world, fjell, op, { key: 'other' });
});
afterAll(() => Promise.all([world?.stop(), op?.stop()]));
beforeEach(() => {
  op.state.tamper = null;
});

const visitor = (id: string, claims: Person['claims'] = {}, acr: string | undefined = 'high') =>
  new Visitor(world, op, staff, { id, claims, ...(acr && { acr }) });

/** The provider answers with another ID token than the right one. */
function forge(change: (claims: Record<string, unknown>) => Record<string, unknown>, options = {}): void {
  op.state.tamper = async (tokens) => {
    tokens.id_token = await op.sign(change(decodeJwt(tokens.id_token)), options);
  };
}

/** The clock goes on in these tests, and tokens expire. */
const administrator = () => world.signIn(fjell.email, PASSWORD, 'fjell');

const reasons = () =>
  world.rows<{ reason: string }>(
    `SELECT reason FROM platform.audit_logs WHERE action = 'platform.session.login' AND outcome = 'refused'`,
  );

describe('what comes back to a browser', () => {
  test('with another state, or none, leads nowhere', async () => {
    const person = visitor('state');
    const returned = await person.comeBack();
    const { state, ...without } = returned;
    const wrong = `${state?.slice(0, -1)}${state?.endsWith('A') ? 'B' : 'A'}`;
    expect(await person.enter({ ...returned, state: wrong })).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
    expect(await person.enter(without)).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
    expect(await person.enter({ ...returned, state: 'x' })).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
    expect(await person.enter(returned)).toMatchObject({ code: expect.any(String) });
  });

  test('without the cookie, or with the one of another browser, leads nowhere and uses nothing up', async () => {
    const [person, attacker] = [visitor('cookie'), visitor('attacker')];
    const returned = await person.comeBack();
    await attacker.comeBack();
    const { cookie } = person;
    expect(await person.enter(returned, '')).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
    expect(await person.enter(returned, attacker.cookie)).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
    expect(await person.enter(returned, cookie)).toMatchObject({ code: expect.any(String) });
  });

  test('is taken once', async () => {
    const person = visitor('replay');
    const returned = await person.comeBack();
    expect(await person.enter(returned)).toMatchObject({ code: expect.any(String) });
    expect(await person.enter(returned)).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
  });

  test('is taken once by ten at a time', async () => {
    const person = visitor('race');
    const returned = await person.comeBack();
    const answers = await Promise.all(Array.from({ length: 10 }, () => person.enter(returned)));
    expect(answers.filter(({ code }) => code !== undefined)).toHaveLength(1);
  });

  test('is taken for ten minutes', async () => {
    const person = visitor('late');
    const returned = await person.comeBack();
    world.clock.advance(10 * 60_000 + 1);
    expect(await person.enter(returned)).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
  });

  test('belongs to the provider it was begun with, and to its tenant', async () => {
    const person = visitor('mix-up');
    const returned = await person.comeBack();
    const elsewhere = new Visitor(world, op, other, person.person);
    expect(await elsewhere.enter(returned, person.cookie)).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
    const vidde = await world.tenant('vidde');
    const theirs = new Visitor(world, op, await connect(world, vidde, op, { key: 'staff' }), person.person);
    expect(await theirs.enter(returned, person.cookie)).toMatchObject({ error: 'SIGN_IN_ATTEMPT_INVALID' });
  });

  test('names the right issuer (RFC 9207)', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const person = visitor('issuer');
      const { iss: _right, ...returned } = await person.comeBack();
      const answer = await person.enter({ ...returned, ...(iss && { iss }) });
      expect(answer).toMatchObject({ error: 'SIGN_IN_PROOF_INVALID' });
    }
  });

  test('with a code of another sign-in leads nowhere: the verifier does not fit', async () => {
    const [person, attacker] = [visitor('victim'), visitor('thief')];
    const { code } = await attacker.comeBack();
    const returned = await person.comeBack();
    expect(await person.enter({ ...returned, code: code as string })).toMatchObject({ error: 'SIGN_IN_PROOF_INVALID' });
  });

  test('as an error of the provider is told to the app', async () => {
    const person = visitor('refusing');
    const { state, iss } = await person.comeBack();
    const refused = { state: state as string, iss: iss as string, error: 'access_denied', error_description: 'No' };
    expect(await person.enter(refused)).toMatchObject({ error: 'SIGN_IN_NOT_COMPLETED' });
  });

  test('is audited when it is refused, with the reason', async () => {
    await eventually(async () => {
      const found = (await reasons()).map(({ reason }) => reason);
      const told = ['SIGN_IN_ATTEMPT_INVALID', 'SIGN_IN_PROOF_INVALID', 'SIGN_IN_NOT_COMPLETED'];
      expect(found).toEqual(expect.arrayContaining(told));
    });
  });
});

describe('an ID token', () => {
  const arrive = () => visitor(`token-${Math.random()}`).arrive();
  const invalid = { error: 'SIGN_IN_PROOF_INVALID' };

  test('is refused with another nonce, or none', async () => {
    forge((claims) => ({ ...claims, nonce: 'another' }));
    expect(await arrive()).toMatchObject(invalid);
    forge(({ nonce, ...claims }) => claims);
    expect(await arrive()).toMatchObject(invalid);
  });

  test('is refused of another issuer, for another audience, or for another party of several', async () => {
    for (const change of [
      { iss: 'https://evil.example' },
      { aud: 'another client' },
      { aud: ['fjell-staff', 'another'] },
      { aud: ['fjell-staff', 'another'], azp: 'another' },
      { azp: 'another' },
    ]) {
      forge((claims) => ({ ...claims, ...change }));
      expect([change, (await arrive()).error]).toEqual([change, 'SIGN_IN_PROOF_INVALID']);
    }
  });

  test('is refused when it has expired, or lacks what it must hold', async () => {
    const past = Math.floor(Date.now() / 1000) - 120;
    forge((claims) => ({ ...claims, iat: past - 60, exp: past }));
    expect(await arrive()).toMatchObject(invalid);
    for (const name of ['exp', 'iat', 'sub', 'aud', 'iss']) {
      forge(({ [name]: _left, ...claims }) => claims);
      expect([name, (await arrive()).error]).toEqual([name, 'SIGN_IN_PROOF_INVALID']);
    }
  });

  test('is refused when another key has signed it', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    forge((claims) => claims, { key: privateKey });
    expect(await arrive()).toMatchObject(invalid);
  });

  test('is refused without a signature, or with one by a key that both sides know', async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    for (const alg of ['none', 'HS256']) {
      op.state.tamper = (tokens) => {
        tokens.id_token = `${encode({ alg })}.${encode(decodeJwt(tokens.id_token))}.${alg === 'none' ? '' : 'AAAA'}`;
      };
      expect([alg, (await arrive()).error]).toEqual([alg, 'SIGN_IN_PROOF_INVALID']);
    }
  });

  test('is what it takes: an answer without one is refused', async () => {
    op.state.tamper = (tokens) => {
      Reflect.deleteProperty(tokens, 'id_token');
    };
    expect(await arrive()).toMatchObject(invalid);
  });
});

describe('a level of assurance', () => {
  test('below the floor of the tenant, unknown or missing is refused, whatever amr says', async () => {
    const low = { error: 'ASSURANCE_TOO_LOW' };
    expect(await visitor('low', {}, 'low').arrive()).toMatchObject(low);
    forge((claims) => ({ ...claims, acr: 'very-high', amr: ['mfa', 'hwk'] }));
    expect(await visitor('unknown').arrive()).toMatchObject(low);
    forge(({ acr, ...claims }) => ({ ...claims, amr: ['mfa', 'hwk'] }));
    expect(await visitor('missing').arrive()).toMatchObject(low);
    op.state.tamper = null;
    expect(await visitor('high').arrive()).toMatchObject({ code: expect.any(String) });
  });
});

describe('a provider that asserts the address of a colleague', () => {
  const colleague = (email: string) => visitor(`impostor-${email}`, { email, email_verified: true, name: 'Not Me' });

  test('gets nobody into that account: it has a password', async () => {
    expect(await colleague(fjell.email).arrive()).toMatchObject({ error: 'ACCOUNT_EXISTS' });
    const users = await world.rows("SELECT 1 FROM platform.users WHERE name = 'Not Me'");
    expect(users).toEqual([]);
  });

  test('gets nobody into an account without a password either, when the domain is not proved', async () => {
    const email = 'invited@fjell.example';
    await world.done(createUser, { email, name: 'Invited' }, { token: (await administrator()).accessToken });
    expect(await colleague(email).arrive()).toMatchObject({ error: 'ACCOUNT_EXISTS' });
  });

  test('makes a new account without that address when it has not verified it', async () => {
    const person = visitor('unverified', { email: fjell.email, email_verified: false });
    const { accessToken } = await person.signIn();
    const { user } = await world.done(getMe, {}, { token: accessToken });
    expect(user.id).not.toBe(fjell.administratorId);
    expect(user.email).not.toBe(fjell.email);
  });

  test('knows its own: another provider’s person of the same subject is another person', async () => {
    const here = await visitor('same-subject').signIn();
    const there = await new Visitor(world, op, other, { id: 'same-subject' }).signIn();
    const [a, b] = await Promise.all(
      [here, there].map(({ accessToken }) => world.done(getMe, {}, { token: accessToken })),
    );
    expect(a?.user.id).not.toBe(b?.user.id);
  });
});

describe('a provider that is away', () => {
  test('is said to be: 503 at the start, a code of its own in the app, and all is well once it is back', async () => {
    const person = visitor('patient');
    const returned = await person.comeBack();
    await op.stop();
    try {
      expect(await person.enter(returned)).toMatchObject({ error: 'IDENTITY_PROVIDER_UNAVAILABLE' });
      // Not known to this process yet, so it has to be asked.
      await world.rows("UPDATE platform.identity_providers SET version = version + 1 WHERE key = 'staff'");
      const { refusal } = await world.call(startFederatedSignIn, { provider: staff.id });
      expect(refusal).toMatchObject({ code: 'IDENTITY_PROVIDER_UNAVAILABLE', kind: 'unavailable', retryAfter: 5 });
      expect((await administrator()).tokenType).toBe('Bearer');
    } finally {
      await op.resume();
    }
    await person.signIn();
  });
});
