import type { Block } from './markdown.js';

interface Elsewhere {
  /** A spec or a script of this repository, or CI, that runs them instead. */
  readonly by: string;
  /** The blocks that begin so; all unless told. */
  readonly blocks?: RegExp;
}

/** What needs a clone, a container or a server that may be broken: not run on the system of this package. */
export const RUN_ELSEWHERE: Readonly<Record<string, readonly Elsewhere[]>> = {
  'README.md': [
    { by: 'tests/journeys/demo.spec.ts', blocks: /^npm start/ },
    { by: '.ci/run', blocks: /^npm test/ },
  ],
  'CONTRIBUTING.md': [{ by: '.ci/run' }],
  'apps/platform-service/README.md': [{ by: 'packages/testing/src/system.ts' }],
  'docs/operations/deploy.md': [{ by: 'tests/deployment/src/commands.spec.ts' }],
  'docs/operations/high-availability.md': [{ by: 'tests/operations/src/cluster/cluster.spec.ts' }],
  'docs/scale.md': [{ by: 'tests/operations/src/distribution/distribution.spec.ts' }],
  'examples/demo/README.md': [{ by: 'tests/journeys/demo.spec.ts' }],
};

export const runElsewhere = (file: string, block: Block): Elsewhere | undefined =>
  RUN_ELSEWHERE[file]?.find(({ blocks }) => blocks?.test(block.text) ?? true);
