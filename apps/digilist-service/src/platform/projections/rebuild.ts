import { setTimeout as sleep } from 'node:timers/promises';
import { setRightTogether } from '../../database/set-right-together.js';
import type { Executor } from './forget.js';
import {
  analyzeShadow,
  type Comparison,
  compare,
  dropShadow,
  fillShadow,
  keepRegions,
  makeShadow,
  setRight,
  suspectsOf,
  takeAway,
} from './shadow.js';
import type { StateStream } from './state-stream.js';

/** For so long both are compared again: copies may be a little ahead of the stream, and the stream of the service. */
const PATIENCE_MS = 2_000;
const BETWEEN_MS = 250;

export interface Rebuilding {
  /** Of the role that crosses tenants. */
  database: Executor;
  stream: StateStream;
  /** The regions whose tenants are here; null where there is one. */
  regions: readonly string[] | null;
  dryRun: boolean;
  /** Also take away what PLATFORM has not said. */
  prune: boolean;
  say: (line: string) => void;
}

/**
 * Builds the reference copies from the start, beside those that people are served from, compares both, and sets right
 * what differs in one transaction. The service goes on meanwhile, and reads the same stream.
 *
 * @returns whether the copies are as PLATFORM has said in the end
 */
export async function rebuildProjections(rebuilding: Rebuilding): Promise<boolean> {
  const { database, regions, dryRun, prune, say } = rebuilding;
  const began = performance.now();
  await makeShadow(database);
  const read = await readOn(rebuilding);
  await analyzeShadow(database);
  const seconds = (performance.now() - began) / 1_000;
  say(`${read} states read beside the copies in ${seconds.toFixed(1)} s${read > 10_000 ? rate(read, seconds) : ''}`);
  const suspects = await suspectsOf(database, regions !== null);
  const before = await settled(rebuilding, (kind) => kind === 'ahead' || kind === 'unknown');
  for (const line of before.flatMap(differencesOf)) say(line);
  if (dryRun) {
    const wrong = before.flatMap(differencesOf).length;
    say(wrong > 0 ? 'nothing was changed' : 'the copies are as PLATFORM has said');
    await dropShadow(database);
    return true;
  }
  const changed = await setRightTogether(database, async () => {
    const right = await setRight(database);
    return right + (prune ? await takeAway(database, suspects) : 0);
  });
  say(`${changed} rows set right in one transaction`);
  const after = await settled(rebuilding, () => true);
  for (const { table, rows, checksum, checksumBeside } of after)
    say(`${table}: ${rows} rows, checksum ${checksum}${checksum === checksumBeside ? ', the same beside' : ''}`);
  const left = after.flatMap(differencesOf);
  for (const line of left) say(`still ${line}`);
  await dropShadow(database);
  return left.length === 0;
}

const rate = (read: number, seconds: number): string => `, ${((seconds * 100_000) / read).toFixed(1)} s per 100 000`;

async function readOn({ database, stream, regions, say }: Rebuilding): Promise<number> {
  let said = Date.now();
  let read = 0;
  const count = await stream.readOn(async (states) => {
    await fillShadow(database, states);
    read += states.length;
    if (Date.now() - said < 5_000) return;
    said = Date.now();
    say(`${read} states read`);
  });
  if (count > 0 && regions) await keepRegions(database, regions);
  return count;
}

/** Compares until none of what passes by itself differs, or long enough. */
async function settled(rebuilding: Rebuilding, passing: (difference: string) => boolean): Promise<Comparison[]> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    await readOn(rebuilding);
    const found = await compare(rebuilding.database, rebuilding.regions !== null);
    const waits = found.some(({ differences }) => Object.keys(differences).some(passing));
    if (!waits || Date.now() > until) return found;
    await sleep(BETWEEN_MS);
  }
}

const differencesOf = ({ table, differences }: Comparison): string[] =>
  Object.entries(differences).map(([kind, count]) => `${table}: ${count} ${kind}`);
