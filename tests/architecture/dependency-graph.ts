import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

export interface Violation {
  rule: string;
  from: string;
  to: string;
}

/**
 * Every broken rule in the folders `apps` and `packages` below `baseDir`, and every module that was read.
 * dependency-cruiser runs as a process of its own: it is an ES module, and Jest compiles everything to CommonJS.
 */
export function dependencyGraph(baseDir: string): { violations: Violation[]; modules: string[] } {
  const cli = path.join(__dirname, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, '--config', path.join(__dirname, 'cruise.cjs'), '--output-type', 'json', 'apps', 'packages'];
  const run = spawnSync(process.execPath, args, { cwd: baseDir, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (!run.stdout) throw new Error(run.stderr);
  const { modules, summary } = JSON.parse(run.stdout) as {
    modules: { source: string }[];
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return {
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    modules: modules.map((module) => module.source),
  };
}
