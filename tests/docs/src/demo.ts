import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '@kit/local-servers';
import type { RunningSystem } from '@kit/testing';

/** Seeds the demo as `npm start` does: its own process, over HTTP. */
export async function seedDemo({ gatewayUrl, superAdmin }: RunningSystem): Promise<void> {
  const env = {
    ...process.env,
    GATEWAY_URL: gatewayUrl,
    PLATFORM_SUPER_ADMIN_EMAIL: superAdmin.email,
    PLATFORM_SUPER_ADMIN_PASSWORD: superAdmin.password,
  };
  await promisify(execFile)(process.execPath, [path.join(root, 'examples/demo/dist/seed.js')], { env });
}
