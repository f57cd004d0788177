import { parseArgs } from 'node:util';
import { fill, type Place } from './fill.js';
import { machineFacts } from './machine.js';
import { p1 } from './p1.js';
import { p2 } from './p2.js';
import { p2b } from './p2b.js';
import { p3 } from './p3.js';
import { p4 } from './p4.js';
import { p6 } from './p6.js';
import { p7 } from './p7.js';
import { p8 } from './p8.js';
import { p9 } from './p9.js';
import { p10 } from './p10.js';
import { p10Webhooks } from './p10-webhooks.js';
import { type Report, table } from './result.js';
import { startTarget, type Target } from './target.js';

// npm run bench [-- P1 P2 P2b P3 P4 P6 P7 P8 P9 P10 P10-webhooks] [--smoke] [--rows 10000000]

export interface Options {
  /** Little data, one short round, wide limits: does it run, and is nothing lost. */
  smoke: boolean;
  /** Of the former system that P9 takes over. */
  rows?: number;
  say(line: string): void;
}

const SIZES = {
  full: { zones: 1_000, allocations: 1_000_000 },
  small: { zones: 100, allocations: 20_000 },
};

const BENCHMARKS: Record<string, (target: Target, places: readonly Place[], options: Options) => Promise<Report>> = {
  P1: p1,
  P2: p2,
  P2B: p2b,
  P3: p3,
  P4: p4,
  P6: p6,
  P7: p7,
  P8: p8,
  P9: p9,
  P10: p10,
  'P10-WEBHOOKS': p10Webhooks,
};

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, rows: { type: 'string' } },
  allowPositionals: true,
});
const wanted = positionals.length > 0 ? positionals.map((name) => name.toUpperCase()) : Object.keys(BENCHMARKS);
const unknown = wanted.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(2);
}

const rows = values.rows === undefined ? undefined : Number(values.rows);
if (rows !== undefined && !(rows >= 1_000)) {
  console.error('--rows is a number from 1000.');
  process.exit(2);
}
const began = performance.now();
const say = (line: string) => console.log(`[${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s] ${line}`);

const options: Options = { smoke: values.smoke, ...(rows !== undefined && { rows }), say };
say(`starting a system of its own${values.smoke ? ' (smoke)' : ''}`);
const target = await startTarget();
const reports: Report[] = [];
try {
  const size = ['P1', 'P2B', 'P6'].some((name) => wanted.includes(name)) && !values.smoke ? SIZES.full : SIZES.small;
  say(`${size.allocations} allocations in ${size.zones} zones`);
  const places = await fill(target, size);
  for (const [name, run] of Object.entries(BENCHMARKS)) {
    if (wanted.includes(name)) reports.push(await run(target, places, options));
  }
} finally {
  await target.stop();
}
const results = reports.flatMap((report) => report.results);
console.log(`\n${machineFacts()}\n\n${table(results)}\n`);
for (const note of reports.flatMap((report) => report.notes)) console.log(note);
process.exitCode = results.some(({ ok }) => ok === false) ? 1 : 0;
