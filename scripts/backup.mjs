// npm run backup -- --context platform|digilist|all --to DIR: a base backup of the server of a context, while it serves.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { baseBackup, withClient } from '../packages/local-servers/src/index.mjs';
import { command, contextsOf, options, superuserUrl } from './lib/installation.mjs';
import { Refusal, say } from './lib/steps.mjs';

const USAGE = 'npm run backup -- --context platform|digilist|all --to DIR';

async function main() {
  const { context, to } = options(USAGE, { context: { type: 'string' }, to: { type: 'string' } });
  if (!to) throw new Refusal(`--to names the directory that backups are kept in.\n${USAGE}`);
  for (const [name, url] of await servers(contextsOf(context, USAGE))) await backUp(name, url, path.resolve(to));
}

/** One server may have the databases of both contexts: it is backed up once, whole. */
async function servers(contexts) {
  const byServer = new Map();
  for (const context of contexts) {
    const url = superuserUrl(context);
    const id = await withClient(url, (client) =>
      client.query('SELECT system_identifier::text AS id FROM pg_control_system()'),
    )
      .then(({ rows }) => rows[0].id)
      .catch((error) => {
        throw new Refusal(`The server of ${context} cannot be backed up (${error.message}): is it running?`);
      });
    const known = byServer.get(id);
    byServer.set(id, known ? [`${known[0]}-${context}`, url] : [context, url]);
  }
  return byServer.values();
}

async function backUp(name, url, to) {
  const began = performance.now();
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const directory = path.join(to, name, stamp);
  const unfinished = `${directory}.unfinished`;
  if (existsSync(directory)) throw new Refusal(`${directory} is there already: run the command again.`);
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  say(`${name}: copying while the server goes on`);
  const backup = await baseBackup({
    url,
    to: path.join(unfinished, 'data'),
    label: name,
    log: (line) => say(`${name}: ${line}`),
  });
  writeFileSync(path.join(unfinished, 'backup.json'), `${JSON.stringify({ name, ...backup }, null, 2)}\n`, {
    flush: true,
  });
  // Whatever has its name without the suffix is whole.
  renameSync(unfinished, directory);
  const seconds = (performance.now() - began) / 1000;
  say(`${name}: ${Math.round(backup.bytes / 1e6)} MB in ${seconds.toFixed(1)} s, ${directory}`);
  say(
    backup.archive
      ? `${name}: can be restored to any moment from ${backup.stoppedAt} to the last segment in ${backup.archive}`
      : `${name}: can be restored to ${backup.stoppedAt} only, because the server archives no WAL (docs/operations/backup-and-restore.md)`,
  );
}

await command(main);
