#!/usr/bin/env node
// The admin step by itself, for deployments: creates or updates the streams and durables of infra/nats/streams.json.
// Reads NATS_URL (several servers with commas between), NATS_PLATFORM_ADMIN_PASSWORD, NATS_DIGILIST_ADMIN_PASSWORD and,
// for a cluster, NATS_REPLICAS: on how many nodes each stream lies.
import { createStreams } from '../src/streams.mjs';

const url = process.env.NATS_URL;
const password = {
  platform_admin: process.env.NATS_PLATFORM_ADMIN_PASSWORD,
  digilist_admin: process.env.NATS_DIGILIST_ADMIN_PASSWORD,
};
const missing = Object.entries({
  NATS_URL: url,
  NATS_PLATFORM_ADMIN_PASSWORD: password.platform_admin,
  NATS_DIGILIST_ADMIN_PASSWORD: password.digilist_admin,
})
  .filter(([, value]) => !value)
  .map(([name]) => name);
if (missing.length) {
  console.error(`The admin step needs ${missing.join(', ')}: set them and run it again.`);
  process.exit(1);
}
const credentials = Object.fromEntries(
  Object.entries(password).map(([user, value]) => [user, { user, password: value }]),
);
try {
  const replicas = process.env.NATS_REPLICAS ? Number(process.env.NATS_REPLICAS) : undefined;
  await createStreams(url, credentials, { log: console.log, replicas });
} catch (error) {
  console.error(`The admin step failed at ${url}: ${error.message}`);
  process.exit(1);
}
