import { tenantToken } from '@kit/contracts';
import { jobOrigin, type Republishing, relayed, statement, type Tx } from '@kit/service';
import { jetstreamManager } from '@nats-io/jetstream';
import { platformStates, type ReadableState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { inSystemTransaction } from '../../database/system-transaction.js';
import { findConsents, publishConsents, publishRequests } from '../compliance/index.js';
import { publishEndedSessions } from '../identity/index.js';
import { idsIn, publishRows, TABLES } from './publish-states.js';

const BATCH = 200;
const ATTEMPTS = 3;
const SAY_EVERY_MS = 5_000;
const STREAM = 'PLATFORM_STATE';
const DEADLOCK = '40P01';

/** Where the states of an aggregate come from. */
interface Source {
  readonly aggregate: string;
  /** Of a tenant: the id of each state, and that of the row it is read by. */
  find(database: DataSource, tenantId: string): Promise<{ state: string; row: string }[]>;
  /** Publishes the states of these rows, which do not change before this transaction ends. Answers how many. */
  publish(tx: Tx, rows: string[]): Promise<number>;
}

/** The state has the id of its row. */
const inTable =
  (table: string): Source['find'] =>
  async (database, tenantId) => {
    const rows: { id: string }[] = await database.query(idsIn(table).text, [tenantId]);
    return rows.map(({ id }) => ({ state: id, row: id }));
  };

/** A state that is read here must not leave after a newer one, which the row's own transaction publishes. */
function readable(aggregate: ReadableState): Source {
  const table = TABLES[aggregate];
  const lock = statement(
    `products-hold-${table}`,
    `SELECT FROM platform.${table} WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR SHARE`,
  );
  const publish = async (tx: Tx, ids: string[]): Promise<number> => {
    await tx.query(lock, [tx.tenantId, ids]);
    return publishRows(tx, aggregate, ids);
  };
  return { aggregate, find: inTable(table), publish };
}

const SOURCES: readonly Source[] = [
  ...(Object.keys(TABLES) as ReadableState[]).map(readable),
  { aggregate: 'user_sessions', find: inTable('user_sessions'), publish: publishEndedSessions },
  { aggregate: 'data_subject_request', find: inTable('data_subject_requests'), publish: publishRequests },
  { aggregate: 'consent', find: findConsents, publish: publishConsents },
];

/**
 * Publishes the state of everything that its stream knows nothing of, e.g. because its store is gone. What is there
 * already is as new as the tables, so this may be stopped and begun again, while PLATFORM works.
 */
export async function republishStates(options: Republishing): Promise<number> {
  const { database, nats, dryRun, say } = options;
  const missing = platformStates.filter(({ aggregate }) => !SOURCES.some((source) => source.aggregate === aggregate));
  if (missing.length > 0) throw new Error(`nothing says how ${missing.map(({ aggregate }) => aggregate)} is read`);
  const streams = (await jetstreamManager(nats.connection, { checkAPI: false })).streams;
  const tenants: { id: string }[] = await database.query('SELECT id FROM platform.tenants ORDER BY id');
  const began = Date.now();
  let said = began;
  let published = 0;
  for (const [nth, { id: tenantId }] of tenants.entries()) {
    const info = await streams.info(STREAM, { subjects_filter: `platform.state.${tenantToken(tenantId)}.>` });
    const there = new Set(
      Object.keys(info.state.subjects ?? {}).map((subject) => subject.split('.').slice(3).join('.')),
    );
    for (const source of SOURCES) published += await ofTenant(database, tenantId, source, there, dryRun);
    if (Date.now() - said > SAY_EVERY_MS) {
      said = Date.now();
      say(`${STREAM}: ${published} states of ${nth + 1} of ${tenants.length} tenants`);
    }
  }
  if (!dryRun) await relayed(database, options);
  const seconds = (Date.now() - began) / 1_000;
  const rate = published > 0 ? `, ${((seconds * 100_000) / published).toFixed(0)} s per 100 000` : '';
  say(`${STREAM}: ${published} states were missing${dryRun ? '' : `, published in ${seconds.toFixed(1)} s${rate}`}`);
  return published;
}

async function ofTenant(
  database: DataSource,
  tenantId: string,
  source: Source,
  there: ReadonlySet<string>,
  dryRun: boolean,
): Promise<number> {
  const states = await source.find(database, tenantId);
  const missing = states.filter(({ state }) => !there.has(`${source.aggregate}.${state}`));
  if (dryRun) return missing.length;
  const ids = [...new Set(missing.map(({ row }) => row))];
  let published = 0;
  for (let at = 0; at < ids.length; at += BATCH)
    published += await again(() =>
      inSystemTransaction(database, jobOrigin(tenantId, 'republish'), (tx) =>
        source.publish(tx, ids.slice(at, at + BATCH)),
      ),
    );
  return published;
}

/** Whoever changes several of the rows at once may have been in the way, and has been let through. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
    }
  }
}
