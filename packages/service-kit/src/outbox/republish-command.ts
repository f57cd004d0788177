import { parseArgs } from 'node:util';
import { loadConfig, type Secret, secret } from '../config/config.js';
import { commonFields } from '../config/service-config.js';
import { createDataSource } from '../database/database.js';
import { RETENTION_DAYS } from '../database/retention.js';
import { createLogger } from '../logging/logger.js';
import { Nats } from '../nats/connection.js';
import { type Republishing, republishOutbox } from './republish.js';

export interface RepublishCommand {
  context: string;
  /** For a context that publishes states: those that are not in their stream, read from the tables. Answers how many. */
  states?: (options: Republishing) => Promise<number>;
}

const DAY_MS = 86_400_000;

/** `node dist/republish.js [--from ISO] [--dry-run]` of a service: see `republishOutbox`. */
export async function runRepublish({ context, states }: RepublishCommand): Promise<void> {
  const say = (line: string) => console.log(`${context}: ${line}`);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' }, 'dry-run': { type: 'boolean' } } });
    const from = fromOf(values.from);
    const dryRun = values['dry-run'] ?? false;
    const fields = { ...commonFields, systemUrl: secret(`${context.toUpperCase()}_DATABASE_SYSTEM_URL`) };
    const config = loadConfig(fields);
    const database = createDataSource({ context, url: (config.systemUrl as Secret).reveal(), poolSize: 3 });
    await database.initialize();
    undo.push(() => database.destroy());
    const { natsUrls: urls, natsUser: user, natsPassword: password } = config;
    const nats = await Nats.open({ urls, user, password, name: `${context} republish` }, createLogger(context, 'warn'));
    undo.push(() => nats.close());
    const options = { context, database, nats, from, dryRun, say };
    const messages = await republishOutbox(options);
    const latest = (await states?.(options)) ?? 0;
    if (dryRun) say(`nothing was done: ${messages} messages and ${latest} states would be published again`);
    else say(`done: ${messages} messages and ${latest} states were published again`);
  } catch (error) {
    console.error(`${context}: ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** @throws when consumers might not know any more what they have handled */
function fromOf(text: string | undefined): Date {
  const earliest = new Date(Date.now() - RETENTION_DAYS.outbox * DAY_MS);
  if (text === undefined) return earliest;
  const from = new Date(text);
  if (Number.isNaN(from.getTime())) throw new Error(`--from is an instant like 2026-05-17T10:00:00Z, not "${text}"`);
  if (from < earliest)
    throw new Error(`--from cannot be before ${earliest.toISOString()}: what is older is not published a second time`);
  return from;
}
