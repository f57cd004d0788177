import { expect, test } from '@jest/globals';
import { withoutValues } from './logger.js';

test('an error of the database is logged without the values of its statement', () => {
  const driverError = Object.assign(new Error('duplicate key'), {
    code: '23505',
    constraint: 'users_email',
    detail: 'Key (email)=(kari@example.no) already exists.',
    where: 'parameter $1 = kari@example.no',
  });
  const wrapped = Object.assign(new Error('duplicate key'), {
    ...driverError,
    driverError,
    query: "INSERT INTO users VALUES ('kari@example.no')",
    parameters: ['kari@example.no'],
  });
  for (const error of [driverError, wrapped, new Error('around it', { cause: driverError })]) {
    const line = JSON.stringify(withoutValues(error));
    expect(line).not.toContain('kari');
    expect(line).toContain('duplicate key');
  }
  expect(withoutValues(driverError)).toMatchObject({ code: '23505', constraint: 'users_email' });
});
