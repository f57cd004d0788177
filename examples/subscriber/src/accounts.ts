import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Account } from '@kit/subscriber';

const root = path.resolve(import.meta.dirname, '../../..');

interface DemoFile {
  nats: string;
  natsUsers: { subscriber: { user: string; password: string } };
}

/** From the environment, else from what a running `npm start` has written. */
export function subscriberAccount(): Account {
  const { NATS_URL, NATS_USER = 'subscriber', NATS_PASSWORD } = process.env;
  if (NATS_URL && NATS_PASSWORD) return { servers: NATS_URL, user: NATS_USER, password: NATS_PASSWORD };
  const demo = readLocal<DemoFile>(process.env.DEMO_FILE ?? path.join(root, '.local/demo.json'));
  return { servers: demo.nats, ...demo.natsUsers.subscriber };
}

/** What the operator of the system has and a subscriber has not. */
export function operatorAccount(): Account {
  const { NATS_URL, NATS_DIGILIST_ADMIN_PASSWORD: password } = process.env;
  if (NATS_URL && password) return { servers: NATS_URL, user: 'digilist_admin', password };
  const demo = readLocal<DemoFile>(path.join(root, '.local/demo.json'));
  const keys = readLocal<{ nats: { digilist_admin: { user: string; password: string } } }>(
    path.join(root, '.local/keys.json'),
  );
  return { servers: demo.nats, ...keys.nats.digilist_admin };
}

function readLocal<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw new Error(
      `${path.relative(process.cwd(), file)} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'not JSON'}): start the system with "npm start", or set NATS_URL and the password.`,
    );
  }
}
