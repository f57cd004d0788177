import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, query, type RunningApp } from '@kit/testing';
import { BUILD_TIMEOUT_MS, describePrevious } from '../release/previous.js';
import { book, enter, journey, listening, newcomer } from './journey.js';
import { type Age, type Mix, MixedSystem } from './mixed-system.js';

const START_MS = 60_000;
/** Enough that neither of two is passed over all the time, but once in a million. */
const DEALS = 20;

/** A rollout and its return; in this order no more is started than has to be. */
describePrevious('release %s and this checkout, on the new schema', (previous) => {
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
  const gateway = (age: Age): string => mixed.app(age, 'gateway').healthUrl;

  const carries = (what: string, age: Age, mix: Mix): void =>
    it(`${what} carry a booking from the search to the audit log`, async () => {
      await mixed.become(mix);
      await journey(gateway(age), weeks++, outside.facts);
      await newcomer(gateway(age), `${age}-${mix.platform.join()}-${mix.digilist.join()}`);
    });

  carries('the old gateway and the new services', 'old', {
    gateway: ['old', 'new'],
    platform: ['new'],
    digilist: ['new'],
  });

  describe('an old and a new digilist-service at once', () => {
    beforeAll(() => mixed.become({ gateway: ['old', 'new'], platform: ['new'], digilist: ['old', 'new'] }), START_MS);

    it.each(['old', 'new'] as const)('serve the %s gateway', (age) => journey(gateway(age), weeks++, outside.facts));

    it('answer each its share, and one of them publishes what both have left in the outbox', async () => {
      const resident = await enter(gateway('new'), 'resident');
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

  carries('the new platform and the old digilist', 'new', { gateway: ['new'], platform: ['new'], digilist: ['old'] });
  carries('the new gateway and the old services', 'new', { gateway: ['new'], platform: ['old'], digilist: ['old'] });
  carries('the old platform and the new digilist', 'new', { gateway: ['new'], platform: ['old'], digilist: ['new'] });
});

async function bookingsMadeBy({ healthUrl }: RunningApp): Promise<number> {
  const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
  const counts = [...metrics.matchAll(/^rpc_server_duration_seconds_count\{[^}]*createBooking[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
