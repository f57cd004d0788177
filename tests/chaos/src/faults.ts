import { query, type RunningSystem, sleep } from '@kit/testing';
import type { Random } from './random.js';

export type Victim = 'gateway' | 'platform' | 'digilist' | 'nats' | 'postgres backends' | 'postgres';

/** How often each is chosen: the services hold the relay and the consumers, so they die most. */
const WEIGHTS: Record<Victim, number> = {
  digilist: 5,
  platform: 4,
  nats: 3,
  gateway: 2,
  'postgres backends': 2,
  postgres: 1,
};
const DECK = Object.entries(WEIGHTS).flatMap(([victim, weight]) => Array<Victim>(weight).fill(victim as Victim));

/** The backends are asked to end by PostgreSQL itself, which must be there until they are. */
const TOGETHER_NEVER: Partial<Record<Victim, Victim[]>> = {
  postgres: ['postgres backends'],
  'postgres backends': ['postgres'],
};

/**
 * Kills one thing after the other with SIGKILL and brings each back, until told to stop or `limit` is reached. The next
 * kill does not wait for the last victim to be back, so several are down at times.
 */
export async function killAgainAndAgain(
  system: RunningSystem,
  random: Random,
  options: { signal: AbortSignal; limit: number; pauseMs: [number, number]; say: (line: string) => void },
): Promise<Map<Victim, number>> {
  const kills = new Map<Victim, number>();
  const coming = new Map<Victim, Promise<void>>();
  for (let n = 0; n < options.limit && !options.signal.aborted; n++) {
    await sleep(random.between(...options.pauseMs));
    const possible = () =>
      DECK.filter((one) => ![one, ...(TOGETHER_NEVER[one] ?? [])].some((busy) => coming.has(busy)));
    while (possible().length === 0) await Promise.race(coming.values());
    const victim = random.pick(possible());
    coming.set(
      victim,
      kill(system, victim, random).finally(() => coming.delete(victim)),
    );
    kills.set(victim, (kills.get(victim) ?? 0) + 1);
    if ((n + 1) % 10 === 0) options.say(`${n + 1} kills`);
  }
  await Promise.all(coming.values());
  return kills;
}

async function kill(system: RunningSystem, victim: Victim, random: Random): Promise<void> {
  switch (victim) {
    case 'gateway':
    case 'platform':
    case 'digilist':
      await system.apps[victim].kill('SIGKILL');
      await sleep(random.between(0, 500));
      await bringBack(system, victim);
      return;
    case 'nats':
      await system.nats.kill();
      await sleep(random.between(0, 1_500));
      await system.nats.restart();
      return;
    case 'postgres':
      await system.postgres.kill();
      await system.postgres.restart();
      return;
    case 'postgres backends':
      for (const urls of [system.urls.platform, system.urls.digilist]) {
        await query(
          urls.superuser,
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        );
      }
  }
}

const SUPERVISED_MS = 60_000;

/** As a supervisor does: an app that cannot start because something else is down is started again. */
async function bringBack(system: RunningSystem, app: 'gateway' | 'platform' | 'digilist'): Promise<void> {
  const end = Date.now() + SUPERVISED_MS;
  for (;;) {
    try {
      await system.apps[app].restart();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(200);
    }
  }
}
