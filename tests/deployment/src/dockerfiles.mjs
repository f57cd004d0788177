import path from 'node:path';
import { validate } from 'dockerfile-utils';
import { APPS, IMAGES } from './apps.mjs';
import { Findings } from './tree.mjs';

const LABELS = ['title', 'description', 'licenses', 'version', 'revision', 'source', 'base.name'];

/** Dockerfiles: correct by themselves, of one mould, and such that the image runs unprivileged on a read-only disk. */
export function checkDockerfiles(tree) {
  const findings = new Findings();
  const manifest = tree.json('package.json');
  const pnpm = manifest.packageManager.split('@')[1];
  const { turbo } = manifest.devDependencies;
  for (const [file, dir] of Object.entries(IMAGES)) {
    const expect = (ok, finding) => findings.expect(ok, `${file}: ${finding}`);
    if (!expect(tree.exists(file), 'is missing')) continue;
    const text = tree.read(file);
    const problems = validate(text);
    expect(problems.length === 0, problems.map((p) => `line ${p.range.start.line + 1}: ${p.message}`).join('; '));
    const instructions = text
      .replace(/^#.*\n/gm, '')
      .replace(/\\\n/g, ' ')
      .split('\n')
      .filter((line) => /^[A-Z]+ /.test(line));
    const stages = instructions.filter((line) => line.startsWith('FROM ')).map((line) => / AS (\S+)/.exec(line)?.[1]);
    for (const [, from] of text.matchAll(/--from=(\S+)/g))
      expect(stages.includes(from), `copies from the stage ${from}, which does not exist`);
    const { name } = tree.json(`${dir}/package.json`);
    expect(/^FROM node:24/m.test(text), 'images run Node 24');
    expect(
      text.includes(`pnpm@${pnpm} turbo@${turbo}`),
      `pnpm and turbo must be ${pnpm} and ${turbo}, as in package.json`,
    );
    expect(text.includes(`turbo prune ${name} --docker`), `must prune to ${name}`);
    expect(
      text.includes(`pnpm --filter ${name} sbom --prod --lockfile-only`),
      `must write what it holds: pnpm --filter ${name} sbom --prod --lockfile-only …`,
    );
    expect(!/^ADD /m.test(text), 'ADD fetches and unpacks behind the scenes: use COPY');
    expect(!/(PASSWORD|SECRET|TOKEN|_KEY)=/.test(text), 'a secret has no place in an image');
    checkLastStage(tree, expect, file, text, instructions);
  }
  return findings;
}

function checkLastStage(tree, expect, file, text, instructions) {
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
  const has = (pattern) => last.some((line) => pattern.test(line));
  expect(has(/^USER (?!root|0)/), 'the image runs as root: end with USER node');
  expect(has(/^HEALTHCHECK /), 'no HEALTHCHECK (NONE for what ends by itself)');
  expect(has(/^CMD \[/), 'no CMD in exec form, so signals would not arrive');
  expect(
    has(/^COPY --from=build --chown=root:root \/app/),
    'what runs must not be able to change itself: --chown=root:root',
  );
  for (const label of LABELS)
    expect(
      text.includes(`org.opencontainers.image.${label}=`),
      `the label org.opencontainers.image.${label} is missing`,
    );
  const written = /--out (\S+)/.exec(text)?.[1];
  const named = /sbom\.path="([^"]+)"/.exec(text)?.[1];
  expect(written && written === named, `the label sbom.path names ${named}, but the file is written to ${written}`);
  for (const line of last) {
    const script = /^CMD \["node", "(packages\/.+?)"\]/.exec(line)?.[1];
    if (script) expect(tree.exists(script), `runs ${script}, which does not exist`);
  }
  const app = path.basename(path.dirname(file));
  if (!(app in APPS)) return;
  const port = /(?:GATEWAY|HEALTH)_PORT=(\d+)/.exec(text)?.[1];
  expect(has(new RegExp(`^EXPOSE ${port}$`)), `EXPOSE must be ${port}, where the app listens`);
  expect(has(/\/health\/live/), 'the health check must ask /health/live');
}
