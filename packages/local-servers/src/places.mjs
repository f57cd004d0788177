import path from 'node:path';

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '../../..');
/** What every environment runs: the servers' configuration. */
export const infra = path.join(root, 'infra');
/** Everything that a start keeps: data, keys, ports, logs, downloads. Not in git. */
export const local = path.join(root, '.local');
