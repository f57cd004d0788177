import { busyMs, cpuMs } from './cpu.js';
import { perProcess } from './result.js';

export interface Cell {
  operations: number;
  seconds: number;
  perSecond: number;
  /** Processor milliseconds per operation, by process; what an operation leaves to do afterwards included. */
  cpu: Record<string, number>;
  cpuTotal: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Cores that neither the measured processes nor the generator used: above 0.5 the figures are weak. */
  otherCores: number;
}

/** The measured processes; the generator is this process and whatever else it started (pgbench, the mail catcher). */
export type Roots = Record<string, number>;

const GENERATOR = 'generator';

/** Takes time and processor time around `work`, which tells how many operations it did and how long each took. */
export async function cell(
  roots: Roots,
  work: () => Promise<{ operations: number; latencies?: number[]; seconds?: number }>,
  /** Ends when nothing is left to do; not part of the time, but of the processor time. */
  settle: () => Promise<void> = async () => {},
): Promise<Cell> {
  const all: Roots = { ...roots, [GENERATOR]: process.pid };
  const before = { cpu: cpuMs(all), busy: busyMs(), at: performance.now() };
  const { operations, latencies = [], seconds: told } = await work();
  const seconds = told ?? (performance.now() - before.at) / 1000;
  await settle();
  const after = cpuMs(all);
  const wall = performance.now() - before.at;
  const spent = (name: string) => (after[name] as number) - (before.cpu[name] as number);
  const cpu = Object.fromEntries(Object.keys(roots).map((name) => [name, spent(name) / operations]));
  const others = busyMs() - before.busy - Object.keys(all).reduce((sum, name) => sum + spent(name), 0);
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))];
  return {
    operations,
    seconds,
    perSecond: operations / seconds,
    cpu,
    cpuTotal: Object.values(cpu).reduce((sum, ms) => sum + ms, 0),
    p50: quantile(0.5) ?? Number.NaN,
    p99: quantile(0.99) ?? Number.NaN,
    otherCores: Math.max(0, others / wall),
  };
}

/** `clients` repeat `operation` for some seconds, or until `limit` have begun. */
export async function load(
  { clients, seconds, limit = Number.POSITIVE_INFINITY }: { clients: number; seconds: number; limit?: number },
  operation: (n: number, client: number) => Promise<void>,
): Promise<{ operations: number; latencies: number[]; seconds: number }> {
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + seconds * 1000;
  let next = 0;
  const client = async (_: unknown, at: number) => {
    while (performance.now() < end && next < limit) {
      const n = next++;
      const from = performance.now();
      await operation(n, at);
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { operations: latencies.length, latencies, seconds: (performance.now() - started) / 1000 };
}

const MAX_OTHER_CORES = 0.5;

/** Rounds in which each side runs once, in turn; a round that others disturbed is repeated, `spare` times in all. */
export async function rounds<Side extends string>(
  { count, spare, say }: { count: number; spare: number; say: (line: string) => void },
  sides: Record<Side, () => Promise<Cell>>,
): Promise<Record<Side, Cell>[]> {
  const kept: { cells: Record<Side, Cell>; other: number }[] = [];
  const enough = () => kept.filter(({ other }) => other <= MAX_OTHER_CORES).length >= count;
  for (let round = 1; round <= count + spare && !enough(); round++) {
    const cells = {} as Record<Side, Cell>;
    for (const side of Object.keys(sides) as Side[]) {
      const measured = await sides[side]();
      cells[side] = measured;
      const { perSecond, cpuTotal, otherCores } = measured;
      say(
        `round ${round}, ${side}: ${perSecond.toFixed(0)}/s, ${(cpuTotal * 1000).toFixed(0)} µs CPU each = ${perProcess(measured.cpu)}, others ${otherCores.toFixed(2)} cores`,
      );
    }
    kept.push({ cells, other: Math.max(...Object.values<Cell>(cells).map(({ otherCores }) => otherCores)) });
  }
  return kept
    .sort((a, b) => a.other - b.other)
    .slice(0, count)
    .map(({ cells }) => cells);
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** Median over rounds of the processor time per operation, by process. */
export function cpuOf(cells: readonly Cell[]): Record<string, number> {
  const names = Object.keys(cells[0]?.cpu ?? {});
  return Object.fromEntries(names.map((name) => [name, median(cells.map((one) => one.cpu[name] as number))]));
}

/** Of all kept cells, the worst. */
export const otherCores = (cells: readonly Cell[]): string =>
  `otherCores ≤ ${Math.max(...cells.map((one) => one.otherCores)).toFixed(2)}`;
