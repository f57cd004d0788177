import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What figures of one machine need beside them to be read on another. */
export function machineFacts(): string {
  const gib = Math.round(os.totalmem() / 2 ** 30);
  const load = os.loadavg().map((value) => value.toFixed(1));
  const commit = git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' with changes' : '');
  return [
    `${os.cpus().length} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'}), ${gib} GiB, ${os.type()} ${os.release()}`,
    `Node ${process.versions.node}, fdatasync ${Math.round(fdatasyncMicroseconds())} µs, load ${load.join(' ')}, commit ${commit}`,
  ].join('\n');
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

/** Median of what one small synchronous write costs: the floor under every commit. */
function fdatasyncMicroseconds(): number {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'bench-sync-'));
  const file = openSync(path.join(dir, 'probe'), 'w');
  const page = Buffer.alloc(8192);
  const times: number[] = [];
  for (let n = 0; n < 100; n++) {
    const from = performance.now();
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
    times.push(performance.now() - from);
  }
  closeSync(file);
  rmSync(dir, { recursive: true });
  return (times.sort((a, b) => a - b)[50] as number) * 1000;
}
