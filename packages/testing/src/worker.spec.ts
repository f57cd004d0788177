import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from '@kit/local-servers';

test('a file finds nothing that another file of its worker has left, and the lines of sources it did not load itself', () => {
  const { stderr } = spawnSync(
    process.execPath,
    [
      path.join(root, 'node_modules/jest/bin/jest.js'),
      ...['--runInBand', '--config', path.join(root, 'jest.base.cjs'), '--testMatch', '**/*.check.ts'],
    ],
    { cwd: path.join(root, 'packages/testing/fixtures/worker'), encoding: 'utf8', env: { ...process.env, CI: 'true' } },
  );
  expect(stderr).toMatch(/Test Suites: +2 passed, 2 total\nTests: +6 passed, 6 total/);
});
