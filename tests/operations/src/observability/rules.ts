import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '@kit/local-servers';
import { parse } from 'yaml';

const FOLDER = path.join(root, 'infra/observability');

export interface Alert {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}

export function alerts(): Alert[] {
  const { groups } = parse(readFileSync(path.join(FOLDER, 'prometheus/alerts.yml'), 'utf8'));
  return groups.flatMap(({ rules }: { rules: Alert[] }) => rules);
}

/** Code blocks of an alert's runbook, in one language. */
export function blocksOf(alert: string, language: 'sh' | 'sql' | 'promql'): string[] {
  const text = readFileSync(path.join(root, 'docs/operations/runbooks', `${alert}.md`), 'utf8');
  const blocks = text.matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)\\n *\`\`\`$`, 'gm'));
  return [...blocks].map(([, block = '']) => block);
}

export interface Query {
  /** Dashboard and panel. */
  where: string;
  expr: string;
}

interface Panel {
  title: string;
  datasource: { uid: string };
  targets: { expr: string }[];
}

export function dashboardQueries(): Query[] {
  const folder = path.join(FOLDER, 'grafana/dashboards');
  return readdirSync(folder).flatMap((file) => {
    const { title, panels } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
      title: string;
      panels: Panel[];
    };
    return panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ where: `${title} / ${panel.title}`, expr })));
  });
}

/** A file of the configuration, read as YAML. */
export const configuration = (file: string) => parse(readFileSync(path.join(FOLDER, file), 'utf8'));
