// npm run restore -- --from DIR --to-time ISO|latest --data NEWDIR: a server's data as they were at a moment, in a new
// directory, looked through. Nothing that is there is touched.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  recoverySettings,
  sleep,
  startPostgres,
  tail,
  unpackBaseBackup,
  withClient,
} from '../packages/local-servers/src/index.mjs';
import { command, instantOf, options, superuserUrl } from './lib/installation.mjs';
import { lookThrough } from './lib/look-through.mjs';
import { Refusal, say } from './lib/steps.mjs';

const USAGE =
  'npm run restore -- --from DIR --to-time 2026-05-17T10:00:00Z|latest --data NEWDIR [--archive DIR] [--timeline N]';
const WITHIN_MS = 24 * 3_600_000;

async function main() {
  const given = options(USAGE, {
    from: { type: 'string' },
    'to-time': { type: 'string' },
    data: { type: 'string' },
    archive: { type: 'string' },
    timeline: { type: 'string' },
  });
  if (!given.from || !given['to-time'] || !given.data)
    throw new Refusal(`--from, --to-time and --data are needed.\n${USAGE}`);
  const toTime = given['to-time'] === 'latest' ? undefined : instantOf('--to-time', given['to-time']);
  if (given.timeline && !/^[1-9]\d*$/.test(given.timeline))
    throw new Refusal(`--timeline is a number like 1, not "${given.timeline}".`);
  const { directory, backup } = chosen(path.resolve(given.from), toTime);
  const archive = given.archive ? path.resolve(given.archive) : backup.archive;
  if (archive && !existsSync(archive))
    throw new Refusal(`The archive ${archive} is not here: name with --archive where it lies now.`);
  if (toTime && !archive)
    throw new Refusal(`This server archived no WAL: with --to-time latest it is restored to ${backup.stoppedAt}.`);
  await restore(
    path.resolve(given.data),
    directory,
    backup,
    archive && recoverySettings(archive, toTime, given.timeline),
  );
}

/** The newest backup that had ended by the wanted moment. */
function chosen(from, toTime) {
  if (!existsSync(from)) throw new Refusal(`There is no ${from}: --from names what \`npm run backup\` has written.`);
  const folders = existsSync(path.join(from, 'backup.json'))
    ? [from]
    : readdirSync(from)
        .map((name) => path.join(from, name))
        .filter((each) => existsSync(path.join(each, 'backup.json')));
  const backups = folders
    .map((directory) => ({ directory, backup: JSON.parse(readFileSync(path.join(directory, 'backup.json'), 'utf8')) }))
    .sort((a, b) => a.backup.stoppedAt.localeCompare(b.backup.stoppedAt));
  if (backups.length === 0)
    throw new Refusal(
      `${from} holds no whole backup: name the folder of a server, e.g. DIR/platform, or one backup in it.`,
    );
  const fitting = toTime ? backups.filter(({ backup }) => new Date(backup.stoppedAt) <= toTime) : backups;
  const found = fitting.at(-1);
  if (found) return found;
  throw new Refusal(
    `The first backup in ${from} ended at ${backups[0].backup.stoppedAt}: nothing before that can be restored from here.`,
  );
}

async function restore(data, directory, backup, recovery) {
  const began = performance.now();
  const since = () => ((performance.now() - began) / 1000).toFixed(1);
  say(`${backup.name}: the backup that ended at ${backup.stoppedAt}, ${Math.round(backup.bytes / 1e6)} MB`);
  const { bytes } = await unpackBaseBackup({
    from: path.join(directory, 'data'),
    to: data,
    files: backup.files,
    log: (line) => say(`${backup.name}: ${line}`),
  });
  say(
    `${backup.name}: unpacked, every file as it was copied; now ${recovery ? 'the WAL of the archive' : 'its own WAL'}`,
  );
  const { server, reached } = await recovered(data, recovery);
  try {
    const seconds = Number(since());
    say(
      `${backup.name}: ${reached ? `the last change in it is of ${reached}` : 'nothing was changed after the backup'}`,
    );
    for (const line of await lookThrough(server.url)) say(`${backup.name}: ${line}`);
    say(
      `${backup.name}: restored in ${seconds} s (${((seconds * 1e9) / bytes).toFixed(0)} s/GB), looked through in ${(since() - seconds).toFixed(1)} s`,
    );
  } finally {
    await server.stop();
  }
  say(`${backup.name}: ready in ${data}. Next: docs/operations/recovery.md, which brings the other services in line.`);
}

/** Runs the server until it has recovered. Answers it, serving, and the time of the last change. */
async function recovered(data, recovery) {
  const logFile = `${data}.log`;
  if (recovery) writeFileSync(path.join(data, 'recovery.signal'), '');
  const server = await startPostgres({
    dataDir: data,
    settings: recovery ?? {},
    password: passwordOf(),
    within: WITHIN_MS,
    logFile,
  }).catch((error) => {
    throw explained(error, logFile);
  });
  try {
    let said = Date.now();
    for (;;) {
      const [state] = await withClient(server.url, (client) => client.query(STATE)).then(
        ({ rows }) => rows,
        (error) => {
          // Neither gone nor a refusal of its own: it does not take connections yet.
          if (!server.isRunning() || !/^(E|57P03|08)/.test(error.code ?? '')) throw explained(error, logFile);
          return [{ recovering: true }];
        },
      );
      if (!state.recovering) return { server, reached: state.at?.toISOString() };
      if (Date.now() - said > 5_000) {
        said = Date.now();
        say(`replaying, at ${state.at?.toISOString() ?? 'the beginning'}`);
      }
      await sleep(50);
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const STATE = 'SELECT pg_is_in_recovery() AS recovering, pg_last_xact_replay_timestamp() AS at';

/** The server asks for the password that it had when it was backed up. */
function passwordOf() {
  if (process.env.POSTGRES_PASSWORD) return process.env.POSTGRES_PASSWORD;
  try {
    return decodeURIComponent(new URL(superuserUrl('platform')).password) || undefined;
  } catch {
    return undefined;
  }
}

function explained(error, logFile) {
  const log = tail(logFile, 40);
  if (/recovery ended before configured recovery target was reached/.test(log))
    return new Refusal(
      'The archive ends before that moment: take an earlier --to-time, or latest. If the disk of the lost server can still be read, copy what is in its pg_wal into the archive first.',
    );
  if (/could not locate required checkpoint record|requested WAL segment .* has already been removed/.test(log))
    return new Refusal(`The archive does not have the WAL of this backup: name the right one with --archive.\n${log}`);
  if (/does not know our password/.test(error.message))
    return new Refusal(
      'The restored server asks for the password it had: set POSTGRES_PASSWORD to that of its superuser.',
    );
  return error;
}

await command(main);
