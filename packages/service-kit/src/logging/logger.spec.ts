import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { masked } from './masked.js';

/** What is written when `write` logs. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const stream = {
    write: (line: string) => {
      text += line;
    },
  };
  write(createLogger('spec', 'trace', stream));
  for (const line of text.trim().split('\n')) JSON.parse(line);
  return text;
}

const driverError = () =>
  Object.assign(new Error('duplicate key value violates unique constraint "users_email"'), {
    code: '23505',
    constraint: 'users_email',
    table: 'users',
    detail: 'Key (name)=(Canary Nordmann) already exists.',
    where: "unnamed portal parameter $1 = 'Canary Nordmann'",
    internalQuery: "SELECT 'Canary Nordmann'",
  });

describe('an error is logged without what people have written', () => {
  it.each([
    ['of the driver', driverError()],
    [
      'of the driver, wrapped by TypeORM',
      Object.assign(driverError(), { driverError: driverError(), query: "INSERT 'Canary'", parameters: ['Canary'] }),
    ],
    ['around that of the driver', new Error('around it', { cause: driverError() })],
    ['of several', new AggregateError([driverError(), driverError()], 'several')],
    [
      'of a value that PostgreSQL cannot read',
      Object.assign(new Error('invalid input syntax for type uuid: "Canary"'), { code: '22P02' }),
    ],
    [
      'around that of a value',
      new Error('around it', { cause: Object.assign(new Error('invalid input syntax: "Canary"'), { code: '22007' }) }),
    ],
    [
      'of an HTTP client',
      Object.assign(new Error('status 500'), {
        config: { headers: { 'x-key': 'Canary' } },
        response: { body: 'Canary' },
      }),
    ],
    [
      'of a mail server',
      Object.assign(new Error('rejected'), {
        response: '550 Canary',
        envelope: { to: ['Canary'] },
        rejected: ['Canary'],
      }),
    ],
    ['of validation', Object.assign(new Error('invalid'), { target: { name: 'Canary' }, value: 'Canary' })],
    ['that is none', { name: 'Canary' }],
  ])('%s', (_, err) => {
    const line = logged((log) => log.error({ err }, 'failed'));
    expect(line).not.toMatch(/canary/i);
    expect(line).toContain('"msg":"failed"');
  });

  it('but with what tells where to look', () => {
    const { err } = JSON.parse(logged((log) => log.error({ err: driverError() }, 'failed')));
    expect(err).toMatchObject({
      code: '23505',
      constraint: 'users_email',
      table: 'users',
      message: driverError().message,
    });
    expect(err.stack).toContain('logger.spec');
  });
});

describe('what a line must not hold is masked, wherever it stands', () => {
  const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
  it.each([
    ['a token', `refused ${token}`, 'refused ***'],
    ['half a token', `refused ${token.slice(0, 40)}`, 'refused ***'],
    ['an authorization', 'Authorization: Bearer abc.def-123', 'Authorization: Bearer ***'],
    ['a connection string', 'postgres://app:s3cret@db:5432/x', 'postgres://app:***@db:5432/x'],
    ['a link', 'GET /verify?token=abc&next=1', 'GET /verify?token=***&next=1'],
    ['an e-mail address', '550 no <kari.nordmann+x@mail.example.no> here', '550 no <***@***> here'],
    ['an e-mail address in a path', '/users/kari%40example.no', '/users/***@***'],
    ['a national identity number', 'is 01017012345, known', 'is 99999999999, known'],
    ['one with a space', 'is 010170 12345.', 'is 99999999999.'],
  ])('%s', (_, text, safe) => {
    expect(masked(text)).toBe(safe);
    expect(JSON.parse(logged((log) => log.info(text))).msg).toBe(safe);
  });

  it('and ids, times and amounts are left as they are', () => {
    const text =
      '0198a3e7-7c10-7b3e-9f57-000000000001 2026-11-23T06:35:49.123Z 1795415749123 12345.67890123456 pg@8.23.1/lib @nats-io+nats-core@3.4.0_x@1.2/y 12345678';
    expect(masked(text)).toBe(text);
  });

  it('and a line with a number in it remains JSON', () => {
    expect(JSON.parse(logged((log) => log.info({ person: 12_345_678_901 }, 'x'))).person).toBe(99_999_999_999);
  });

  it('and values are hidden by their names, as deep as objects are logged', () => {
    const secret = { password: 'Canary', email: 'Canary', accessToken: 'Canary' };
    const line = logged((log) => log.warn({ ...secret, body: { ...secret, user: { ...secret, more: secret } } }, 'x'));
    expect(line).not.toContain('Canary');
  });

  it('and a line of any length is read once: the test would not end otherwise', () => {
    const long = `${'a'.repeat(1_000_000)}@ ://${'b'.repeat(1_000_000)} ${'1'.repeat(1_000_000)}`;
    expect(masked(long)).toBe(long);
  });
});
