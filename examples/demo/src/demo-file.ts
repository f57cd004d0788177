import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DemoRole } from './accounts.js';

/** What a running `npm start` tells those who want to talk to it. */
export interface DemoFile {
  gateway: string;
  tenants: { slug: string; users: { email: string; password: string; name?: string; roles: DemoRole[] }[] }[];
  mail: string | null;
  nats: string;
  natsUsers: { subscriber: { user: string; password: string } };
}

export function readDemoFile(): DemoFile {
  const file = process.env.DEMO_FILE ?? path.resolve(import.meta.dirname, '../../../.local/demo.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DemoFile;
  } catch {
    throw new Error(
      `${path.relative(process.cwd(), file)} er ikke der. Start systemet først, i et annet vindu: npm start`,
    );
  }
}
