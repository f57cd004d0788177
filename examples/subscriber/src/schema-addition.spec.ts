import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { bookingConfirmed } from '@digilist/contracts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, natsOptions, startNats } from '@kit/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { DURABLE } from './index.js';

const TENANT = '01a20000-0000-7000-8000-000000000001';
const STREAM = 'DIGILIST_EVENTS';

let nats: Awaited<ReturnType<typeof startNats>>;
let service: NatsConnection;
let subscriber: ChildProcess | undefined;
let said = '';
beforeAll(async () => {
  nats = await startNats();
  service = await connect(natsOptions(nats, nats.credentials.digilist));
  subscriber = spawn(process.execPath, [path.resolve(process.cwd(), 'dist/main.js')], {
    env: {
      ...process.env,
      NATS_URL: nats.url,
      NATS_USER: nats.credentials.subscriber.user,
      NATS_PASSWORD: nats.credentials.subscriber.password,
    },
  });
  const keep = (chunk: Buffer) => {
    said += chunk;
  };
  subscriber.stdout?.on('data', keep);
  subscriber.stderr?.on('data', keep);
}, 60_000);
afterAll(async () => {
  subscriber?.kill('SIGKILL');
  await service?.close();
  await nats?.stop();
});

/** As the service publishes an event, with what later versions of it may add. */
function publish(number: number, type: string, more: { envelope?: object; data?: object } = {}) {
  const id = `01a20000-0000-7000-8000-00000000010${number}`;
  const [, aggregate, fact, version] = type.split('.');
  const envelope = {
    specversion: '1.0',
    id: `01a20000-0000-7000-8000-00000000020${number}`,
    source: '/digilist',
    type,
    subject: id,
    time: '2026-12-01T17:00:00.000Z',
    tenantid: TENANT,
    aggregateversion: 1,
    data: {
      bookingId: id,
      startsAt: '2026-12-01T17:00:00.000Z',
      endsAt: '2026-12-01T18:00:00.000Z',
      totalAmount: 10_000,
      ...more.data,
    },
    ...more.envelope,
  };
  const subject = `digilist.evt.${TENANT}.${aggregate}.${id}.${fact}.${version}`;
  return jetstream(service).publish(subject, JSON.stringify(envelope));
}

it('survives members, types and versions that it does not know: they take nothing from what it knows', async () => {
  const { type } = bookingConfirmed;
  await publish(1, type, { envelope: { weather: 'rain' }, data: { weather: { degrees: 4 }, status: 'praised' } });
  await publish(2, 'digilist.booking.praised.v1', { data: { stars: 5 } });
  await publish(3, type.replace('.v1', '.v2'), { data: { startsAt: { instant: 0 } } });
  await publish(4, type);
  await eventually(() => expect(said).toContain('000000000104'), { within: 15_000 });
  expect(said.match(/booking 01a20000-\S+/g)).toEqual([
    'booking 01a20000-0000-7000-8000-000000000101',
    'booking 01a20000-0000-7000-8000-000000000104',
  ]);
  expect(said).not.toContain('interrupted');

  // All four are done with: none comes again.
  const operator = await connect(natsOptions(nats, nats.credentials.digilist_admin));
  const { consumers } = await jetstreamManager(operator);
  await eventually(async () =>
    expect(await consumers.info(STREAM, DURABLE)).toMatchObject({ num_pending: 0, num_ack_pending: 0 }),
  );
  await operator.close();
});

it('hears all of it again when the operator says so, and stops when it is told', async () => {
  const { status, stdout } = spawnSync(process.execPath, [path.resolve(process.cwd(), 'dist/replay.js'), 'all'], {
    env: { ...process.env, NATS_URL: nats.url, NATS_DIGILIST_ADMIN_PASSWORD: nats.credentials.digilist_admin.password },
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `${DURABLE} now reads on from the first event that is kept\n`,
  });
  await eventually(() => expect(said.match(/booking 01a20000-\S+/g)).toHaveLength(4), { within: 15_000 });
  subscriber?.kill('SIGTERM');
  expect(await once(subscriber as ChildProcess, 'exit')).toEqual([0, null]);
});
