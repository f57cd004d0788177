import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStreams, NATS_CONFIG, type NatsServer, removeAtEnd, startNatsServer } from '@kit/local-servers';
import { type AppName, eventually, query, type RunningSystem, startSystem } from '@kit/testing';
import { Caller, Random } from '@tests/chaos';
import { environmentOf, run, succeed } from '../backup/run.js';
import { foundTown, type Town, UNLIMITED } from '../backup/town.js';
import { drift } from '../recovery/agreement.js';
import { Replaceable } from './replaced.js';

/** A second. `npm test` runs on machines that do much else. */
const RATE = process.env.REHEARSAL ? 30 : 8;
const PATIENCE = { within: 30_000, every: 100 };

let config: string;
let nats: NatsServer;
let system: RunningSystem;
let town: Town;
let apps: Replaceable;
let caller: Caller;
let asking: Promise<void>;
const masterKey = randomBytes(32).toString('base64');
const stop = new AbortController();

// From the first test to the last somebody asks; what failed is counted in the end.
beforeAll(async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rotation-'));
  removeAtEnd(folder);
  config = path.join(folder, 'nats-server.conf');
  copyFileSync(NATS_CONFIG, config);
  nats = await startNatsServer({ config });
  await createStreams(nats.url, nats.credentials);
  // Logins belong to a whole server of PostgreSQL.
  system = await startSystem({
    nats,
    ownPostgres: true,
    appEnv: { gateway: { ...UNLIMITED, GATEWAY_DRAIN_MS: '800' } },
  });
  await askForPasswords(system.urls.platform.superuser);
  apps = await Replaceable.of(system);
  town = await foundTown({ ...system, gatewayUrl: apps.balancer.url });
  caller = new Caller(apps.balancer.url, town.target, new Random(3));
  await caller.signIn();
  asking = caller.run(RATE, stop.signal);
}, 120_000);
afterAll(async () => {
  stop.abort();
  await asking;
  await apps?.balancer.stop();
  await system?.stop();
  await nats?.stop();
}, 60_000);

/** A server of the tests trusts everybody on this machine. */
async function askForPasswords(superuser: string): Promise<void> {
  const [row] = await query<{ file: string }>(superuser, "SELECT current_setting('hba_file') AS file");
  const lines = ['host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256', ''];
  writeFileSync(row?.file as string, lines.join('\n'));
  await query(superuser, 'SELECT pg_reload_conf()');
}

const platform = <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) =>
  query<Row>(system.urls.platform.superuser, text, values);
const rotate = (...args: string[]) => succeed('rotate', args, environmentOf(system));

/** What the command prints to be set, and which it does not mean for the terminal only. */
const settings = (said: string): NodeJS.ProcessEnv =>
  Object.fromEntries([...said.matchAll(/^([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));

const api = (token: string) =>
  fetch(`${apps.balancer.url}/api/v1/bookings?limit=1`, { headers: { authorization: `Bearer ${token}` } });
const kidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid;
const published = async (): Promise<string[]> => {
  const answer = await fetch(`${apps.balancer.url}/.well-known/jwks.json`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
};

async function signIn(email: string, password: string, tenant?: string): Promise<string> {
  const answer = await fetch(`${apps.balancer.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(tenant && { 'x-tenant': tenant }) },
    body: JSON.stringify({ email, password }),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}

/** The next turn of a job is now. */
const turn = (job: string) => platform('SELECT platform_jobs.add_job($1, job_key := $1, max_attempts := 32767)', [job]);
/** Ten minutes pass, as far as the keys are concerned. */
const later = () =>
  platform(`UPDATE platform.signing_keys SET published_at = published_at - interval '10 minutes',
    retired_at = retired_at - interval '10 minutes'`);

describe('while people work', () => {
  let token: string;
  let first: string;
  let second: string;

  it('another key signs access tokens, published before, and tokens of the one before stay good', async () => {
    token = await signIn(town.target.email, town.target.password, town.slug);
    first = kidOf(token);
    const root = await signIn(system.superAdmin.email, system.superAdmin.password);
    const asked = await fetch(`${apps.balancer.url}/api/v1/signing-keys/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${root}` },
    });
    expect(asked.ok).toBe(true);
    ({ kid: second } = (await asked.json()) as { kid: string });
    expect(await published()).toEqual(expect.arrayContaining([first, second]));
    expect(kidOf(await signIn(town.target.email, town.target.password, town.slug))).toBe(first);
    await later();
    await turn('signing key rotation');
    await eventually(async () => {
      const [active] = await platform<{ kid: string }>("SELECT kid FROM platform.signing_keys WHERE status = 'active'");
      expect(active?.kid).toBe(second);
    }, PATIENCE);
    expect((await api(token)).status).toBe(200);
  }, 60_000);

  it('each app gets other passwords of its databases and of NATS, and those before end', async () => {
    const given: Record<AppName, NodeJS.ProcessEnv> = { platform: {}, digilist: {}, gateway: {} };
    for (const login of ['platform_app_b', 'platform_system_b', 'digilist_app_b', 'digilist_system_b'])
      Object.assign(
        given[login.startsWith('platform') ? 'platform' : 'digilist'],
        settings(await rotate('--login', login)),
      );
    for (const app of ['platform', 'digilist', 'gateway'] as const)
      Object.assign(given[app], settings(await rotate('--nats-user', `${app}_b`, '--config', config)));
    process.kill(nats.pid, 'SIGHUP');
    await eventually(
      () => expect(readFileSync(nats.logFile, 'utf8')).toMatch(/Reloaded server configuration/),
      PATIENCE,
    );

    const busy = await run('rotate', ['--end-login', 'digilist_app'], environmentOf(system));
    expect(busy).toMatchObject({
      code: 1,
      output: expect.stringMatching(/still has \d+ connections: restart what uses it with digilist_app_b/),
    });
    const used = await run('rotate', ['--login', 'digilist_app'], environmentOf(system));
    expect(used).toMatchObject({ code: 1, output: expect.stringMatching(/the one in use. Prepare digilist_app_b/) });

    // The next master key is known everywhere before it is used anywhere.
    given.platform.PLATFORM_PREVIOUS_MASTER_KEYS = masterKey;
    for (const app of ['platform', 'digilist', 'gateway'] as const) await apps.replace(app, given[app]);
    // A process that has just started knows the new key from the beginning.
    expect(kidOf(await signIn(town.target.email, town.target.password, town.slug))).toBe(second);

    for (const login of ['platform_app', 'platform_system', 'digilist_app', 'digilist_system'])
      await rotate('--end-login', login);
    await expect(query(system.urls.digilist.app, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    for (const user of ['platform', 'digilist', 'gateway']) await rotate('--end-nats-user', user, '--config', config);
    process.kill(nats.pid, 'SIGHUP');
    await eventually(
      () => expect(readFileSync(nats.logFile, 'utf8').match(/Reloaded server configuration/g)).toHaveLength(2),
      PATIENCE,
    );
    // Still the same role, under the same policies: without a tenant there is nothing to see.
    const [row] = await query(
      given.digilist.DIGILIST_DATABASE_URL as string,
      'SELECT session_user::text, current_user::text, count(*)::int AS n FROM digilist.bookings',
    );
    expect(row).toEqual({ session_user: 'digilist_app_b', current_user: 'digilist_app', n: 0 });
    await eventually(async () => expect(await drift(system)).toEqual([]), PATIENCE);
  }, 180_000);

  it('another master key wraps what secrets lie under, and the one before is needed no more', async () => {
    const before = system.masterKey;
    const wrapped = async () =>
      new Set(
        (await platform<{ kek: string }>('SELECT DISTINCT kek_id AS kek FROM platform.data_keys')).map(
          ({ kek }) => kek,
        ),
      );
    const [earlier] = await wrapped();
    await apps.replace('platform', { PLATFORM_MASTER_KEY: masterKey, PLATFORM_PREVIOUS_MASTER_KEYS: before });
    await turn('secrets/key-rotation');
    await eventually(async () => {
      const now = await wrapped();
      expect(now.size).toBe(1);
      expect(now).not.toContain(earlier);
    }, PATIENCE);
    const sealed = async () =>
      (
        await platform<{ sealed: string }>(
          'SELECT private_key_sealed::text AS sealed FROM platform.signing_keys ORDER BY id',
        )
      ).map((row) => row.sealed);
    const lay = await sealed();
    await turn('signing key rotation');
    await eventually(async () => expect((await sealed()).filter((each) => lay.includes(each))).toEqual([]), PATIENCE);
    await apps.replace('platform', { PLATFORM_PREVIOUS_MASTER_KEYS: '' });
    expect(kidOf(await signIn(town.target.email, town.target.password, town.slug))).toBe(second);
    expect(await town.client.platform.verifyAuditLogs({})).toMatchObject({ intact: true });
  }, 120_000);

  it('the key that signed before is gone once the last token of it has expired', async () => {
    // Whoever asks has a token of the key that signs by now, as everybody has when those of the other have expired.
    await caller.signIn();
    await later();
    await turn('signing key rotation');
    await eventually(async () => expect(await published()).toEqual([second]), PATIENCE);
    await apps.replace('gateway', {});
    expect((await api(token)).status).toBe(401);
  }, 60_000);

  it('no request of theirs fails', async () => {
    stop.abort();
    await asking;
    expect(caller.traffic.failed).toEqual([]);
    expect(caller.traffic.acknowledged.size).toBeGreaterThan(0);
  });
});

describe('rotating', () => {
  it.each([
    ['nothing', [], /One at a time/],
    ['two things', ['--login', 'digilist_app_b', '--end-login', 'digilist_app'], /One at a time/],
    [
      'a role that there is one of',
      ['--login', 'digilist_migrator'],
      /no login that there can be two of: platform_app/,
    ],
    ['a user of NATS without a configuration', ['--nats-user', 'digilist_b'], /--config names the configuration/],
    [
      'in a configuration that is not there',
      ['--nats-user', 'digilist_b', '--config', '/none/nats.conf'],
      /is not there: begin with a copy/,
    ],
    [
      'a user that there is not',
      ['--nats-user', 'nobody_b', '--config', NATS_CONFIG],
      /has no user nobody: name one of sys, platform/,
    ],
  ])('%s is refused with what to do', async (_, args, message) => {
    const refused = await run('rotate', args, environmentOf(system));
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(message) });
  });
});
