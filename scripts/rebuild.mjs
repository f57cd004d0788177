// npm run rebuild -- [--projections [--prune]] [--search] [--dry-run]: the copies of what PLATFORM knows, and what listings
// are found by, are made anew beside those that people use. May be stopped and run again at any time.
import { inService } from './lib/in-service.mjs';
import { command, options } from './lib/installation.mjs';
import { Refusal } from './lib/steps.mjs';

const USAGE = 'npm run rebuild -- [--projections [--prune]] [--search] [--dry-run]';

async function main() {
  const flag = { type: 'boolean' };
  const given = options(USAGE, { projections: flag, search: flag, prune: flag, 'dry-run': flag });
  if (!given.projections && !given.search)
    throw new Refusal(`Say what: --projections, --search or both. --dry-run only says what is wrong.\n${USAGE}`);
  if (given.prune && !given.projections) throw new Refusal(`--prune is about --projections.\n${USAGE}`);
  const args = Object.keys(given).map((name) => `--${name}`);
  // Only the user of the admin step may read the stream from its start, beside the durable of the service.
  await inService('digilist', 'rebuild', args, { as: given.projections ? 'platform_admin' : 'digilist' });
}

await command(main);
