import { parseArgs } from 'node:util';
import { isVersion, precedes } from './releases.js';

/** A message for the person at the terminal. */
export class Refusal extends Error {}

/** What is asked for, or why it cannot be had. */
export function wanted(args: string[], recorded: readonly string[]): { version: string; commit: string } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { commit: { type: 'string', default: 'HEAD' } },
  });
  const [version, ...more] = positionals;
  if (version === undefined || more.length > 0 || !isVersion(version))
    throw new Refusal('Name the version, three numbers: npm run release:record -- 0.2.0');
  if (recorded.includes(version)) throw new Refusal(`${version} is recorded already, and a release does not change.`);
  const last = recorded.at(-1);
  if (last !== undefined && !precedes(last, version))
    throw new Refusal(`${version} does not come after ${last}, the last release: choose a higher version.`);
  return { version, commit: values.commit };
}
