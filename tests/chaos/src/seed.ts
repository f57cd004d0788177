import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '@kit/local-servers';
import type { RunningSystem } from '@kit/testing';

/** Seeds the demo as `npm start` does: its own process, over HTTP. */
export async function runSeed(system: Pick<RunningSystem, 'gatewayUrl' | 'superAdmin'>): Promise<void> {
  const env = {
    ...process.env,
    GATEWAY_URL: system.gatewayUrl,
    PLATFORM_SUPER_ADMIN_EMAIL: system.superAdmin.email,
    PLATFORM_SUPER_ADMIN_PASSWORD: system.superAdmin.password,
  };
  await promisify(execFile)(process.execPath, [path.join(root, 'examples/demo/dist/seed.js')], { env });
}
