import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectFiles, textOf } from './files.js';

interface Manifest {
  name: string;
  private?: boolean;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const manifests = projectFiles('*package.json')
  .filter((file) => file !== 'package.json')
  .map((file) => ({ folder: path.dirname(file), manifest: JSON.parse(textOf(file)) as Manifest }));

/** Workspace packages that a package may depend on at run time. What is not here is refused. */
const MAY_NEED: Record<string, string[]> = {
  '@kit/contracts': [],
  '@platform/contracts': ['@kit/contracts'],
  '@digilist/contracts': ['@kit/contracts', '@platform/contracts'],
  '@kit/service': ['@kit/contracts'],
  '@kit/subscriber': ['@kit/contracts'],
  '@kit/local-servers': [],
  '@kit/testing': ['@kit/contracts', '@kit/local-servers'],
  '@digilist/legacy-migration': ['@kit/contracts', '@platform/contracts', '@digilist/contracts'],
  '@digilist/client': ['@kit/contracts', '@platform/contracts', '@digilist/contracts'],
  '@platform/service': ['@kit/contracts', '@kit/service', '@platform/contracts'],
  '@digilist/service': ['@kit/contracts', '@kit/service', '@platform/contracts', '@digilist/contracts'],
  '@digilist/gateway': ['@kit/contracts', '@kit/service', '@platform/contracts', '@digilist/contracts'],
};

export const refusedDependencies = (manifest: Manifest): string[] =>
  Object.entries(manifest.dependencies ?? {})
    .filter(([name, version]) => version.startsWith('workspace:') && !MAY_NEED[manifest.name]?.includes(name))
    .map(([name]) => name);

describe('packages', () => {
  it.each(manifests.filter(({ folder }) => /^(apps|packages)\//.test(folder)))(
    '$folder depends on what it may',
    ({ manifest }) => {
      expect(Object.keys(MAY_NEED)).toContain(manifest.name);
      expect(refusedDependencies(manifest)).toEqual([]);
    },
  );

  it('are refused a dependency that points the wrong way', () => {
    const planted = {
      name: '@platform/service',
      dependencies: { '@digilist/contracts': 'workspace:*', '@kit/service': 'workspace:*' },
    };
    expect(refusedDependencies(planted)).toEqual(['@digilist/contracts']);
  });

  it.each(manifests)('$folder pins exact versions', ({ manifest }) => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    const loose = Object.entries(all).filter(
      ([, version]) => !/^(workspace:\*|\d+\.\d+\.\d+(-[\w.]+)?)$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it.each(manifests)(
    '$folder is not skipped by turbo: it says how it is tested and type-checked',
    ({ manifest, folder }) => {
      const needed = folder.startsWith('examples/') ? ['typecheck'] : ['test'];
      expect(Object.keys(manifest.scripts ?? {})).toEqual(expect.arrayContaining(needed));
    },
  );
});

describe('specs', () => {
  it('all lie where a runner looks', () => {
    const homes = manifests.filter(({ manifest }) => manifest.scripts?.test).map(({ folder }) => `${folder}/`);
    const files = projectFiles('.').filter((file) => /\.(ts|mts|mjs|js)$/.test(file));
    const testing = files.filter((file) => /^(describe|it)(\.each\(.*\))?\(/m.test(textOf(file)));
    const lost = testing.filter(
      (file) => !/\.spec\.(ts|mts|mjs)$/.test(file) || !homes.some((home) => file.startsWith(home)),
    );
    expect(testing.length).toBeGreaterThan(10);
    expect(lost).toEqual([]);
  });
});
