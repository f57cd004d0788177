import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { page } from './markdown.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'packed-'));
const modules = path.join(folder, 'node_modules');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
}
const manifests: Manifest[] = [];

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Packs the client with what it is made of, and lays it out elsewhere as an installation would. */
beforeAll(() => {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  const pack = ['pnpm', '-r', '--filter', '@digilist/client...', 'pack', '--pack-destination', folder];
  run('npm', ['exec', '--yes', `--package=${packageManager}`, '--', ...pack], root);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tgz'))) {
    const manifest = JSON.parse(run('tar', ['xzOf', file, 'package/package.json'])) as Manifest;
    manifests.push(manifest);
    const place = path.join(modules, manifest.name);
    mkdirSync(place, { recursive: true });
    run('tar', ['xzf', file, '-C', place, '--strip-components=1']);
  }
  const packed = new Set(manifests.map(({ name }) => name));
  const others = manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies)).filter((n) => !packed.has(n));
  for (const name of new Set(others))
    symlinkSync(path.join(root, 'packages/contracts/core/node_modules', name), path.join(modules, name));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
}, 120_000);

it('the client is packed with the contracts, each asking for the versions that were packed', () => {
  const versions = new Map(manifests.map(({ name, version }) => [name, version]));
  expect([...versions.keys()].sort()).toEqual([
    '@digilist/client',
    '@digilist/contracts',
    '@kit/contracts',
    '@platform/contracts',
  ]);
  for (const { dependencies = {} } of manifests)
    for (const [name, wanted] of Object.entries(dependencies)) {
      expect([name, wanted]).toEqual([name, expect.stringMatching(/^\d/)]);
      if (versions.has(name)) expect([name, wanted]).toEqual([name, versions.get(name)]);
    }
});

it('what its README shows compiles outside of this repository', () => {
  const example = page('packages/client/README.md').blocks.find(({ language }) => language === 'ts');
  writeFileSync(path.join(folder, 'example.ts'), example?.text ?? '');
  symlinkSync(path.join(root, 'node_modules/@types'), path.join(modules, '@types'));
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  expect(run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])).toBe('');
});

it('it runs there', () => {
  const script = `
    import { createClient } from '@digilist/client';
    const client = createClient({ baseUrl: 'http://127.0.0.1:9' });
    console.log(typeof client.digilist.createBooking, typeof client.platform.login);`;
  expect(run(process.execPath, ['--input-type=module', '--eval', script])).toBe('function function\n');
});
