import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { subjects } from '@kit/contracts';
import { eventually, natsOptions, query, type RunningSystem, startSystem } from '@kit/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { userState } from '@platform/contracts';
import { environmentOf, rehearsal, succeed } from '../backup/run.js';
import { foundTown } from '../backup/town.js';

const STATES = 100_000;
const AT_ONCE = 5_000;

rehearsal('many states', () => {
  let system: RunningSystem;
  let tenantId: string;
  beforeAll(async () => {
    system = await startSystem();
    ({ id: tenantId } = await foundTown(system));
    // Its own consumer would copy them one by one: all of them are the rebuild's.
    await system.apps.digilist.stop();
    await publishUsers();
  }, 300_000);
  afterAll(() => system?.stop(), 60_000);

  /** As PLATFORM would, each once. */
  async function publishUsers(): Promise<void> {
    const nats = await connect(natsOptions(system.nats, system.nats.credentials.platform));
    const manager = await jetstreamManager(nats, { checkAPI: false });
    const kept = async () => (await manager.streams.info('PLATFORM_STATE')).state.messages;
    const before = await kept();
    for (let n = 0; n < STATES; n++) {
      const id = `0199aaaa-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
      const data = {
        id,
        tenantId,
        email: `u${n}@example.no`,
        name: `Bruker ${n}`,
        kind: 'person',
        status: 'active',
        locale: null,
      };
      const state = { id, tenantId, version: 1, deleted: false, time: new Date().toISOString(), data };
      nats.publish(subjects.state(userState, tenantId, id), JSON.stringify(state));
      if (n % AT_ONCE === AT_ONCE - 1)
        await eventually(async () => expect(await kept()).toBe(before + n + 1), { within: 120_000, every: 50 });
    }
    await nats.drain();
  }

  it('are copied by a rebuild, and the rate is printed', async () => {
    const began = performance.now();
    const said = await succeed('rebuild', ['--projections'], environmentOf(system));
    console.log(
      `${said}${((performance.now() - began) / 1_000).toFixed(1)} s in all for ${STATES} rows that were missing`,
    );
    expect(said).toMatch(/100\d{3} states read beside the copies in [\d.]+ s, [\d.]+ s per 100 000/);
    const [row] = await query(
      system.urls.digilist.superuser,
      "SELECT count(*)::int AS n FROM digilist.platform_users WHERE name LIKE 'Bruker %'",
    );
    expect(row).toEqual({ n: STATES });
  }, 300_000);
});
