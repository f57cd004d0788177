// npm run restored -- --context platform|digilist --to-time ISO [--report FILE] [--dry-run]: brings the other side in
// line after the database of one was restored to a moment and the services run again. May be run again at any time.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  createStreams,
  leftOf,
  purgeStream,
  readStreams,
  seekDurable,
  sleep,
} from '../packages/local-servers/src/index.mjs';
import { inService } from './lib/in-service.mjs';
import { command, contextsOf, instantOf, nats, options } from './lib/installation.mjs';
import { Refusal, say } from './lib/steps.mjs';

const USAGE =
  'npm run restored -- --context platform|digilist --to-time 2026-05-17T10:00:00Z [--report FILE] [--dry-run]';
/** What was published before the moment may have been handled after it. More is no harm: what was handled is dropped. */
const EARLIER_MS = 3_600_000;
const SAY_EVERY_MS = 5_000;

async function main() {
  const given = options(USAGE, {
    context: { type: 'string' },
    'to-time': { type: 'string' },
    report: { type: 'string' },
    'dry-run': { type: 'boolean' },
  });
  const contexts = contextsOf(given.context, USAGE);
  if (contexts.length > 1)
    throw new Refusal(`One at a time: after both were restored, first digilist, then platform.\n${USAGE}`);
  if (!given['to-time']) throw new Refusal(`--to-time says which moment the database was restored to.\n${USAGE}`);
  const [context] = contexts;
  const to = instantOf('--to-time', given['to-time']);
  if (to > new Date()) throw new Refusal(`--to-time ${to.toISOString()} is yet to come.`);
  const server = nats(['platform_admin', 'digilist_admin', context]);
  const dryRun = given['dry-run'] ?? false;
  if (!dryRun) await createStreams(server.url, server.credentials, { log: say });

  const report = path.resolve(
    given.report ?? `restored-${context}-${to.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.jsonl`,
  );
  const lost = await inService(context, 'lost-facts', ['--since', to.toISOString()], { quiet: true });
  const orphans =
    context === 'platform' ? await afterPlatform(server, to, dryRun) : await afterDigilist(server, dryRun);
  if (dryRun)
    return say(`nothing was done; ${count(lost)} facts were announced after that moment and are not in the database`);
  // A second run finds no orphans any more; what the first found must not be lost.
  writeFileSync(report, lost + orphans, { flag: existsSync(report) ? 'a' : 'w', mode: 0o600 });
  say(`${count(lost)} facts that were announced and are lost, ${count(orphans)} copies of what is lost: ${report}`);
}

const count = (lines) => lines.split('\n').filter(Boolean).length;

/** PLATFORM is at an earlier moment than what it told: the copies go back too, and what it had audited comes again. */
async function afterPlatform(server, to, dryRun) {
  const durables = readStreams().flatMap(({ streams }) =>
    streams.flatMap(({ config, durables }) =>
      durables
        .filter(({ durable_name: name }) => name.startsWith('platform_'))
        .map(({ durable_name: name }) => [config.name, name]),
    ),
  );
  const from = new Date(to.getTime() - EARLIER_MS);
  for (const [stream, durable] of durables) {
    say(`${stream}.${durable}: back to ${from.toISOString()}`);
    if (!dryRun) await seekDurable(server.url, server.credentials, stream, durable, from);
  }
  say('PLATFORM_STATE: emptied, and filled from the tables');
  if (dryRun) return '';
  await purgeStream(server.url, server.credentials, 'PLATFORM_STATE');
  await inService('platform', 'republish');
  await inService('digilist', 'forget-projections', [], { quiet: true });
  await copiesFromTheStart(server);
  for (const [stream, durable] of durables) await drained(server, stream, durable);
  return inService('digilist', 'bury-orphans', [], { quiet: true });
}

/** DIGILIST is at an earlier moment than PLATFORM: its copies catch up. */
async function afterDigilist(server, dryRun) {
  if (dryRun) say('PLATFORM_STATE.digilist_projections: back to the start');
  else await copiesFromTheStart(server);
  return '';
}

async function copiesFromTheStart(server) {
  const began = performance.now();
  await seekDurable(server.url, server.credentials, 'PLATFORM_STATE', 'digilist_projections', 'all');
  const states = await leftOf(server.url, server.credentials, 'PLATFORM_STATE', 'digilist_projections');
  await drained(server, 'PLATFORM_STATE', 'digilist_projections');
  const seconds = (performance.now() - began) / 1000;
  say(`PLATFORM_STATE.digilist_projections: ${states} states in ${seconds.toFixed(1)} s`);
}

async function drained(server, stream, durable) {
  let said = Date.now();
  for (;;) {
    const left = await leftOf(server.url, server.credentials, stream, durable);
    if (left === 0) return;
    if (Date.now() - said > SAY_EVERY_MS) {
      said = Date.now();
      say(`${stream}.${durable}: ${left} to go`);
    }
    await sleep(50);
  }
}

await command(main);
