import { type Origin, Reach, Tx } from '@kit/service';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';

/**
 * A transaction of the system role in the system tenant: the one way to write what belongs to no tenant. Its audit
 * records and events go through the same outbox as all others.
 */
export async function inSystemTransaction<T>(
  database: DataSource,
  origin: Origin,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const runner = database.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    await client.query('BEGIN');
    try {
      const tx = new Tx('platform', client, origin, Reach.EVERYWHERE, async () => Reach.EVERYWHERE);
      const result = await work(tx);
      await tx.flushOutbox();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined); // the connection is gone: the pool drops it on release
      throw error;
    }
  } finally {
    await runner.release();
  }
}
