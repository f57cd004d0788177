import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  configWithRegion,
  createStreams,
  NATS_CONFIG,
  NATS_USERS,
  type NatsServer,
  type NatsUser,
  newNatsCredentials,
  passwordVariable,
  readStreams,
  regionUsers,
  removeAtEnd,
  root,
  startNatsServer,
  stateDurable,
  streamsWithRegion,
} from '@kit/local-servers';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

const ADD_REGION = path.join(root, 'packages/local-servers/bin/add-region.mjs');
const CREATE_STREAMS = path.join(root, 'packages/local-servers/bin/create-streams.mjs');
const SHIPPED = readFileSync(NATS_CONFIG, 'utf8');
const REGIONS = ['no-west', 'no-north'];

let server: NatsServer;
const open: NatsConnection[] = [];

async function as(user: string): Promise<NatsConnection> {
  const { password } = server.credentials[user as NatsUser];
  const options = { servers: server.url, user, pass: password, inboxPrefix: `_INBOX_${user}`, timeout: 3_000 };
  const connection = await connect(options);
  open.push(connection);
  return connection;
}

const west = () => as('digilist_no_west');

beforeAll(async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'regions-'));
  removeAtEnd(folder);
  const config = path.join(folder, 'nats-server.conf');
  writeFileSync(config, REGIONS.reduce(configWithRegion, SHIPPED));
  const credentials = newNatsCredentials([...NATS_USERS, ...REGIONS.flatMap(regionUsers)]);
  server = await startNatsServer({ config, credentials });
  await createStreams(server.url, credentials, { wanted: REGIONS.reduce(streamsWithRegion, readStreams()) });
}, 60_000);

afterAll(async () => {
  await Promise.all(open.map((connection) => connection.close()));
  await server?.stop();
});

it('the gateway asks each region by its own subject, and each hears the same one', async () => {
  for (const [user, place] of [
    ['digilist', 'home'],
    ['digilist_no_west', 'west'],
    ['digilist_no_north', 'north'],
  ] as const) {
    const service = await as(user);
    service.subscribe('digilist.rpc.thing.read.v1', { callback: (_, message) => void message.respond(place) });
    await service.flush();
  }
  const gateway = await as('gateway');
  const ask = async (subject: string) => (await gateway.request(subject, '', { timeout: 2_000 })).string();
  expect(await ask('digilist.rpc.thing.read.v1')).toBe('home');
  expect(await ask('region.no-west.digilist.rpc.thing.read.v1')).toBe('west');
  expect(await ask('region.no-north.digilist.rpc.thing.read.v1')).toBe('north');
  await expect(ask('region.no-south.digilist.rpc.thing.read.v1')).rejects.toThrow();
});

it('what a region publishes lies in its own stream, is live under its own subject, and is read by PLATFORM apart', async () => {
  const gateway = await as('gateway');
  const heard: string[] = [];
  for (const subject of ['digilist.live.>', 'region.no-west.digilist.live.>', 'region.no-north.digilist.live.>'])
    gateway.subscribe(subject, { callback: (_, message) => void heard.push(message.subject) });
  await gateway.flush();
  const platform = await as('platform');
  const api = jetstream(platform, { apiPrefix: 'JS.DIGILIST.API' });

  const ack = await jetstream(await west()).publish('digilist.evt.t1.thing.1.done.v1', '{"from":"west"}');
  expect(ack).toMatchObject({ stream: 'DIGILIST_EVENTS', seq: 1 });
  await jetstream(await as('digilist')).publish('digilist.evt.t2.thing.1.done.v1', '{"from":"home"}');

  for (const [durable, from] of [
    ['platform_webhooks_no_west', 'west'],
    ['platform_webhooks', 'home'],
  ] as const) {
    const consumer = await api.consumers.get('DIGILIST_EVENTS', durable);
    const message = await consumer.next({ expires: 2_000 });
    expect(message?.json()).toEqual({ from });
    // The name of the durable is in the acknowledgement: it reaches the account whose message it was, and no other.
    expect(await message?.ackAck()).toBe(true);
    expect((await consumer.info()).ack_floor.stream_seq).toBe(1);
  }
  await gateway.flush();
  expect(heard.sort()).toEqual(['digilist.live.t2.thing.1.done.v1', 'region.no-west.digilist.live.t1.thing.1.done.v1']);
});

it('PLATFORM hears from which region an internal request comes, whatever its sender calls itself', async () => {
  const platform = await as('platform');
  platform.subscribe('platform.internal.>', { callback: (_, message) => void message.respond(message.subject) });
  await platform.flush();
  const ask = async (user: string, subject: string) =>
    (await (await as(user)).request(subject, '', { timeout: 1_000 })).string();
  const subject = 'platform.internal.digilist.thing.read.v1';
  expect(await ask('digilist', subject)).toBe(subject);
  expect(await ask('digilist_no_west', subject)).toBe('platform.internal.digilist@no-west.thing.read.v1');
  for (const forged of ['digilist@no-north', 'digilist@no-west', 'reports'])
    await expect(ask('digilist_no_west', `platform.internal.${forged}.thing.read.v1`)).rejects.toThrow();
});

it('each region reads states by a durable of its own, and no other', async () => {
  const platform = jetstream(await as('platform'));
  await platform.publish('platform.state.t1.tenant.t1', '{"id":"t1"}');
  const api = jetstream(await west(), { apiPrefix: 'JS.PLATFORM.API' });
  const consumer = await api.consumers.get('PLATFORM_STATE', stateDurable('no-west'));
  const message = await consumer.next({ expires: 2_000 });
  expect(message?.json()).toEqual({ id: 't1' });
  expect(await message?.ackAck()).toBe(true);
  await expect(api.consumers.get('PLATFORM_STATE', 'digilist_projections')).rejects.toThrow();
  await expect(api.consumers.get('PLATFORM_STATE', stateDurable('no-north'))).rejects.toThrow();
});

it('the admin step by itself makes what the regions need, and finds it made; it names what it was not given', async () => {
  const run = async (environment: Record<string, string>) => {
    const [node, options] = [
      process.execPath,
      { env: { ...process.env, NATS_REGIONS: 'no-west,no-north', ...environment } },
    ];
    return promisify(execFile)(node, [CREATE_STREAMS], options).then(
      ({ stdout }) => stdout,
      ({ stderr }) => stderr as string,
    );
  };
  const admins = ['platform_admin', 'digilist_admin', 'digilist_no_west_admin', 'digilist_no_north_admin'];
  const passwords = admins.map((user) => [
    passwordVariable(user as NatsUser),
    server.credentials[user as NatsUser].password,
  ]);
  const given = { NATS_URL: server.url, ...Object.fromEntries(passwords) };
  expect(await run(given)).toMatch(/0 created, 0 updated, \d+ as they should be/);
  const { NATS_DIGILIST_NO_WEST_ADMIN_PASSWORD: _, ...less } = given as Record<string, string>;
  expect(await run(less)).toContain('needs NATS_DIGILIST_NO_WEST_ADMIN_PASSWORD: set them');
});

it('a configuration with regions is printed for whoever runs servers, with what each region is started with', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [ADD_REGION, ...REGIONS]);
  expect(stdout).toBe(REGIONS.reduce(configWithRegion, SHIPPED));
  expect(stderr).toContain(
    'NATS_USER=digilist_no_west DIGILIST_REGION=no-west DIGILIST_STATE_DURABLE=digilist_projections_no_west',
  );
  await expect(promisify(execFile)(process.execPath, [ADD_REGION])).rejects.toMatchObject({
    stderr: expect.stringContaining('Name the regions besides home'),
  });
});

it('a name that is none, a region that is there, and another configuration are refused with what to do', () => {
  expect(() => configWithRegion(SHIPPED, 'No West')).toThrow('"No West" is no region: a letter, then');
  const twice = () => configWithRegion(configWithRegion(SHIPPED, 'no-west'), 'no-west');
  expect(twice).toThrow('has an account DIGILIST_NO_WEST already: name another region');
  expect(() => configWithRegion('accounts {}', 'no-west')).toThrow('begin with infra/nats/nats-server.conf');
});
