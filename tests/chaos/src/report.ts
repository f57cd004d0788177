import type { ChaosResult } from './chaos.js';

/** The result as lines, each figure beside its limit. */
export function report({ tally, kills, convergedMs, findings }: ChaosResult, convergeLimitMs: number): string[] {
  const total = [...kills.values()].reduce((sum, n) => sum + n, 0);
  const by = [...kills].map(([victim, n]) => `${victim} ${n}`).join(', ');
  const row = (name: string, value: string | number, limit: string) =>
    `  ${name.padEnd(52)}${String(value).padStart(10)}   ${limit}`;
  return [
    `${total} kills (${by})`,
    `${tally.attempts} bookings attempted, ${tally.acknowledged.size} made, ${tally.conflicts} refused because taken, ` +
      `${tally.retries} requests repeated, ${tally.undecided} without an answer to the end`,
    row('', 'measured', 'limit'),
    row('until everything agreed after the last fault', `${convergedMs} ms`, `${convergeLimitMs} ms`),
    ...Object.entries(findings).map(([name, n]) => row(name, n, '0')),
    ...[...tally.unexpected].map(([code, n]) => row(`unexpected answer ${code}`, n, '0')),
  ];
}
