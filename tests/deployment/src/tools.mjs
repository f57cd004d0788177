import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { IMAGES } from './apps.mjs';
import { ENVIRONMENTS, ROOT, UNITS } from './kubernetes/environment.mjs';
import { render } from './kubernetes/kustomize.mjs';
import { Findings } from './tree.mjs';

/** The tools of the trade where they are installed; a note where one is not. CI has them all. */
export function checkWithTools(tree) {
  const findings = new Findings();
  const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  const missing = (tool, what) =>
    findings.note(`${tool} is not installed here, so ${what} was left to continuous integration`);
  const judge = (name, { status, stdout, stderr }) =>
    findings.expect(status === 0, `${name}: ${(stderr || stdout).trim()}`);
  const run = (command, args) =>
    spawnSync(command, args, {
      cwd: tree.root,
      encoding: 'utf8',
      env: { ...process.env, PLATFORM_MASTER_KEY: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
    });

  const compose = [
    'compose',
    '--env-file',
    'infra/compose.env.example',
    '--profile',
    'observability',
    'config',
    '--quiet',
  ];
  if (has('docker', 'compose', 'version')) judge('docker compose config', run('docker', compose));
  else missing('docker compose', 'its own check');

  if (has('hadolint', '--version'))
    judge('hadolint', run('hadolint', ['--failure-threshold', 'warning', ...Object.keys(IMAGES)]));
  else missing('hadolint', 'a second opinion on the Dockerfiles');

  if (has('actionlint', '-version')) judge('actionlint', run('actionlint', []));
  else missing('actionlint', 'the newest opinion on the workflows');

  if (has('kubectl', 'version', '--client')) compareWithKustomize(tree, findings, run);
  else missing('kubectl', 'the comparison of our rendering with that of kustomize');
  return findings;
}

function compareWithKustomize(tree, findings, run) {
  for (const environment of ENVIRONMENTS)
    for (const unit of Object.values(UNITS)) {
      const dir = path.posix.join(ROOT, unit.replace('*', environment));
      const { status, stdout, stderr } = run('kubectl', ['kustomize', dir]);
      if (!findings.expect(status === 0, `kubectl kustomize ${dir}: ${stderr.trim()}`)) continue;
      const ours = render(tree, dir);
      const generated = ours.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
      const plain = generated.reduce(
        (text, name) => text.replace(new RegExp(`\\b${name}-[a-z0-9]{10}\\b`, 'g'), name),
        stdout,
      );
      const theirs = parseAllDocuments(plain).map((document) => document.toJS());
      findings.expect(
        isDeepStrictEqual(sorted(theirs), sorted(ours)),
        `${dir}: kustomize makes other objects of it than kustomize.mjs: ${difference(theirs, ours)}`,
      );
    }
}

const nameOf = ({ kind, metadata }) => `${kind} ${metadata.name}`;
const sorted = (objects) => [...objects].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

function difference(theirs, ours) {
  const odd = theirs.filter((one) => !ours.some((other) => isDeepStrictEqual(one, other)));
  return odd.map(nameOf).join(', ') || 'some are missing there';
}
