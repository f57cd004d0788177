import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@digilist/client';
import { demoAccounts } from '@examples/demo/accounts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sharedSystem } from './support/system.js';

const system = sharedSystem();
const root = path.resolve(process.cwd(), '../..');
const run = promisify(execFile);
const folder = mkdtempSync(path.join(os.tmpdir(), 'demo-'));
const demoFile = path.join(folder, 'demo.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const play = async (script: 'seed' | 'journey'): Promise<{ text: string; ms: number }> => {
  const began = Date.now();
  const { stdout } = await run(process.execPath, [path.join(root, `examples/demo/dist/${script}.js`)], {
    env: {
      ...process.env,
      GATEWAY_URL: system.gatewayUrl,
      DEMO_FILE: demoFile,
      PLATFORM_SUPER_ADMIN_EMAIL: system.superAdmin.email,
      PLATFORM_SUPER_ADMIN_PASSWORD: system.superAdmin.password,
    },
  });
  return { text: stdout, ms: Date.now() - began };
};

describe('npm run demo', () => {
  beforeAll(() => {
    const demo = {
      gateway: system.gatewayUrl,
      tenants: demoAccounts,
      mail: system.mail.url,
      nats: system.nats.url,
      natsUsers: { subscriber: system.nats.credentials.subscriber },
    };
    writeFileSync(demoFile, JSON.stringify(demo));
  });

  it('the seed fills two municipalities through the use cases; a second one finds everything there', async () => {
    const first = await play('seed');
    expect(first.text).toMatch(/seeded in .*fjordvik 9 listings and \d+ bookings; nordlia 5 listings and \d+ bookings/);
    const second = await play('seed');
    expect(second.text).toContain('everything is there already');
    for (const { slug, users } of demoAccounts) {
      expect(new Set(users.flatMap(({ roles }) => roles)).size).toBe(5);
      const handler = users.find(({ roles }) => roles.includes('case_handler'))!;
      const client = createClient({ baseUrl: system.gatewayUrl, tenant: slug });
      await client.signIn(handler.email, handler.password);
      const { data } = await client.digilist.listBookings({ limit: 200 });
      expect([...new Set(data.map(({ status }) => status))].sort()).toEqual([
        'awaiting_approval',
        'cancelled',
        'confirmed',
        'rejected',
      ]);
    }
  }, 120_000);

  it('the journey plays to its end, and again with another free slot', async () => {
    const [first, second] = [await play('journey'), await play('journey')];
    for (const { text } of [first, second]) {
      expect(text).toContain('409 SLOT_CONFLICT');
      expect(text).toContain('Å betale');
      expect(text).toContain('1 200,00 kr');
      expect(text).toContain('digilist.booking.approved.v1');
      expect(text).toContain('300,00 kr er betalt tilbake');
      expect(text).toContain('Ferdig på');
    }
    const slot = (text: string) => /Hun velger (.*)/.exec(text)?.[1];
    expect(slot(first.text)).toBeDefined();
    expect(slot(second.text)).not.toBe(slot(first.text));
  }, 60_000);
});
