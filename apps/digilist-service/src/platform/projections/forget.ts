import { COPIES } from './copies.js';

export interface Executor {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/**
 * First half of a rebuild: from now on every state in the stream counts as new. Rows stay where they are, so requests go
 * on being answered, from what is there until the stream has been read again. Needs the system role.
 *
 * Second half, by whoever administers PLATFORM's streams: make the durable (`digilist_projections` at home) anew.
 */
export async function forgetProjections(database: Executor, durable = 'digilist_projections'): Promise<void> {
  await database.query('DELETE FROM digilist.inbox WHERE consumer = $1', [durable]);
  for (const { table } of COPIES.values()) await database.query(`UPDATE digilist.${table} SET version = 0`);
}
