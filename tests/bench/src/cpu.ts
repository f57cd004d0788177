import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in ticks of 10 ms. */
const MS_PER_TICK = 10;

interface Process {
  parent: string;
  ticks: number;
  /** Of children that have ended and been waited for. */
  reapedTicks: number;
}

function processes(): Map<string, Process> {
  const found = new Map<string, Process>();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [ticks, reapedTicks] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])];
      found.set(pid, { parent: fields[1] as string, ticks, reapedTicks });
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return found;
}

/** Processor milliseconds of each named process and everything it started, so far. */
export function cpuMs<Name extends string>(roots: Record<Name, number>): Record<Name, number> {
  const all = processes();
  const total = Object.fromEntries(Object.keys(roots).map((name) => [name, 0])) as Record<Name, number>;
  const nameOf = new Map(Object.entries<number>(roots).map(([name, pid]) => [String(pid), name as Name]));
  for (const [pid, { ticks, reapedTicks }] of all) {
    for (let at: string | undefined = pid; at && at !== '0'; at = all.get(at)?.parent) {
      const name = nameOf.get(at);
      if (!name) continue;
      total[name] += (ticks + (at === pid ? reapedTicks : 0)) * MS_PER_TICK;
      break;
    }
  }
  return total;
}

/** Processor milliseconds of the whole machine that were not idle. */
export function busyMs(): number {
  const [, user, nice, system, , , irq, softirq] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] as string)
    .split(/\s+/)
    .map(Number);
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)) * MS_PER_TICK;
}

export const parentOf = (pid: number): number => Number(processes().get(String(pid))?.parent ?? 0);
