import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { query, stopPostgres, type TestDatabase } from '@kit/testing';
import { migrate, type Options } from './engine/migrate.js';
import { dice } from './fixture/random.js';
import { idOf } from './ids.js';
import { reportOf } from './report.js';
import { writeReport } from './report-page.js';
import { contents, openLegacy, openTargets, silence, type Targets, urlsOf } from './testing/targets.js';

const ROWS = 6_000;
/** More in the full form: npm run migrate:legacy -- kills. */
const KILLS = Number(process.env.KILLS ?? 3);
/** Small enough that each of them finds it at work. */
const CHUNK = Math.max(5, Math.floor(ROWS / (KILLS * 16)));
const AS_OF = new Date('2026-03-01T00:00:00Z');
const CLI = path.resolve('dist/cli.js');

let legacy: TestDatabase;
let undisturbed: Targets;
let asItIs: Record<string, string>;

const options = (targets: Targets, more: Partial<Options> = {}): Options => ({
  from: legacy.urls.superuser,
  ...urlsOf(targets),
  dryRun: false,
  resume: false,
  asOf: AS_OF.getTime(),
  ignore: [],
  chunkRows: 500,
  out: silence(),
  ...more,
});
const target = (sql: string, values: unknown[] = []) => query(undisturbed.digilist.urls.superuser, sql, values);

beforeAll(async () => {
  legacy = await openLegacy({ rows: ROWS, seed: 42, dirt: 0.08, asOf: AS_OF });
  undisturbed = await openTargets();
}, 180_000);
afterAll(async () => {
  await undisturbed?.drop();
  await legacy?.drop();
  await stopPostgres();
});

describe('a migration', () => {
  it('says what it would do without writing anything', async () => {
    const before = await contents(undisturbed);
    const result = await migrate(options(undisturbed, { dryRun: true }));
    expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(result.seen.length).toBeGreaterThan(100);
    expect(await contents(undisturbed)).toEqual(before);
  });

  it('takes over every row, or says why not, and what lies there is what was computed', async () => {
    const result = await migrate(options(undisturbed));
    const report = await reportOf(result, urlsOf(undisturbed));
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    for (const { read, written, existing, rejected, merged } of report.loads)
      expect(read).toBe(written + existing + rejected + merged);
    expect(
      report.tables.filter(({ written, staged, computed, stored }) => written === staged && computed !== stored),
    ).toEqual([]);
    expect(new Set(report.rejects.map(({ code }) => code))).toEqual(
      new Set([
        'AMOUNT_INVALID',
        'BOOKING_REJECTED',
        'ENDS_BEFORE_IT_BEGINS',
        'GRANT_EXPIRED',
        'HOURS_INVALID',
        'ORPHAN_BOOKING',
        'ORPHAN_LISTING',
        'ORPHAN_ORGANIZATION',
        'ORPHAN_TENANT',
        'ORPHAN_USER',
        'REFERENCE_TWICE',
        'ROLE_UNKNOWN',
        'STATUS_UNKNOWN',
      ]),
    );
    expect(report.merges.length).toBeGreaterThan(0);
    asItIs = await contents(undisturbed);
    const { html, json } = writeReport(report, mkdtempSync(path.join(os.tmpdir(), 'legacy-report-')));
    expect(readFileSync(html, 'utf8')).toContain('Everything adds up.');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ ok: true, dryRun: false });
  });

  it('leaves nobody twice at one time: who came later is kept without it, and is listed', async () => {
    const clashes = await target('SELECT * FROM legacy_migration.clashes');
    expect(clashes.length).toBeGreaterThan(0);
    for (const { legacy_id, won_by, kept } of clashes) {
      const [row] = await query(
        legacy.urls.superuser,
        "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS made FROM bookings WHERE id = $1",
        [legacy_id],
      );
      const made = row?.made ? Date.parse(`${(row.made as string).replace(' ', 'T')}Z`) : null;
      const [booking] = await target('SELECT status FROM digilist.bookings WHERE id = $1', [
        idOf('booking', legacy_id as string, made),
      ]);
      expect(booking?.status === 'cancelled').toBe(kept === 'cancelled');
      expect(won_by).not.toBe(legacy_id);
      expect(
        await target('SELECT FROM digilist.allocations WHERE booking_id = $1', [
          idOf('booking', legacy_id as string, made),
        ]),
      ).toEqual([]);
    }
  });

  it('run once more writes nothing and finds everything as it should be', async () => {
    const result = await migrate(options(undisturbed));
    const report = await reportOf(result, urlsOf(undisturbed));
    expect(report.loads.reduce((sum, { written }) => sum + written, 0)).toBe(0);
    expect(report.tables.reduce((sum, { written }) => sum + written, 0)).toBe(0);
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(await contents(undisturbed)).toEqual(asItIs);
  });

  it(
    `killed ${KILLS} times wherever it may be, and taken up again, comes to the same`,
    async () => {
      const targets = await openTargets();
      try {
        const die = dice(Number(process.env.SEED ?? 1), 'kills', 0);
        let killed = 0;
        for (let finished = false; !finished; ) {
          finished = await runCommand(
            targets,
            killed > 0 && (await begun(targets)),
            killed < KILLS ? 1 + die.below(16) : null,
            die.below(25),
          );
          if (!finished) killed++;
        }
        expect(killed).toBe(KILLS);
        expect(await contents(targets)).toEqual(asItIs);
        const read = (urls: Targets) =>
          query(
            urls.digilist.urls.superuser,
            'SELECT load, read, written, rejected, merged, clashes FROM legacy_migration.loads ORDER BY load',
          );
        // The undisturbed run was repeated, so what was written then is there now.
        const [one, other] = [await read(targets), await read(undisturbed)];
        expect(one.map((row) => ({ ...row, written: 0 }))).toEqual(other.map((row) => ({ ...row, written: 0 })));
      } finally {
        await targets.drop();
      }
    },
    180_000 + KILLS * 60_000,
  );
});

const begun = async ({ platform }: Targets): Promise<boolean> => {
  const [row] = await query(
    platform.urls.superuser,
    "SELECT to_regclass('legacy_migration.runs') IS NOT NULL AS there",
  );
  return row?.there === true && (await query(platform.urls.superuser, 'SELECT FROM legacy_migration.runs')).length > 0;
};

/** The command as it is run; killed `after` that many chunks and a few milliseconds. Answers whether it came to its end. */
async function runCommand(
  targets: Targets,
  resume: boolean,
  after: number | null,
  milliseconds: number,
): Promise<boolean> {
  const { platform, digilist } = urlsOf(targets);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'legacy-report-'));
  const args = [
    '--from',
    legacy.urls.superuser,
    '--platform-to',
    platform.system,
    '--digilist-to',
    digilist.system,
    '--as-of',
    AS_OF.toISOString(),
    '--chunk',
    String(CHUNK),
    '--verbose',
    '--report',
    folder,
  ];
  const child = spawn(process.execPath, [CLI, ...args, ...(resume ? ['--resume'] : [])], {
    env: {
      ...process.env,
      PLATFORM_DATABASE_MIGRATOR_URL: platform.migrator,
      DIGILIST_DATABASE_MIGRATOR_URL: digilist.migrator,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  let chunks = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('[') && ++chunks === after) setTimeout(() => child.kill('SIGKILL'), milliseconds);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...ended) => resolve(ended)),
  );
  if (signal === null && code !== 0) throw new Error(`the migration ended with ${code}:\n${errors}`);
  return signal === null;
}
