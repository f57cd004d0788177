import type { Writable } from 'node:stream';
import type { ClientBase } from 'pg';

/**
 * Sends what is asked of a pipelining connection in one step of the event loop as one packet. A write costs the process
 * as much as what it writes costs PostgreSQL, and each packet wakes the server once.
 */
export function together(client: ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
