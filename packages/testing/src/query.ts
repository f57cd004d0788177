import pg from 'pg';

/** Connections by URL, kept from one statement to the next: opening one costs the server more than most statements do. */
const pools = new Map<string, pg.Pool>();

/** Runs statements on one connection and gives the rows of the last. For assertions and for arranging. */
export async function query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  if (ofTheRun(url) && isPlain(text)) return (await poolOf(url).query<Row>(text, values)).rows;
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Ends the connections to a database: one that is dropped would first have to throw them out. */
export async function disconnect(database: string): Promise<void> {
  const urls = [...pools.keys()].filter((url) => new URL(url).pathname === `/${database}`);
  const ending = urls.map((url) => pools.get(url)?.end());
  for (const url of urls) pools.delete(url);
  await Promise.all(ending);
}

function poolOf(url: string): pg.Pool {
  let pool = pools.get(url);
  if (!pool) {
    pool = new pg.Pool({ connectionString: url, max: 50, idleTimeoutMillis: 0, allowExitOnIdle: true });
    pool.on('error', () => {});
    pools.set(url, pool);
  }
  return pool;
}

/** A server that a test brings may be killed at any time, and its connections with it. */
function ofTheRun(url: string): boolean {
  const run = process.env.TEST_POSTGRES_URL;
  return run !== undefined && new URL(run).host === new URL(url).host;
}

/** Whether it leaves the session as it was, for the next to find: no role, setting or lock. */
const isPlain = (text: string) =>
  /^\s*(select|insert|update|delete|with)\b/i.test(text) && !/;\s*\S|set_config|advisory_lock/i.test(text);
