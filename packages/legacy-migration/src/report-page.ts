import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from './report.js';

/** How many rejects, merges and clashes the page shows. */
const SHOWN = 200;

const escapeHtml = (value: unknown): string => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const figure = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');

interface Column<Item> {
  readonly title: string;
  readonly number?: boolean;
  readonly cell: (item: Item) => string;
}

/** A table that a screen reader can walk: a caption, and headers that say what they head. */
function table<Item>(caption: string, columns: readonly Column<Item>[], items: readonly Item[]): string {
  const head = columns.map(({ title }) => `<th scope="col">${escapeHtml(title)}</th>`).join('');
  const rows = items.map((item) => {
    const cells = columns.map(({ cell, number }, at) => {
      const text = escapeHtml(cell(item));
      return at === 0 ? `<th scope="row">${text}</th>` : `<td${number ? ' class="number"' : ''}>${text}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const more = items.length === 0 ? '<tr><td colspan="99">None</td></tr>' : rows.join('\n');
  return `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${more}</tbody></table>`;
}

const LOADS: Column<Report['loads'][number]>[] = [
  { title: 'Legacy table', cell: ({ load }) => load },
  { title: 'In the source', number: true, cell: ({ source }) => figure(source) },
  { title: 'Read', number: true, cell: ({ read }) => figure(read) },
  { title: 'Written', number: true, cell: ({ written }) => figure(written) },
  { title: 'Already there', number: true, cell: ({ existing }) => figure(existing) },
  { title: 'Rejected', number: true, cell: ({ rejected }) => figure(rejected) },
  { title: 'Merged', number: true, cell: ({ merged }) => figure(merged) },
  { title: 'Clashes', number: true, cell: ({ clashes }) => figure(clashes) },
  {
    title: 'Put right',
    cell: ({ repairs }) =>
      Object.entries(repairs)
        .map(([code, count]) => `${code} ${figure(count)}`)
        .join(', ') || '–',
  },
];

const TABLES: Column<Report['tables'][number]>[] = [
  { title: 'Table', cell: ({ target, name }) => `${target}.${name}` },
  { title: 'From', cell: ({ load }) => load },
  { title: 'Computed', number: true, cell: ({ staged }) => figure(staged) },
  { title: 'Written', number: true, cell: ({ written }) => figure(written) },
  { title: 'Differing', number: true, cell: ({ differing }) => figure(differing) },
  { title: 'Checksum computed', cell: ({ computed }) => computed },
  { title: 'Checksum read back', cell: ({ computed, stored }) => (computed === stored ? 'the same' : stored) },
];

const CLASHES: Column<Report['clashes'][number]>[] = [
  { title: 'Booking', cell: ({ legacyId }) => legacyId },
  { title: 'Listing', cell: ({ listing }) => listing },
  { title: 'From', cell: ({ from }) => instant(from) },
  { title: 'To', cell: ({ to }) => instant(to) },
  { title: 'Time is with', cell: ({ wonBy }) => wonBy },
  { title: 'Kept as', cell: ({ kept }) => (kept === 'cancelled' ? 'cancelled' : 'as it was, without time') },
];

const REJECTS: Column<Report['rejects'][number]>[] = [
  { title: 'Row', cell: ({ load, legacyId }) => `${load} ${legacyId}` },
  { title: 'Reason', cell: ({ code }) => code },
  { title: 'As it was', cell: ({ source }) => JSON.stringify(source) },
];

const MERGES: Column<Report['merges'][number]>[] = [
  { title: 'Row', cell: ({ load, legacyId }) => `${load} ${legacyId}` },
  { title: 'Is the same as', cell: ({ into }) => into },
];

const instant = (value: unknown): string => new Date(String(value)).toISOString().slice(0, 16).replace('T', ' ');

/** The first of many, and how to see the rest. */
const first = <Item>(title: string, columns: readonly Column<Item>[], items: readonly Item[]): string =>
  table(
    items.length > SHOWN ? `${title} (the first ${SHOWN}; report.json and legacy_migration have more)` : title,
    columns,
    items.slice(0, SHOWN),
  );

function pageOf(report: Report): string {
  const { dryRun, ok, checks, loads, tables, clashes, reasons, rejects, merges } = report;
  const verdict = ok ? 'Everything adds up.' : 'Something does not add up: see the checks.';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Legacy migration ${escapeHtml(report.asOf)}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #767676; padding: .3rem .6rem .3rem 0; overflow-wrap: anywhere; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.verdict { font-size: 1.2rem; border-left: .4rem solid ${ok ? '#00664f' : '#a3162e'}; padding-left: .8rem; }
</style>
</head>
<body>
<main>
<h1>Legacy migration${dryRun ? ' – dry run, nothing was written' : ''}</h1>
<p class="verdict">${verdict}</p>
<p>Run ${escapeHtml(report.runId)}, past and future told apart at ${escapeHtml(report.asOf)}.
${figure(report.rowsRead)} rows in ${figure(Math.round(report.seconds))} s, ${figure(report.rowsPerSecond)} rows a second, at most ${report.peakMemoryMb} MB of memory.</p>
<h2>What was checked</h2>
${table(
  'Checks',
  [
    { title: 'What', cell: ({ what }) => what },
    { title: 'Found', number: true, cell: ({ found }) => figure(found) },
    { title: 'Verdict', cell: ({ ok: fine }) => (fine ? 'as it should be' : 'NOT as it should be') },
  ],
  checks.filter((check) => !check.ok || !check.what.includes(': rows')),
)}
<h2>What became of the rows</h2>
${table('Legacy tables', LOADS, loads)}
${table(
  'Tables left behind',
  [
    { title: 'Table', cell: ([name]) => name },
    { title: 'Why', cell: ([, why]) => why },
  ],
  Object.entries(report.leftBehind),
)}
<h2>What was written</h2>
${table('Target tables', TABLES, tables)}
<h2>Time that two bookings had</h2>
<p>Whoever was confirmed first has it. Bookings to come that lost it are cancelled: tell those who made them.</p>
${first('Clashes', CLASHES, clashes)}
<h2>What was not taken over</h2>
${table(
  'Rejects by reason',
  [
    { title: 'Table and reason', cell: ({ load, code }) => `${load} ${code}` },
    { title: 'Rows', number: true, cell: ({ rows }) => figure(rows) },
  ],
  reasons,
)}
${first('Rejects', REJECTS, rejects)}
<h2>Rows that are one</h2>
${first('Merged', MERGES, merges)}
</main>
</body>
</html>
`;
}

/** As a page for people and as JSON for programs. */
export function writeReport(report: Report, folder: string): { html: string; json: string } {
  mkdirSync(folder, { recursive: true });
  const [html, json] = [path.join(folder, 'report.html'), path.join(folder, 'report.json')];
  // Rejects hold rows with names and addresses: for the eyes of whoever ran it.
  writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(html, pageOf(report), { mode: 0o600 });
  return { html, json };
}
