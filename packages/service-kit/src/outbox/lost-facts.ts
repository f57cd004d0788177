import { parseArgs } from 'node:util';
import type { EventEnvelope } from '@kit/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import type { DataSource } from 'typeorm';
import { loadConfig, type Secret, secret } from '../config/config.js';
import { commonFields } from '../config/service-config.js';
import { createDataSource } from '../database/database.js';
import { createLogger } from '../logging/logger.js';
import { Nats } from '../nats/connection.js';

const PAGE = 500;

/** What was announced and is not so any more. */
export type LostFact = Pick<EventEnvelope, 'id' | 'type' | 'subject' | 'time' | 'tenantid' | 'actor'>;

/** Events that a stream has since a moment and that a restored database knows nothing of, in their order. */
export async function* lostFacts(
  context: string,
  database: DataSource,
  nats: Nats,
  since: Date,
): AsyncGenerator<LostFact> {
  const manager = await jetstreamManager(nats.connection, { checkAPI: false });
  const stream = `${context.toUpperCase()}_EVENTS`;
  let start: { seq: number } | { start_time: Date } = { start_time: since };
  for (;;) {
    const events: EventEnvelope[] = [];
    let last = 0;
    const page = await manager.direct.getBatch(stream, { ...start, next_by_subj: `${context}.evt.>`, batch: PAGE });
    try {
      for await (const message of page) {
        events.push(message.json());
        last = message.seq;
      }
    } catch (error) {
      // How the server says that there is nothing from there on.
      if ((error as Error).message !== 'message not found') throw error;
    }
    if (events.length === 0) return;
    const ids = events.map(({ id }) => id);
    const rows: { id: string }[] = await database.query(
      `SELECT wanted.id FROM unnest($1::uuid[]) AS wanted (id)
       WHERE NOT EXISTS (SELECT FROM ${context}.outbox o WHERE o.tenant_id = ANY ($2::uuid[]) AND o.id = wanted.id)`,
      [ids, [...new Set(events.map(({ tenantid }) => tenantid))]],
    );
    const lost = new Set(rows.map(({ id }) => id));
    for (const { id, type, subject, time, tenantid, actor } of events)
      if (lost.has(id)) yield { id, type, subject, time, tenantid, actor };
    start = { seq: last + 1 };
  }
}

/** `node dist/lost-facts.js --since ISO` of a service: a line of JSON for each. */
export async function runLostFacts(context: string): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const { values } = parseArgs({ options: { since: { type: 'string' } } });
    const since = new Date(values.since ?? '');
    if (Number.isNaN(since.getTime())) throw new Error('--since is an instant like 2026-05-17T10:00:00Z');
    const config = loadConfig({ ...commonFields, systemUrl: secret(`${context.toUpperCase()}_DATABASE_SYSTEM_URL`) });
    const url = (config.systemUrl as Secret).reveal();
    const database = await createDataSource({ context, url, poolSize: 1 }).initialize();
    undo.push(() => database.destroy());
    const { natsUrls: urls, natsUser: user, natsPassword: password } = config;
    const nats = await Nats.open(
      { urls, user, password, name: `${context} lost facts` },
      createLogger(context, 'warn'),
    );
    undo.push(() => nats.close());
    for await (const fact of lostFacts(context, database, nats, since)) console.log(JSON.stringify(fact));
  } catch (error) {
    console.error(`${context}: ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}
