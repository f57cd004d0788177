import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { TargetUrls } from './engine/workspace.js';
import type { Target } from './load.js';
import { Refusal } from './refusal.js';

export interface CommandLine {
  readonly from: string;
  readonly platform: TargetUrls;
  readonly digilist: TargetUrls;
  readonly dryRun: boolean;
  readonly resume: boolean;
  readonly asOf?: number;
  readonly cleanUp: boolean;
  readonly report: string;
  readonly ignore: readonly string[];
  readonly chunkRows: number;
  readonly verbose: boolean;
}

export const USAGE = `npm run migrate:legacy -- --from <url> [options]

  --from <url>          database of the former system
  --platform-to <url>   PLATFORM's database, as its system role (else PLATFORM_DATABASE_SYSTEM_URL, else that of npm start)
  --digilist-to <url>   DIGILIST's database, as its system role (else DIGILIST_DATABASE_SYSTEM_URL, else that of npm start)
  --dry-run             read and check everything, write nothing
  --resume              go on where a run was interrupted
  --as-of <instant>     where past and future part (now)
  --report <folder>     where report.html and report.json go (.local/legacy-migration)
  --ignore <table>      a table of the source that may stay behind (several times)
  --chunk <rows>        rows per transaction (5000)
  --verbose             a line for every chunk
  --clean-up            when all is done: drop the schema legacy_migration in both databases (--from is not needed)

The schemas it works in are made by the owner of each database: PLATFORM_DATABASE_MIGRATOR_URL, DIGILIST_DATABASE_MIGRATOR_URL.`;

export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv, root: string): CommandLine {
  const { values } = parsed(args);
  const started = startedHere(root);
  const urls = (target: Target): TargetUrls => {
    const prefix = `${target.toUpperCase()}_DATABASE`;
    const given = target === 'platform' ? values['platform-to'] : values['digilist-to'];
    const system = given ?? env[`${prefix}_SYSTEM_URL`] ?? started[target]?.system;
    if (!system)
      throw new Refusal(
        'TARGET_MISSING',
        `Where is the ${target} database? Give --${target}-to or ${prefix}_SYSTEM_URL, or run npm start.`,
      );
    // The owner of one database is not that of another: what npm start has goes with its own.
    const migrator =
      env[`${prefix}_MIGRATOR_URL`] ?? (system === started[target]?.system ? started[target]?.migrator : undefined);
    return { system, ...(migrator !== undefined && { migrator }) };
  };
  const cleanUp = values['clean-up'] ?? false;
  if (!values.from && !cleanUp)
    throw new Refusal('FROM_MISSING', `--from is missing: the database of the former system.\n\n${USAGE}`);
  const chunkRows = Number(values.chunk ?? 5_000);
  if (!Number.isInteger(chunkRows) || chunkRows < 1 || chunkRows > 100_000)
    throw new Refusal('CHUNK_INVALID', '--chunk is a number of rows from 1 to 100000.');
  const asOf = values['as-of'] === undefined ? undefined : Date.parse(values['as-of']);
  if (Number.isNaN(asOf)) throw new Refusal('AS_OF_INVALID', '--as-of is an instant like 2026-01-31T22:00:00Z.');
  return {
    from: values.from ?? '',
    platform: urls('platform'),
    digilist: urls('digilist'),
    dryRun: values['dry-run'] ?? false,
    resume: values.resume ?? false,
    ...(asOf !== undefined && { asOf }),
    cleanUp,
    report: path.resolve(values.report ?? path.join(root, '.local/legacy-migration')),
    ignore: values.ignore ?? [],
    chunkRows,
    verbose: values.verbose ?? false,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        from: text,
        'platform-to': text,
        'digilist-to': text,
        'dry-run': flag,
        resume: flag,
        'clean-up': flag,
        'as-of': text,
        report: text,
        chunk: text,
        verbose: flag,
        ignore: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new Refusal('OPTION_UNKNOWN', `${(error as Error).message}\n\n${USAGE}`);
  }
}

/** The databases of a system that `npm start` has made here. */
function startedHere(root: string): Partial<Record<Target, { system?: string; migrator?: string }>> {
  const file = path.join(root, '.local/demo.json');
  if (!existsSync(file)) return {};
  const { roles } = JSON.parse(readFileSync(file, 'utf8')) as {
    roles?: Partial<Record<Target, Record<string, string>>>;
  };
  return roles ?? {};
}
