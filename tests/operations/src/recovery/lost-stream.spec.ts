import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leftOf, readStreams } from '@kit/local-servers';
import { eventually, type RunningSystem, seekDurable, startSystem } from '@kit/testing';
import { REACHES_RECEIVER, type Receiver, startReceiver } from '@kit/testing/outside';
import { environmentOf, rehearsal, run, succeed } from '../backup/run.js';
import { foundTown, type Town, UNLIMITED } from '../backup/town.js';
import { auditProblems, drift, effects, forgetCopies, unpublished } from './agreement.js';

const RIGHT = { missing: 0, twice: 0, gaps: 0 };
const PATIENCE = { within: 30_000, every: 100 };
const BOOKINGS = 5;

let system: RunningSystem;
let town: Town;
let receiver: Receiver;
const booked: string[] = [];

beforeAll(async () => {
  system = await startSystem({ appEnv: { gateway: UNLIMITED, platform: REACHES_RECEIVER } });
  [town, receiver] = await Promise.all([foundTown(system), startReceiver()]);
  const url = `${receiver.origin}/archive`;
  await town.client.platform.createWebhook({ url, eventTypes: ['digilist.booking.*'] });
  for (let n = 0; n < BOOKINGS; n++) booked.push(await town.book());
  // Something of every kind of state.
  await town.signInAgain();
  await town.client.platform.endOtherSessions({});
  await town.client.platform.putConsent({ purposeKey: 'digilist.news', state: 'given', version: 1, language: 'nb' });
  await town.client.platform.createDataSubjectRequest({ kind: 'access' });
  await settled();
}, 120_000);
afterAll(async () => {
  await receiver?.stop();
  await system?.stop();
}, 60_000);

const republish = () => succeed('republish', ['--context', 'all'], environmentOf(system));

/** Everything published, audited, copied and told to the receiver. */
const settled = () =>
  eventually(async () => {
    expect(await unpublished(system)).toBe(0);
    expect(await auditProblems(system)).toEqual(RIGHT);
    expect(await drift(system)).toEqual([]);
    expect(toldOf()).toEqual(expect.arrayContaining(booked));
  }, PATIENCE);

const told = () => receiver.at('/archive');
const toldOf = () => told().map(({ body }) => (JSON.parse(body) as { aggregateId: string }).aggregateId);
const idsTold = () => told().map(({ headers }) => headers['webhook-id']);

async function loseStore(): Promise<void> {
  await system.nats.kill();
  await rm(system.nats.storeDir, { recursive: true });
  await system.nats.restart();
}

describe('when the store of JetStream is lost', () => {
  it('a dry run says what to make first', async () => {
    await loseStore();
    const refused = await run('republish', ['--context', 'digilist', '--dry-run'], environmentOf(system));
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(/make the streams first/) });
  }, 60_000);

  it('one command fills the streams again, and nothing takes effect a second time', async () => {
    const before = await effects(system);
    const said = await republish();
    expect(said).toMatch(/PLATFORM_EVENTS: \d+ messages again in [\d.]+ s, \d+ s per 100 000/);
    expect(said).toMatch(/DIGILIST_EVENTS: \d+ messages again in [\d.]+ s, \d+ s per 100 000/);
    expect(said).toMatch(/PLATFORM_STATE: [1-9]\d* states were missing, published/);
    await settled();
    // The durables, made anew, have read all of it.
    const { url, credentials } = system.nats;
    for (const { account, streams } of readStreams())
      for (const { config, durables } of streams)
        for (const { durable_name: durable } of durables)
          if (!durable.startsWith('subscriber'))
            await eventually(
              async () =>
                expect({ account, durable, left: await leftOf(url, credentials, config.name, durable) }).toMatchObject({
                  left: 0,
                }),
              PATIENCE,
            );
    expect(await effects(system)).toEqual(before);
    expect(new Set(idsTold()).size).toBe(told().length);
  }, 90_000);

  it('the copies can be built from the stream alone again', async () => {
    await forgetCopies(system);
    expect(await drift(system)).not.toEqual([]);
    await seekDurable(system.nats.url, system.nats.credentials, 'PLATFORM_STATE', 'digilist_projections', 'all');
    await settled();
  }, 60_000);

  it('run again, it finds no state that is missing', async () => {
    const again = ['--context', 'platform', '--dry-run'];
    expect(await succeed('republish', again, environmentOf(system))).toMatch(/and 0 states would be published again/);
  }, 60_000);
});

rehearsal('when it is lost with messages that nobody has handled, while people book', () => {
  it('each takes effect once', async () => {
    await system.apps.platform.stop();
    for (let n = 0; n < BOOKINGS; n++) booked.push(await town.book());
    await eventually(async () => expect(await unpublished(system)).toBe(0), PATIENCE);
    await loseStore();
    await system.apps.platform.restart();
    expect(await auditProblems(system)).toMatchObject({ missing: expect.any(Number) });
    const stop = new AbortController();
    const load = (async () => {
      while (!stop.signal.aborted) booked.push(await town.book());
    })();
    await republish();
    stop.abort();
    await load;
    await settled();
    expect(new Set(idsTold()).size).toBe(told().length);
  }, 120_000);
});

describe('publishing again', () => {
  it.each([
    ['of no context', [], /--context is platform, digilist or all/],
    ['from something that is no time', ['--context', 'all', '--from', 'noon'], /is an instant like/],
    ['from before what is kept', ['--context', 'all', '--from', '2020-01-01T00:00:00Z'], /cannot be before/],
  ])('%s is refused with what to do', async (_, args, message) => {
    expect(await run('republish', args, environmentOf(system))).toMatchObject({
      code: 1,
      output: expect.stringMatching(message),
    });
  });

  it('without knowing where NATS is, is refused with what to set', async () => {
    const env = { ...environmentOf(system), NATS_DIGILIST_PASSWORD: '' };
    const refused = await run('republish', ['--context', 'digilist'], env);
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(/Set NATS_DIGILIST_PASSWORD/) });
  });
});
