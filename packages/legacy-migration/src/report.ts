import pg from 'pg';
import type { Result } from './engine/migrate.js';
import { type TargetUrls, WORKSPACE } from './engine/workspace.js';
import { LEFT_BEHIND } from './plan.js';

/** How many rejects, merges and clashes the JSON lists; the workspace has all. */
const LISTED = 10_000;

export interface Report {
  readonly runId: string;
  readonly asOf: string;
  readonly dryRun: boolean;
  readonly ok: boolean;
  readonly seconds: number;
  readonly rowsRead: number;
  readonly rowsPerSecond: number;
  readonly peakMemoryMb: number;
  /** Processor time of this process, without what the databases took. */
  readonly processorSeconds: number;
  readonly leftBehind: Record<string, string>;
  readonly loads: Result['loads'];
  readonly tables: readonly TableFigures[];
  readonly checks: Result['checks'];
  readonly reasons: readonly ReasonRow[];
  readonly rejects: readonly RejectRow[];
  readonly merges: readonly MergeRow[];
  readonly clashes: readonly ClashRow[];
}

export interface TableFigures {
  readonly target: string;
  readonly load: string;
  readonly name: string;
  readonly staged: number;
  readonly written: number;
  /** Rows there that are not as computed: changed since by somebody, or by an earlier row for the same thing. */
  readonly differing: number;
  /** Sum of the hashes of the rows as they were computed, and as they were read back. */
  readonly computed: string;
  readonly stored: string;
}

export interface RejectRow {
  readonly load: string;
  readonly legacyId: string;
  readonly code: string;
  readonly source: unknown;
}

export interface ReasonRow {
  readonly load: string;
  readonly code: string;
  readonly rows: number;
}

export interface MergeRow {
  readonly load: string;
  readonly legacyId: string;
  readonly into: string;
}

export interface ClashRow {
  readonly legacyId: string;
  readonly listing: string;
  readonly from: string;
  readonly to: string;
  readonly wonBy: string;
  readonly kept: string;
}

/** The result with what the workspaces have kept. */
export async function reportOf(
  result: Result,
  targets: { platform: TargetUrls; digilist: TargetUrls },
): Promise<Report> {
  const { run, dryRun, loads, checks, seconds, rowsRead, rssPeak } = result;
  const { user, system } = process.cpuUsage();
  const kept = dryRun ? ofDryRun(result) : await ofWorkspaces(targets);
  return {
    runId: run.id,
    asOf: new Date(run.asOf).toISOString(),
    dryRun,
    ok: checks.every(({ ok }) => ok),
    seconds,
    rowsRead,
    rowsPerSecond: Math.round(rowsRead / Math.max(seconds, 0.001)),
    peakMemoryMb: Math.round(rssPeak / 1_048_576),
    processorSeconds: (user + system) / 1e6,
    leftBehind: LEFT_BEHIND,
    loads,
    checks,
    ...kept,
  };
}

interface Kept {
  readonly tables: TableFigures[];
  readonly reasons: ReasonRow[];
  readonly rejects: RejectRow[];
  readonly merges: MergeRow[];
  readonly clashes: ClashRow[];
}

function ofDryRun({ seen, rejectedFor }: Result): Kept {
  const kept: Kept = { tables: [], reasons: [], rejects: [], merges: [], clashes: [] };
  kept.reasons.push(...rejectedFor);
  for (const { load, outcome } of seen) {
    const { legacyId } = outcome;
    if (outcome.kind === 'rejected') kept.rejects.push({ load, legacyId, code: outcome.code, source: outcome.source });
    else if (outcome.kind === 'merged') kept.merges.push({ load, legacyId, into: outcome.into });
    else if (outcome.clash) kept.clashes.push({ legacyId, ...outcome.clash });
  }
  return kept;
}

async function ofWorkspaces(targets: { platform: TargetUrls; digilist: TargetUrls }): Promise<Kept> {
  const kept: Kept = { tables: [], reasons: [], rejects: [], merges: [], clashes: [] };
  for (const [target, { system }] of Object.entries(targets)) {
    const client = new pg.Client({ connectionString: system });
    await client.connect();
    const all = async <Found extends pg.QueryResultRow>(text: string): Promise<Found[]> =>
      (await client.query<Found>(text)).rows;
    try {
      const figures = await all<TableFigures>(
        `SELECT '${target}' AS target, load, name, staged::int, written::int, differing::int, computed::text, stored::text FROM ${WORKSPACE}.tables ORDER BY load, name`,
      );
      kept.tables.push(...figures);
      kept.reasons.push(
        ...(await all<ReasonRow>(
          `SELECT load, code, count(*)::int AS rows FROM ${WORKSPACE}.rejects GROUP BY load, code ORDER BY load, code`,
        )),
      );
      kept.rejects.push(
        ...(await all<RejectRow>(
          `SELECT load, legacy_id AS "legacyId", code, source FROM ${WORKSPACE}.rejects ORDER BY load, code, legacy_id LIMIT ${LISTED}`,
        )),
      );
      kept.merges.push(
        ...(await all<MergeRow>(
          `SELECT load, legacy_id AS "legacyId", merged_into AS "into" FROM ${WORKSPACE}.merges ORDER BY load, legacy_id LIMIT ${LISTED}`,
        )),
      );
      kept.clashes.push(
        ...(await all<ClashRow>(
          `SELECT legacy_id AS "legacyId", listing, starts_at AS "from", ends_at AS "to", won_by AS "wonBy", kept FROM ${WORKSPACE}.clashes ORDER BY starts_at, legacy_id LIMIT ${LISTED}`,
        )),
      );
    } finally {
      await client.end();
    }
  }
  return kept;
}
