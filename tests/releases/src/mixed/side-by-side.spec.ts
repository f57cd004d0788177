import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query, type RunningApp } from '@kit/testing';
import { BUILD_TIMEOUT_MS, previousRelease } from '../release/previous.js';
import { book, enter, journey, listening, newcomer } from './journey.js';
import { type Mix, MixedSystem } from './mixed-system.js';

const previous = previousRelease();

/** In the order of a rollout and back: between neighbours only what differs is started and stopped. */
const MIXES: [name: string, mix: Mix][] = [
  ['the old gateway with the new services', { gateway: ['old'], platform: ['new'], digilist: ['new'] }],
  [
    'the new gateway, the new platform and the old digilist',
    { gateway: ['new'], platform: ['new'], digilist: ['old'] },
  ],
  ['the new gateway with the old services', { gateway: ['new'], platform: ['old'], digilist: ['old'] }],
  ['the old platform and the new digilist', { gateway: ['new'], platform: ['old'], digilist: ['new'] }],
];
const BOTH: Mix = { gateway: ['old', 'new'], platform: ['old', 'new'], digilist: ['old', 'new'] };

(previous.skipped ? describe.skip : describe)(
  `release ${previous.version} and this checkout, on the new schema`,
  () => {
    let mixed: MixedSystem;
    let outside: Awaited<ReturnType<typeof listening>>;
    let weeks = 3;
    beforeAll(async () => {
      mixed = await MixedSystem.start(await previous.build());
      outside = await listening(mixed.system);
    }, BUILD_TIMEOUT_MS);
    afterAll(async () => {
      await outside?.close();
      await mixed?.stop();
    });

    it.each(MIXES)('%s carry a booking from the search to the audit log', async (_, mix) => {
      await mixed.become(mix);
      const gateway = mixed.app(mix.gateway[0] ?? 'new', 'gateway').healthUrl;
      await journey(gateway, weeks++, outside.facts);
      await newcomer(gateway, `nr-${weeks}`);
    });

    describe('all at once', () => {
      beforeAll(() => mixed.become(BOTH), 60_000);

      it.each(['old', 'new'] as const)('through the %s gateway', (age) =>
        journey(mixed.app(age, 'gateway').healthUrl, weeks++, outside.facts),
      );

      it('each service answers its share, and one of them publishes what both have left in the outbox', async () => {
        const resident = await enter(mixed.app('new', 'gateway').healthUrl, 'resident');
        const made: string[] = [];
        const shares = () =>
          Promise.all((['old', 'new'] as const).map((age) => bookingsMadeBy(mixed.app(age, 'digilist'))));
        const before = await shares();
        let more = [0, 0];
        // The broker deals at random.
        while (made.length < DEALS && more.includes(0)) {
          made.push((await book(resident, weeks++)).id);
          more = (await shares()).map((count, at) => count - (before[at] as number));
        }
        expect(more).not.toContain(0);
        await eventually(() => {
          const told = outside.facts.map(({ subject }) => subject);
          expect(made.filter((id) => !told.includes(id))).toEqual([]);
        });
        const ids = outside.facts.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const { superuser } = mixed.system.urls.digilist;
        expect(await query(superuser, 'SELECT count(*)::int FROM digilist.relay_lease')).toEqual([{ count: 1 }]);
      });
    });
  },
);

/** Enough that not one of two was passed over all the time, but once in a million. */
const DEALS = 20;

async function bookingsMadeBy({ healthUrl }: RunningApp): Promise<number> {
  const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
  const counts = [...metrics.matchAll(/^rpc_server_duration_seconds_count\{[^}]*createBooking[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
