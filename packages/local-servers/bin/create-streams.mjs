#!/usr/bin/env node
// The admin step by itself, for deployments: creates or updates the streams and durables of infra/nats/streams.json.
// Reads NATS_URL (several servers with commas between), NATS_PLATFORM_ADMIN_PASSWORD, NATS_DIGILIST_ADMIN_PASSWORD and,
// for a cluster, NATS_REPLICAS: on how many nodes each stream lies. Of regions besides home it reads their names from
// NATS_REGIONS (with commas between) and NATS_DIGILIST_<REGION>_ADMIN_PASSWORD of each.
import { passwordVariable } from '../src/nats.mjs';
import { regionUsers, streamsWithRegion } from '../src/regions.mjs';
import { createStreams, readStreams } from '../src/streams.mjs';

const { NATS_URL: url, NATS_REPLICAS, NATS_REGIONS = '' } = process.env;
const regions = NATS_REGIONS.split(',')
  .map((name) => name.trim())
  .filter(Boolean);
const admins = ['platform_admin', 'digilist_admin', ...regions.map((region) => regionUsers(region)[1])];
const missing = ['NATS_URL', ...admins.map(passwordVariable)].filter((name) => !process.env[name]);
if (missing.length) {
  console.error(`The admin step needs ${missing.join(', ')}: set them and run it again.`);
  process.exit(1);
}
const credentials = Object.fromEntries(
  admins.map((user) => [user, { user, password: process.env[passwordVariable(user)] }]),
);
try {
  const replicas = NATS_REPLICAS ? Number(NATS_REPLICAS) : undefined;
  const wanted = regions.reduce(streamsWithRegion, readStreams());
  await createStreams(url, credentials, { log: console.log, replicas, wanted });
} catch (error) {
  console.error(`The admin step failed at ${url}: ${error.message}`);
  process.exit(1);
}
