import { expect, test } from '@jest/globals';
import { FORBIDDEN, Refusal, refusalBody } from '@kit/contracts';
import { translated } from './trouble.js';

const seen = (error: unknown) => {
  const answer = translated(error);
  return answer instanceof Refusal ? answer.code : answer;
};
const failure = (code: string) => Object.assign(new Error('no'), { code });

test.each(['08006', '53100', '53300', '57P01', '57P03', '25P03', '25006', '40P01', 'ECONNREFUSED', 'EPIPE'])(
  'a database that fails with %s is away, which is worth another try',
  (code) => expect(seen(failure(code))).toBe('SERVICE_UNAVAILABLE'),
);

test('a statement that ran out of its time is a deadline', () => {
  expect(seen(failure('57014'))).toBe('DEADLINE_EXCEEDED');
});

test.each([
  new Error('Connection terminated unexpectedly'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Client has encountered a connection error and is not queryable'),
])('a connection that is gone counts the same: %s', (error) => expect(seen(error)).toBe('SERVICE_UNAVAILABLE'));

test('everything else stays what it is', () => {
  expect(seen(new Refusal(FORBIDDEN))).toBe('FORBIDDEN');
  for (const other of [failure('23505'), new TypeError('x'), null, undefined, 'text']) expect(seen(other)).toBe(other);
});

test('the caller is not told what the driver said, the log is', () => {
  const cause = failure('ECONNREFUSED');
  const refusal = translated(cause) as Refusal;
  expect(refusal).toMatchObject({ detail: undefined, cause });
  expect(JSON.stringify(refusalBody(refusal))).not.toContain('cause');
});
