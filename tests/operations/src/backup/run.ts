import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe } from '@jest/globals';
import { type NatsUser, passwordVariable, root } from '@kit/local-servers';
import type { RunningSystem } from '@kit/testing';

/** What `npm run rehearse` does besides what every run of the tests does. */
export const rehearsal: (name: string, tests: () => void) => void = process.env.REHEARSAL ? describe : describe.skip;

/** Runs one of the commands that operators type, as `npm run` does. Its end is answered, whatever it is. */
export function run(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'scripts', `${script}.mjs`), ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** @throws with what the command said, when it failed */
export async function succeed(script: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
  const { code, output } = await run(script, args, env);
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** What an operator has in the environment, where nothing runs by `npm start`. */
export const environmentOf = ({ urls, nats }: Pick<RunningSystem, 'urls' | 'nats'>): NodeJS.ProcessEnv => ({
  PLATFORM_DATABASE_SYSTEM_URL: urls.platform.system,
  DIGILIST_DATABASE_SYSTEM_URL: urls.digilist.system,
  PLATFORM_DATABASE_SUPERUSER_URL: urls.platform.superuser,
  DIGILIST_DATABASE_SUPERUSER_URL: urls.digilist.superuser,
  NATS_URL: nats.url,
  ...Object.fromEntries(
    Object.values(nats.credentials).map(({ user, password }) => [passwordVariable(user as NatsUser), password]),
  ),
});
