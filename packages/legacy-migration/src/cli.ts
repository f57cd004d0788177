import path from 'node:path';
import { migrate } from './engine/migrate.js';
import { dropWorkspace } from './engine/workspace.js';
import { readCommandLine } from './options.js';
import { Refusal } from './refusal.js';
import { reportOf } from './report.js';
import { writeReport } from './report-page.js';

const root = path.resolve(import.meta.dirname, '../../..');

try {
  const {
    cleanUp,
    report: folder,
    verbose,
    platform,
    digilist,
    ...options
  } = readCommandLine(process.argv.slice(2), process.env, root);
  if (cleanUp) {
    await dropWorkspace(platform);
    await dropWorkspace(digilist);
    console.log('legacy_migration is gone from both databases; legacy_archive stays.');
  } else {
    const result = await migrate({
      ...options,
      platform,
      digilist,
      out: process.stdout,
      ...(verbose && { everyMs: 0 }),
    });
    const report = await reportOf(result, { platform, digilist });
    const { html } = writeReport(report, folder);
    const sum = (pick: (load: (typeof report.loads)[number]) => number) =>
      report.loads.filter(({ load }) => !load.startsWith('platform_')).reduce((total, load) => total + pick(load), 0);
    console.log(
      `${report.dryRun ? 'Dry run: nothing was written. ' : ''}${sum(({ read }) => read)} rows read: ${sum(({ written }) => written)} ${report.dryRun ? 'would be written' : 'written'}, ` +
        `${sum(({ existing }) => existing)} already there, ${sum(({ rejected }) => rejected)} rejected, ${sum(({ merged }) => merged)} merged; ${sum(({ clashes }) => clashes)} clashes. ` +
        `${report.rowsPerSecond} rows/s in ${Math.round(report.seconds)} s, at most ${report.peakMemoryMb} MB.`,
    );
    for (const { what, found } of report.checks.filter(({ ok }) => !ok))
      console.log(`NOT as it should be: ${what}: ${found}`);
    console.log(`Report: ${html}`);
    if (!report.ok) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 2;
}
