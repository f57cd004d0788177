import { readdirSync } from 'node:fs';
import os from 'node:os';

const LOWER = os.constants.priority.PRIORITY_BELOW_NORMAL;
/** Only the superuser may give a process back what it was taken, and only Linux shows its threads. */
const possible = process.platform === 'linux' && process.getuid?.() === 0;

/** A tenth of the weight of those that serve: where processors are shared, what reads its code takes what they leave. */
export function standBack(pid: number): void {
  if (possible) os.setPriority(pid, LOWER);
}

/** From now on it counts as much as every other; each thread has a priority of its own. */
export function takePart(pid: number): void {
  if (!possible) return;
  for (const thread of readdirSync(`/proc/${pid}/task`)) os.setPriority(Number(thread), 0);
}
