import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
/** What every environment runs: the servers' configuration. */
export const infra = path.join(root, 'infra');
/** Everything that a start keeps: data, keys, ports, logs, downloads. Not in git. */
export const local = path.join(root, '.local');
/** A new folder for data that goes with its server. `npm test` names a place in memory for them. */
export const temporaryFolder = (prefix) =>
  mkdtempSync(path.join(process.env.TEMPORARY_DATA_DIR ?? os.tmpdir(), prefix));
