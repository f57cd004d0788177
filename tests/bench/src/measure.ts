import { busyMs, cpuMs } from './cpu.js';

export interface Cell {
  operations: number;
  seconds: number;
  perSecond: number;
  /** Processor milliseconds per operation, by process. */
  cpu: Record<string, number>;
  cpuTotal: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Cores that neither the measured processes nor the generator used: above 0.5 the figures are weak. */
  otherCores: number;
}

/**
 * Repeats `operation` with `clients` at once for some seconds (or `limit` operations), and takes time and processor time
 * of the processes it caused work in. The generator runs in this process and is not counted.
 */
export async function measure(
  roots: Record<string, number>,
  options: { clients: number; seconds: number; limit?: number },
  operation: (n: number) => Promise<void>,
): Promise<Cell> {
  const latencies: number[] = [];
  const before = { cpu: cpuMs(roots), busy: busyMs(), own: process.cpuUsage() };
  const started = performance.now();
  const end = started + options.seconds * 1000;
  let next = 0;
  const client = async () => {
    while (performance.now() < end && next < (options.limit ?? Number.POSITIVE_INFINITY)) {
      const n = next++;
      const from = performance.now();
      await operation(n);
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  const seconds = (performance.now() - started) / 1000;
  const after = cpuMs(roots);
  const own = process.cpuUsage(before.own);
  const operations = latencies.length;
  const cpu = Object.fromEntries(
    Object.keys(roots).map((name) => [name, ((after[name] as number) - (before.cpu[name] as number)) / operations]),
  );
  const cpuTotal = Object.values(cpu).reduce((sum, ms) => sum + ms, 0);
  const others = busyMs() - before.busy - cpuTotal * operations - (own.user + own.system) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.min(operations - 1, Math.floor(q * operations))] ?? Number.NaN;
  return {
    operations,
    seconds,
    perSecond: operations / seconds,
    cpu,
    cpuTotal,
    p50: quantile(0.5),
    p99: quantile(0.99),
    otherCores: Math.max(0, others / 1000 / seconds),
  };
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};
