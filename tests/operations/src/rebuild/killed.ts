import { spawn } from 'node:child_process';
import path from 'node:path';
import { passwordVariable, root } from '@kit/local-servers';
import { eventually, type RunningSystem } from '@kit/testing';
import { environmentOf } from '../backup/run.js';

/** Runs the command of the service itself, and kills it as soon as `begun` answers true. */
export async function killed(
  system: RunningSystem,
  args: readonly string[],
  begun: () => Promise<boolean>,
): Promise<void> {
  const env = environmentOf(system);
  const child = spawn(process.execPath, ['dist/rebuild.js', ...args], {
    cwd: path.join(root, 'apps/digilist-service'),
    env: {
      ...process.env,
      ...env,
      NATS_USER: 'platform_admin',
      NATS_PASSWORD: env[passwordVariable('platform_admin')],
    },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error('it had ended before it was killed');
      if (!(await begun())) throw new Error('it has not begun');
    },
    { within: 20_000, every: 5 },
  );
  child.kill('SIGKILL');
  await ended;
}
