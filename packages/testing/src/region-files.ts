import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  configWithRegion,
  NATS_CONFIG,
  NATS_USERS,
  newNatsCredentials,
  readStreams,
  regionUsers,
  removeAtEnd,
  streamsWithRegion,
} from '@kit/local-servers';
import type { ServerFiles } from './products.js';

/** What nats-server needs for regions besides home, as an operator makes it. */
export function filesWithRegions(regions: readonly string[]): ServerFiles {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'regions-'));
  removeAtEnd(folder);
  const config = path.join(folder, 'nats-server.conf');
  writeFileSync(config, regions.reduce(configWithRegion, readFileSync(NATS_CONFIG, 'utf8')));
  return {
    config,
    credentials: newNatsCredentials([...NATS_USERS, ...regions.flatMap(regionUsers)]),
    wanted: regions.reduce(streamsWithRegion, readStreams()),
  };
}
