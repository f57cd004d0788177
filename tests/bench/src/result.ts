/** One line of the table: a figure beside its limit, and the peer that ran in the same rounds. */
export interface Result {
  benchmark: string;
  what: string;
  limit: string;
  peer: string;
  measured: string;
  ratio: string;
  /** Null: told, not judged. */
  ok: boolean | null;
}

export interface Report {
  results: Result[];
  /** What the table cannot say, in whole sentences. */
  notes: string[];
}

const COLUMNS = ['benchmark', 'what', 'limit', 'peer', 'measured', 'ratio'] as const;

export function table(results: readonly Result[]): string {
  const rows = [
    [...COLUMNS, ''],
    ...results.map((result) => [
      ...COLUMNS.map((column) => result[column]),
      result.ok === null ? '' : result.ok ? 'ok' : 'short',
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length))) ?? [];
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`;
  const [head, ...body] = rows as [string[], ...string[][]];
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n');
}

export const fixed = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
export const micro = (milliseconds: number): string => `${Math.round(milliseconds * 1000)} µs`;

/** `gateway 230 + digilist 410 µs`, largest first. */
export const perProcess = (cpu: Record<string, number>): string =>
  `${Object.entries(cpu)
    .filter(([, ms]) => ms >= 0.0005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, ms]) => `${name} ${Math.round(ms * 1000)}`)
    .join(' + ')} µs`;
