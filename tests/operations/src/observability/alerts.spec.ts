import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { digilistOperations } from '@digilist/contracts';
import { describe, expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { platformOperations } from '@platform/contracts';
import { documentedMetrics } from './metrics.js';
import { parsePromQl } from './promql.js';
import { alerts, blocksOf, configuration, dashboardQueries } from './rules.js';

const RUNBOOKS = 'docs/operations/runbooks';
const SECTIONS = ['## What it means', '## See', '## Do', '## Done when'];

// That these are the metrics of a running system, observability.spec.ts shows.
const metrics = new Map(documentedMetrics().map((metric) => [metric.name, metric]));
const operations = new Set(['listenEvents', ...[...platformOperations, ...digilistOperations].map(({ id }) => id)]);
const codes = new Set(
  [...platformOperations, ...digilistOperations].flatMap(({ errors }) => errors.map(({ code }) => code)),
);
/** Prometheus adds these itself. */
const OF_TARGETS = ['instance', 'service', 'le'];

/** What an expression reads that is not there. */
function wrongIn(source: string): string[] {
  const { selectors, grouping } = parsePromQl(source);
  const wrong: string[] = [];
  const known = new Set(OF_TARGETS);
  for (const { metric, labels } of selectors) {
    const base = metric.replace(/_(bucket|sum|count)$/, '');
    const found = metrics.get(metric) ?? (metrics.get(base)?.type === 'histogram' ? metrics.get(base) : undefined);
    if (metric === 'up') continue;
    if (!found) {
      wrong.push(`no metric is called ${metric}`);
      continue;
    }
    for (const label of found.labels) known.add(label);
    for (const { name, value } of labels) {
      if (!found.labels.includes(name) && !OF_TARGETS.includes(name)) wrong.push(`${metric} has no label ${name}`);
      const values = value.split('|');
      if (name === 'operation')
        wrong.push(...values.filter((id) => !operations.has(id)).map((id) => `no operation ${id}`));
      if (name === 'code') {
        wrong.push(...values.filter((code) => code !== 'OK' && !codes.has(code)).map((code) => `no code ${code}`));
      }
    }
  }
  return [...wrong, ...grouping.filter((label) => !known.has(label)).map((label) => `nothing has the label ${label}`)];
}

describe('alerts', () => {
  it.each(alerts().map((alert) => [alert.alert, alert] as const))(
    '%s reads what there is, and has a runbook',
    (name, alert) => {
      expect(wrongIn(alert.expr)).toEqual([]);
      expect(alert.for).toMatch(/^\d+[mh]$/);
      expect(['critical', 'warning', 'info']).toContain(alert.labels.severity);
      expect(alert.annotations.summary.length).toBeGreaterThan(10);
      expect(alert.annotations.runbook_url).toBe(`${RUNBOOKS}/${name}.md`);
      const runbook = readFileSync(path.join(root, alert.annotations.runbook_url), 'utf8');
      const queries = blocksOf(name, 'promql').flatMap((block) => block.split('\n'));
      expect(queries.flatMap(wrongIn)).toEqual([]);
      expect(runbook.split('\n')[0]).toBe(`# ${name}`);
      expect(SECTIONS.filter((section) => !runbook.includes(`\n${section}\n`))).toEqual([]);
    },
  );

  it('are all there are runbooks for', () => {
    const names = new Set(alerts().map(({ alert }) => `${alert}.md`));
    expect(names.size).toBe(alerts().length);
    expect(readdirSync(path.join(root, RUNBOOKS)).filter((file) => !names.has(file))).toEqual([]);
  });

  it('quote from logs what the code writes into them', () => {
    const quoted = alerts().flatMap(({ alert }) =>
      blocksOf(alert, 'sh').flatMap((block) =>
        [...block.matchAll(/grep (?:-E )?"(.+?)"/g)].flatMap(([, words = '']) => words.split('|')),
      ),
    );
    expect(quoted.length).toBeGreaterThan(5);
    for (const words of quoted) {
      const { status } = spawnSync('grep', ['-rqF', '--include=*.ts', words, 'apps', 'packages'], { cwd: root });
      expect({ words, found: status === 0 }).toEqual({ words, found: true });
    }
  });
});

describe('dashboards', () => {
  it('ask only for what there is', () => {
    const wrong = dashboardQueries().flatMap(({ where, expr }) => wrongIn(expr).map((text) => `${where}: ${text}`));
    expect(dashboardQueries().length).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });

  it('show every metric of ours', () => {
    const shown = [...dashboardQueries(), ...alerts()].flatMap(({ expr }) => parsePromQl(expr).selectors);
    const names = new Set(shown.flatMap(({ metric }) => [metric, metric.replace(/_(bucket|sum|count)$/, '')]));
    const ours = [...metrics.keys()].filter((name) => !/^(process|nodejs)_/.test(name));
    expect(ours.filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('what is not there would be found', () => {
  it.each([
    ['rate(rpc_server_seconds_count[5m])', ['no metric is called rpc_server_seconds_count']],
    ['outbox_lag_seconds{tenant="x"}', ['outbox_lag_seconds has no label tenant']],
    ['sum by (tenant) (outbox_lag_seconds)', ['nothing has the label tenant']],
    ['rpc_server_duration_seconds_count{operation="createNothing"}', ['no operation createNothing']],
    ['rpc_server_duration_seconds_count{code=~"OK|NO_CODE"}', ['no code NO_CODE']],
  ])('%s', (expr, wrong) => expect(wrongIn(expr)).toEqual(wrong));

  it('what is no PromQL', () => expect(() => parsePromQl('sum(rate(x[5m])')).toThrow('no PromQL'));
});

describe('the configuration of what watches', () => {
  it('scrapes every app, and lets a metric name a job', () => {
    const { scrape_configs: scrapes, rule_files: rules } = configuration('prometheus/prometheus.yml');
    expect(scrapes[0]).toMatchObject({ metrics_path: '/metrics', honor_labels: true });
    const names = scrapes[0].dns_sd_configs.map(({ names: [name], port }: { names: string[]; port: number }) => [
      name,
      port,
    ]);
    const { services } = configuration('../../docker-compose.yml');
    for (const [name, port] of names) {
      const { HEALTH_PORT, GATEWAY_PORT } = services[name].environment;
      expect([name, HEALTH_PORT ?? GATEWAY_PORT]).toEqual([name, String(port)]);
    }
    expect(names.map(([name]: [string]) => name)).toEqual(['platform-service', 'digilist-service', 'gateway']);
    for (const file of rules) expect(existsSync(path.join(root, 'infra/observability/prometheus', file))).toBe(true);
  });

  it('takes spans where the apps send them, and hands them on to where Grafana looks', () => {
    const collector = configuration('otel-collector/otel-collector.yaml');
    const tempo = configuration('tempo/tempo.yaml');
    const { datasources } = configuration('grafana/provisioning/datasources/datasources.yaml');
    expect(collector.receivers.otlp.protocols.http.endpoint).toBe('0.0.0.0:4318');
    expect(collector.service.pipelines.traces.exporters).toEqual(['otlphttp']);
    expect(collector.exporters.otlphttp.endpoint).toBe('http://tempo:4318');
    expect(tempo.distributor.receivers.otlp.protocols.http.endpoint).toBe('0.0.0.0:4318');
    const urls = datasources.map(({ uid, url }: { uid: string; url: string }) => [uid, url]);
    expect(urls).toEqual([
      ['prometheus', 'http://prometheus:9090'],
      ['tempo', `http://tempo:${tempo.server.http_listen_port}`],
    ]);
  });
});
