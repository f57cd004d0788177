// What a program makes of the environment it is given: asked of the app's own configuration, in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const LOADERS = {
  'platform-service': { main: 'loadPlatformConfig', migrate: 'loadMigrationConfig' },
  'digilist-service': { main: 'loadDigilistConfig', migrate: 'loadMigrationConfig' },
  gateway: { main: 'gatewayFields' },
};

const PROGRAM = `
  const asked = JSON.parse(process.argv[1]);
  const answers = [];
  for (const { module, loader, environment } of asked) {
    const loaded = await import(module);
    const read = new Set();
    process.env = new Proxy(environment, { get: (all, name) => (read.add(name), all[name]) });
    const problems = [];
    try {
      if (typeof loaded[loader] === 'function') loaded[loader]();
      else for (const field of Object.values(loaded[loader])) {
        try { field.read(process.env[field.variable]); } catch (error) { problems.push(field.variable + ' ' + error.message); }
      }
    } catch (error) { problems.push(...(error.problems ?? [error.message])); }
    answers.push({ problems, unread: Object.keys(environment).filter((name) => !read.has(name)) });
  }
  console.log(JSON.stringify(answers));
`;

/** Read by the runtime or by the SDK of OpenTelemetry, not by the app's configuration. */
const READ_BY_OTHERS = /^(OTEL_|NODE_|POD_)/;
/** Read only when another setting chooses it; left empty otherwise. */
const READ_WHEN_CHOSEN = /^DIGILIST_MEDIA_S3_/;

/** A process that loads an app takes a second: the same question is asked once. */
const answered = new Map();

/**
 * @param asked list of { where, app, program: 'main' | 'migrate', environment }
 */
export function expectSettings(findings, root, asked) {
  const built = asked.filter(({ app }) => existsSync(path.join(root, 'apps', app, 'dist/config.js')));
  if (built.length < asked.length) findings.note('an app is not built, so its settings were not checked');
  const questions = built.map(({ app, program, environment }) => ({
    module: path.join(root, 'apps', app, 'dist/config.js'),
    loader: LOADERS[app][program],
    environment,
  }));
  const keys = questions.map((question) => JSON.stringify(question));
  const open = questions.filter((_, n) => !answered.has(keys[n]));
  if (open.length > 0) {
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM, JSON.stringify(open)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    if (!findings.expect(child.status === 0, `the configuration of the apps could not be read: ${child.stderr}`))
      return;
    for (const [n, answer] of JSON.parse(child.stdout).entries()) answered.set(JSON.stringify(open[n]), answer);
  }
  for (const [n, { where, app, program, environment }] of built.entries()) {
    const { problems, unread } = answered.get(keys[n]);
    findings.expect(problems.length === 0, `${where}: ${app} (${program}) would not start: ${problems.join(', ')}`);
    const odd = unread.filter(
      (name) => !READ_BY_OTHERS.test(name) && !(READ_WHEN_CHOSEN.test(name) && environment[name] === ''),
    );
    findings.expect(
      odd.length === 0,
      `${where}: ${app} (${program}) is given ${odd.join(', ')}, which it does not read: remove it, or is it misspelled?`,
    );
  }
}
