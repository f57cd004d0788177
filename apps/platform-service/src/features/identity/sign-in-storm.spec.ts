import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createUser, login } from '@platform/contracts';
import { PASSWORD, type PlatformWorld, platformWorld, SUPER_ADMIN } from '../../../test/world.js';

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

test('whoever may not add users keeps no core busy with their passwords', async () => {
  const fjell = await world.tenant('fjell');
  const resident = { email: 'resident@fjell.example', name: 'Resident', password: PASSWORD };
  await world.done(createUser, resident, { token: fjell.token });
  const { accessToken } = await world.signIn(resident.email, PASSWORD, 'fjell');
  const attempt = { email: 'more@fjell.example', name: 'More', password: PASSWORD };
  const codes = await Promise.all(
    Array.from({ length: 30 }, () => world.code(createUser, attempt, { token: accessToken })),
  );
  expect(new Set(codes)).toEqual(new Set(['FORBIDDEN']));
});
