import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { AccessTokens, KeyRing, type PublicJwk } from '@kit/service';
import { JWKS_MAX_AGE_SECONDS, listSigningKeys, rotateSigningKey } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { type PlatformWorld, platformWorld, type TestTenant } from '../../../test/world.js';
import { KeyRotation } from './key-rotation.js';
import { SigningKeys } from './signing-keys.js';

let world: PlatformWorld;
let fjell: TestTenant;

beforeAll(async () => {
  world = await platformWorld();
  fjell = await world.tenant('fjell');
});
afterAll(() => world?.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

const SECOND = 1_000;
const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid;

/** A verifier that fetches the keys when its copy is as old as it may be, and never in between. */
function cachingVerifier(fetch: () => Promise<PublicJwk[]>, now: () => number) {
  let copy: { keys: PublicJwk[]; at: number } = { keys: [], at: Number.NEGATIVE_INFINITY };
  return async (token: string): Promise<boolean> => {
    if (now() - copy.at >= JWKS_MAX_AGE_SECONDS * SECOND) copy = { keys: await fetch(), at: now() };
    return copy.keys.some(({ kid }) => kid === kidOf(token));
  };
}

test('an administrator of the system can have it now: once, however often they ask', async () => {
  const token = await world.superToken();
  const before = await world.done(listSigningKeys, {});
  const first = await world.done(rotateSigningKey, {}, { token });
  expect(await world.done(rotateSigningKey, {}, { token })).toEqual(first);
  const published = await world.done(listSigningKeys, {});
  expect(published.keys.map(({ kid }) => kid)).toEqual([...before.keys.map(({ kid }) => kid), first.kid]);

  const rotation = world.service.app.get(KeyRotation);
  const usedFrom = new Date(first.usedFrom).getTime();
  await rotation.turn(new Date(usedFrom - 1));
  const active = () => world.rows("SELECT kid FROM platform.signing_keys WHERE status = 'active'");
  expect(await active()).toEqual(before.keys.map(({ kid }) => ({ kid })));
  await rotation.turn(new Date(usedFrom));
  expect(await active()).toEqual([{ kid: first.kid }]);
});

test('nobody else can, and private keys lie sealed', async () => {
  expect(await world.code(rotateSigningKey, {}, { token: fjell.token })).toBe('FORBIDDEN');
  const rows = await world.rows<{ sealed: string; id: string }>(
    "SELECT id, encode(private_key_sealed, 'hex') AS sealed FROM platform.signing_keys",
  );
  // A key in PKCS #8 begins with this algorithm identifier.
  for (const { sealed } of rows) expect(sealed).not.toContain('06072a8648ce3d0201');
});

// Last, because the service signs with the key of a later time afterwards.
test('a whole rotation goes by without one token that a verifier could not verify', async () => {
  const [rotation, keys] = [world.service.app.get(KeyRotation), world.service.app.get(SigningKeys)];
  const { everyMs, leadMs, keepMs } = rotation.policy;
  const [active] = await world.rows<{ since: Date }>(
    "SELECT activated_at AS since FROM platform.signing_keys WHERE status = 'active'",
  );
  let clock = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => clock);
  const fetch = () => keys.listPublic() as Promise<PublicJwk[]>;
  // One fetches when it has to; the ring, as services use it, also when it meets a key it does not know.
  const slow = cachingVerifier(fetch, () => clock);
  const ring = new AccessTokens(new KeyRing(fetch));
  const claims = { sub: uuidv7(), tid: fjell.id, ten: fjell.slug, sid: uuidv7() };
  const live: { token: string; until: number }[] = [];
  const signedBy = new Set<string>();
  let [verified, failed, mostKeys] = [0, 0, 0];

  const day = 86_400 * SECOND;
  const due = (active?.since.getTime() as number) + everyMs;
  // Quickly to the days around the rotation, then in steps of ten seconds.
  clock = due - leadMs - 600 * SECOND;
  const end = due + keepMs + 600 * SECOND;
  for (; clock < end; clock += 10 * SECOND) {
    await rotation.turn(new Date(clock));
    const token = await keys.sign(claims, new Date(clock));
    live.push({ token, until: clock + world.config.accessTokenSeconds * SECOND });
    signedBy.add(kidOf(token));
    while ((live[0]?.until ?? clock) < clock) live.shift();
    mostKeys = Math.max(mostKeys, (await fetch()).length);
    for (const { token: each } of [live[0] as { token: string }, { token }]) {
      const [known] = [await slow(each), await ring.verify(each, new Date(clock))];
      if (known) verified++;
      else failed++;
    }
  }
  expect(failed).toBe(0);
  expect(verified).toBeGreaterThan(200);
  expect(signedBy.size).toBe(2);
  expect(mostKeys).toBe(2);
  // The old one is gone, without a restart.
  const left = await fetch();
  expect(left.map(({ kid }) => kid)).toEqual([...signedBy].slice(1));
  expect(everyMs).toBe(90 * day);
}, 60_000);
