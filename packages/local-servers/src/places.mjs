import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
/** What every environment runs: the servers' configuration. */
export const infra = path.join(root, 'infra');
/** Everything that a start keeps: data, keys, ports, logs, downloads. Not in git. */
export const local = path.join(root, '.local');
