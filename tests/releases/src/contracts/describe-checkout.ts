import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '@kit/local-servers';
import type { Description } from './describe.js';

const OUTPUT_BYTES = 64 * 1024 * 1024;

/** What the build in a folder promises, told by a process of its own. */
export async function describeCheckout(checkout = root): Promise<Description> {
  const script = path.join(root, 'tests/releases/dist/contracts/describe.js');
  if (!existsSync(script)) throw new Error(`${script} is not there: build first (npm test does).`);
  const { stdout } = await promisify(execFile)(process.execPath, [script, checkout], { maxBuffer: OUTPUT_BYTES });
  return JSON.parse(stdout) as Description;
}
