import { randomUUID } from 'node:crypto';
import type { Load, Outcome, Row } from '../load.js';
import { planOf } from '../plan.js';
import { Refusal } from '../refusal.js';
import type { World } from '../world.js';
import { readWorld, requireKnownTables, SOURCE_TABLES } from './prepare.js';
import { ProgressLine } from './progress.js';
import { type Fingerprint, Source } from './source.js';
import { addUp, type Chunk, nothingYet, type Progress, type Run, TargetDatabase } from './target.js';
import { type Check, verify } from './verify.js';
import { type TargetUrls, WORKSPACE } from './workspace.js';

export interface Options {
  readonly from: string;
  readonly platform: TargetUrls;
  readonly digilist: TargetUrls;
  readonly dryRun: boolean;
  readonly resume: boolean;
  /** Where past and future part; a run that goes on keeps its own. */
  readonly asOf?: number;
  readonly ignore: readonly string[];
  /** Legacy rows per transaction. */
  readonly chunkRows: number;
  readonly out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly everyMs?: number;
  /** How often, four times a second, another migration is waited for. */
  readonly patience?: number;
}

export interface LoadResult extends Omit<Progress, 'position'> {
  readonly load: string;
  /** What the source has. */
  readonly source: number;
  /** Time that this process took for it. */
  readonly seconds: number;
}

export interface Result {
  readonly run: Run;
  readonly dryRun: boolean;
  readonly loads: readonly LoadResult[];
  readonly checks: readonly Check[];
  /** What a dry run would reject, merge and take time from, as far as the report lists it; of others the workspace has all. */
  readonly seen: readonly Seen[];
  /** How many rows a dry run would reject, and why. */
  readonly rejectedFor: readonly { load: string; code: string; rows: number }[];
  readonly seconds: number;
  readonly rowsRead: number;
  readonly rssPeak: number;
}

export interface Seen {
  readonly load: string;
  readonly outcome: Outcome;
}

const MOST_SEEN = 1_000;
const PATIENCE = 60;

interface Session {
  readonly options: Options;
  readonly source: Source;
  readonly platform: TargetDatabase;
  readonly digilist: TargetDatabase;
}

/** Reads what there is, decides what becomes of each row, and writes it, chunk by chunk. */
export async function migrate(options: Options): Promise<Result> {
  const open: { close(): Promise<void> }[] = [];
  const opened = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const it = await opening;
    open.push(it);
    return it;
  };
  try {
    const source = await opened(Source.open(options.from, 'the source'));
    const platform = await opened(TargetDatabase.open('platform', options.platform));
    const digilist = await opened(TargetDatabase.open('digilist', options.digilist));
    return await carryOut({ options, source, platform, digilist });
  } finally {
    for (const each of open.reverse()) await each.close();
  }
}

async function carryOut(session: Session): Promise<Result> {
  const { options, source, platform, digilist } = session;
  const began = Date.now();
  await requireKnownTables(source, options.ignore);
  if (!options.dryRun) {
    await platform.prepare(options.patience ?? PATIENCE);
    await digilist.prepare(options.patience ?? PATIENCE);
  }
  const run = await runOf(session);
  const world = await readWorld(source, platform, run.asOf);
  if (!options.dryRun) await begin(session, run, world);
  const plan = planOf(world).filter(({ from }) => from === 'legacy' || !options.dryRun);
  const totals = new Map<string, number>();
  for (const load of plan) if (load.from === 'legacy') totals.set(load.name, await source.count(load.count));
  const line = new ProgressLine(
    options.out,
    [...totals.values()].reduce((sum, rows) => sum + rows, 0),
    options.everyMs,
  );

  const loads: LoadResult[] = [];
  const seen: Seen[] = [];
  const reasons = new Map<string, { load: string; code: string; rows: number }>();
  let rowsRead = 0;
  let rssPeak = 0;
  for (const load of plan) {
    const startedAt = Date.now();
    const reader =
      load.from === 'legacy' ? source : await Source.open(options.platform.system, 'the platform database');
    try {
      const before = options.dryRun ? nothingYet() : await targetOf(session, load).progress(load.name);
      line.passed(load.from === 'legacy' ? before.read : 0);
      const after = await bring(session, world, load, reader, before, (chunk) => {
        rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
        if (load.from === 'legacy') {
          rowsRead += chunk.outcomes.length;
          line.advance(load.name, chunk.outcomes.length);
        }
        if (options.dryRun) {
          for (const outcome of chunk.outcomes)
            if (outcome.kind === 'rejected') countReason(reasons, load.name, outcome.code);
          const worthTelling = chunk.outcomes.filter((outcome) => outcome.kind !== 'rows' || outcome.clash);
          seen.push(...worthTelling.slice(0, MOST_SEEN - seen.length).map((outcome) => ({ load: load.name, outcome })));
        }
      });
      const { position: _, ...counts } = after;
      const rows = load.from === 'legacy' ? (totals.get(load.name) ?? 0) : await reader.count(load.count);
      loads.push({ load: load.name, source: rows, seconds: (Date.now() - startedAt) / 1000, ...counts });
    } finally {
      if (reader !== source) await reader.close();
    }
  }
  line.end();
  const checks = [...countsAddUp(loads), ...(options.dryRun ? [] : await verify(world, platform, digilist))];
  if (!options.dryRun) {
    // In this order: PLATFORM is asked whether a run is finished.
    await digilist.finish();
    await platform.finish();
  }
  const seconds = (Date.now() - began) / 1000;
  return {
    run,
    dryRun: options.dryRun,
    loads,
    checks,
    seen,
    rejectedFor: [...reasons.values()],
    seconds,
    rowsRead,
    rssPeak,
  };
}

function countReason(
  reasons: Map<string, { load: string; code: string; rows: number }>,
  load: string,
  code: string,
): void {
  const counted = reasons.get(`${load} ${code}`) ?? { load, code, rows: 0 };
  counted.rows++;
  reasons.set(`${load} ${code}`, counted);
}

const targetOf = ({ platform, digilist }: Session, { into }: Load): TargetDatabase =>
  into === 'platform' ? platform : digilist;

/** A run that goes on is the same run: it has the instant by which past and future were told apart, and the same source. */
async function runOf({ options, source, platform }: Session): Promise<Run> {
  const fingerprint: Fingerprint = options.dryRun ? {} : await source.fingerprint(SOURCE_TABLES);
  const earlier = options.dryRun ? null : await platform.run();
  if (!options.resume) return { id: randomUUID(), asOf: earlier?.asOf ?? options.asOf ?? Date.now(), fingerprint };
  if (options.dryRun)
    throw new Refusal(
      'RESUME_OF_DRY_RUN',
      'A dry run writes nothing, so there is nothing to resume: leave out --resume or --dry-run.',
    );
  if (!earlier || earlier.finished) {
    throw new Refusal(
      'NOTHING_TO_RESUME',
      `There is no unfinished run in ${WORKSPACE}: start without --resume. Rows that are there are recognised and left alone.`,
    );
  }
  const changed = SOURCE_TABLES.filter((table) => earlier.fingerprint[table]?.sum !== fingerprint[table]?.sum);
  if (changed.length > 0) {
    throw new Refusal(
      'SOURCE_CHANGED',
      `The source is not what it was when the run began (${changed.join(', ')}), so going on where it stopped would miss rows: stop writing to it and start without --resume. Rows that are there are recognised and left alone.`,
    );
  }
  return earlier;
}

async function begin({ platform, digilist }: Session, run: Run, world: World): Promise<void> {
  const ids = [...world.catalogue.tenants.values()].map(({ id }) => id);
  if (!(await platform.run())) {
    const { rowCount } = await platform.client.query('SELECT FROM platform.tenants WHERE id = ANY ($1)', [ids]);
    if (rowCount) {
      throw new Refusal(
        'WORKSPACE_GONE',
        `Tenants of the source are in PLATFORM, but ${WORKSPACE} is not: it was taken away after a run. What is left to bring cannot be told from what has changed since.`,
      );
    }
  }
  await platform.begin(run);
  await digilist.begin(run);
  const { rows } = await digilist.client.query<{ load: string; legacy_id: string }>(
    `SELECT load, legacy_id FROM ${WORKSPACE}.rejects WHERE load = 'bookings'`,
  );
  for (const row of rows) world.rejections.add(row.load, row.legacy_id);
}

/** One load from where it stopped to its end. The next chunk is read and decided while one is written. */
async function bring(
  session: Session,
  world: World,
  load: Load,
  reader: Source,
  before: Progress,
  written: (chunk: Chunk) => void,
): Promise<Progress> {
  if (before.finished) return before;
  let progress = before;
  let writing: Promise<void> = Promise.resolve();
  let chunks = 0;
  const write = async (chunk: Chunk) => {
    if (session.options.dryRun)
      progress = addUp(progress, chunk, chunk.outcomes.filter(({ kind }) => kind === 'rows').length);
    else progress = await targetOf(session, load).write(load, progress, chunk);
    // After the first, the fourth, the sixteenth …
    if (!session.options.dryRun && !chunk.last && Number.isInteger(Math.log2(++chunks) / 2))
      await targetOf(session, load).analyze(load);
    written(chunk);
  };
  for await (const chunk of chunksOf(load, reader, before.position, session.options.chunkRows)) {
    for (const outcome of chunk.outcomes)
      if (outcome.kind === 'rejected' && load.name === 'bookings') world.rejections.add(load.name, outcome.legacyId);
    await writing;
    writing = write(chunk);
    // Whoever awaits it next hears of a failure; until then it must not count as unheard.
    writing.catch(() => {});
  }
  await writing;
  return progress;
}

async function* chunksOf(load: Load, reader: Source, from: string | null, size: number): AsyncGenerator<Chunk> {
  let outcomes: Outcome[] = [];
  let position: string | null = null;
  for await (const rows of groupsOf(load, reader.read(load.query(from)))) {
    const decided = load.decide(rows);
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as Row;
      if (from !== null && load.isBehind?.(row, from)) continue;
      outcomes.push(decided[at] as Outcome);
      position = load.position(row);
      // What is decided together is parted only where it can be taken up in the middle.
      const mayPart = !load.group || load.isBehind !== undefined || at === rows.length - 1;
      if (outcomes.length >= size && mayPart) {
        yield { outcomes, position, last: false };
        outcomes = [];
      }
    }
  }
  yield { outcomes, position, last: true };
}

async function* groupsOf(load: Load, rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let group: Row[] = [];
  let key: string | undefined;
  for await (const row of rows) {
    const next = load.group?.(row);
    if (group.length > 0 && (next === undefined || next !== key)) {
      yield group;
      group = [];
    }
    key = next;
    group.push(row);
  }
  if (group.length > 0) yield group;
}

function countsAddUp(loads: readonly LoadResult[]): Check[] {
  return loads.flatMap(({ load, source, read, written, existing, rejected, merged }) => [
    { what: `${load}: rows of the source that were not read`, found: source - read, ok: source === read },
    {
      what: `${load}: rows that are neither written, there, rejected nor merged`,
      found: read - written - existing - rejected - merged,
      ok: read === written + existing + rejected + merged,
    },
  ]);
}
