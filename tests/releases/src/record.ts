import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '@kit/local-servers';
import { startPostgres } from '@kit/testing';
import { describeCheckout } from './contracts/describe-checkout.js';
import { availability, checkoutOf, git } from './release/checkout.js';
import { RELEASES, type Release, versions } from './release/releases.js';
import { Refusal, wanted } from './release/wanted.js';
import { migratedCatalogue } from './schema/catalogue.js';

// npm run release:record -- <version> [--commit <commit>]: writes releases/<version>/ from what the commit builds, so that
// whatever comes later can be compared with it.

async function record(args: string[]): Promise<void> {
  const { version, commit: named } = wanted(args, versions());
  if (availability(named) !== 'here')
    throw new Refusal(`There is no commit ${named} in this clone: git fetch it first.`);
  const commit = git('rev-parse', `${named}^{commit}`);
  if (named === 'HEAD' && git('status', '--porcelain', '--untracked-files=no') !== '')
    throw new Refusal(
      'There are changes that are not committed, and a release is a commit: commit them, or name one by --commit.',
    );
  console.log(`building ${commit}`);
  const checkout = await checkoutOf(commit);
  const manifest = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')) as { version: string };
  if (manifest.version !== version)
    throw new Refusal(`package.json of that commit says ${manifest.version}: set it to ${version} and commit.`);
  const { contracts, openApi, asyncApiYaml, migrations } = await describeCheckout(checkout);
  const names = (context: 'platform' | 'digilist') => migrations[context].map(({ name }) => name);
  const release: Release = {
    version,
    commit,
    date: git('show', '--no-patch', '--format=%cs', commit),
    migrations: { platform: names('platform'), digilist: names('digilist') },
  };
  const postgres = await startPostgres();
  try {
    const folder = path.join(RELEASES, version);
    mkdirSync(path.join(folder, 'schema'), { recursive: true });
    const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
    const json = (value: object) => `${JSON.stringify(value, null, 1)}\n`;
    for (const context of ['platform', 'digilist'] as const)
      write(`schema/${context}.json`, json(await migratedCatalogue(context, checkout, postgres)));
    write('contracts.json', json(contracts));
    // Large, and only ever read by programs.
    write('openapi.json', `${JSON.stringify(openApi)}\n`);
    write('asyncapi.yaml', asyncApiYaml);
    write('release.json', json(release));
    // What was accepted broke with the release before.
    write('../accepted.json', '[]\n');
    const { operations, events, states } = contracts;
    console.log(
      `${path.relative(root, folder)}: ${operations.length} operations, ${events.length} events, ${states.length} states; commit it`,
    );
  } finally {
    await postgres.stop();
  }
}

if (process.argv[1]?.endsWith('record.js')) {
  await record(process.argv.slice(2)).catch((error: Error) => {
    // Of the options Node says itself what is wrong with them.
    const said = error instanceof Refusal || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    console.error(said ? error.message : error.stack);
    process.exitCode = 1;
  });
}
