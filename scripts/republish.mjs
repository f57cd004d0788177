// npm run republish -- --context platform|digilist|all [--from ISO] [--dry-run]: after the store of JetStream is lost.
// Streams and durables are made, what they held is published again. May be stopped and run again at any time.
import { createStreams } from '../packages/local-servers/src/index.mjs';
import { inService } from './lib/in-service.mjs';
import { command, contextsOf, instantOf, nats, options } from './lib/installation.mjs';
import { say } from './lib/steps.mjs';

const USAGE = 'npm run republish -- --context platform|digilist|all [--from 2026-05-17T10:00:00Z] [--dry-run]';

async function main() {
  const given = options(USAGE, {
    context: { type: 'string' },
    from: { type: 'string' },
    'dry-run': { type: 'boolean' },
  });
  const contexts = contextsOf(given.context, USAGE);
  if (given.from) instantOf('--from', given.from);
  const { url, credentials } = nats(['platform_admin', 'digilist_admin']);
  if (!given['dry-run']) await createStreams(url, credentials, { log: say });
  const passed = [...(given.from ? ['--from', given.from] : []), ...(given['dry-run'] ? ['--dry-run'] : [])];
  for (const context of contexts) await inService(context, 'republish', passed);
}

await command(main);
