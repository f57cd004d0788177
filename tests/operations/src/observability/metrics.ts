import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '@kit/local-servers';

export interface Metric {
  name: string;
  type: string;
  /** Apps that have it. */
  of: string[];
  labels: string[];
  help: string;
}

export const METRICS_PAGE = 'docs/operations/metrics.md';

/** The metrics that the documentation names. */
export function documentedMetrics(): Metric[] {
  const rows = readFileSync(path.join(root, METRICS_PAGE), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [name = '', type = '', of = '', labels = '', help = ''] = row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    const list = (cell: string) => cell.split(',').flatMap((item) => item.trim().replaceAll('`', '') || []);
    return { name: name.replaceAll('`', ''), type, of: list(of), labels: list(labels), help };
  });
}

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What `/metrics` of an app says, in the text format of Prometheus. */
export interface Scrape {
  metrics: Omit<Metric, 'of'>[];
  samples: Sample[];
}

const SAMPLE = /^(\w+)(?:\{(.*)\})? (\S+)/;
/** Every metric has it, and `le` belongs to the type. */
const GIVEN = ['service', 'le', 'quantile'];

export function parseMetrics(text: string): Scrape {
  const metrics = new Map<string, Omit<Metric, 'of'>>();
  const samples: Sample[] = [];
  const metric = (name: string) => {
    const known = metrics.get(name) ?? { name, type: '', labels: [], help: '' };
    metrics.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') metric(name).help = rest;
    else if (kind === 'TYPE') metric(name).type = rest;
    const [, sample, labelText = '', value] = SAMPLE.exec(line) ?? [];
    if (!sample || value === undefined) continue;
    const labels = Object.fromEntries(
      [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text] as [string, string]),
    );
    samples.push({ name: sample, labels, value: Number(value) });
    const base = metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, ''));
    if (!base) continue;
    base.labels = [...new Set([...base.labels, ...Object.keys(labels).filter((label) => !GIVEN.includes(label))])];
  }
  return { metrics: [...metrics.values()], samples };
}

export async function scrape(healthUrl: string): Promise<Scrape> {
  const response = await fetch(`${healthUrl}/metrics`);
  if (!response.ok) throw new Error(`${healthUrl}/metrics: ${response.status}`);
  return parseMetrics(await response.text());
}
