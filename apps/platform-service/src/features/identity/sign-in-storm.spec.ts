import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { login } from '@platform/contracts';
import { type PlatformWorld, platformWorld, SUPER_ADMIN } from '../../../test/world.js';

let world: PlatformWorld;

beforeAll(async () => {
  world = await platformWorld({ PASSWORD_HASH_CONCURRENCY: '1', PASSWORD_HASH_QUEUE: '3' });
});
afterAll(() => world?.stop());

test('a storm of sign-ins is let in as far as it can be served; the rest is told to come again', async () => {
  const { email, password } = SUPER_ADMIN;
  const answers = await Promise.all(Array.from({ length: 30 }, () => world.call(login, { email, password })));
  const refused = answers.filter((answer) => !answer.ok);
  expect(answers.filter((answer) => answer.ok).length).toBeGreaterThanOrEqual(4);
  expect(refused.length).toBeGreaterThan(0);
  for (const { refusal } of refused)
    expect(refusal).toMatchObject({ code: 'AUTH_BUSY', kind: 'limited', retryAfter: 1 });
  expect(await world.code(login, { email, password })).toBe('OK');
});
