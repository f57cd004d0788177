#!/usr/bin/env node
// Prints the shipped configuration of nats-server with more regions of DIGILIST in it:
//   node packages/local-servers/bin/add-region.mjs no-west no-north > nats-server.conf
import { readFileSync } from 'node:fs';
import { NATS_CONFIG, passwordVariable } from '../src/nats.mjs';
import { configWithRegion, regionUsers, stateDurable } from '../src/regions.mjs';

const regions = process.argv.slice(2);
try {
  if (regions.length === 0) throw new Error('Name the regions besides home, e.g. add-region.mjs no-west.');
  process.stdout.write(regions.reduce(configWithRegion, readFileSync(NATS_CONFIG, 'utf8')));
  for (const region of regions) {
    const [user, admin] = regionUsers(region);
    console.error(`${region}: the server reads ${passwordVariable(user)} and ${passwordVariable(admin)};`);
    console.error(
      `  its digilist-service runs with NATS_USER=${user} DIGILIST_REGION=${region} DIGILIST_STATE_DURABLE=${stateDurable(region)}`,
    );
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
