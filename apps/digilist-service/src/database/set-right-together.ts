interface Executor {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

const DEADLOCK = '40P01';
const TRIES = 5;

/** One transaction on a connection that the caller alone has; begun again when it got in the way of somebody who works. */
export async function setRightTogether<T>(database: Executor, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    await database.query('BEGIN');
    try {
      const done = await work();
      await database.query('COMMIT');
      return done;
    } catch (error) {
      await database.query('ROLLBACK');
      if ((error as { code?: string }).code !== DEADLOCK || attempt === TRIES) throw error;
    }
  }
}
