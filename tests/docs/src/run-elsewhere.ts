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
  'apps/platform-service/README.md': [{ by: 'tests/journeys/support/start.mjs' }],
  'docs/operations/backup-and-restore.md': [
    { by: 'tests/operations/src/backup/backup.spec.ts', blocks: /^npm run backup|^mv / },
  ],
  'docs/operations/deploy.md': [{ by: 'tests/deployment/src/commands.spec.ts' }],
  'docs/operations/high-availability.md': [{ by: 'tests/operations/src/cluster/cluster.spec.ts' }],
  'docs/operations/maintenance.md': [
    { by: 'tests/operations/src/rebuild/rebuild.spec.ts', blocks: /^npm run rebuild/ },
    { by: 'tests/operations/src/rotation/rotation.spec.ts' },
  ],
  'docs/operations/recovery.md': [
    { by: 'tests/operations/src/recovery/lost-stream.spec.ts', blocks: /^npm run republish/ },
    { by: 'tests/operations/src/recovery/restored.spec.ts' },
  ],
  'docs/operations/releases.md': [
    { by: 'tests/releases/src/contracts/compare.spec.ts', blocks: /^cd tests\/releases/ },
    { by: 'tests/releases/src/release/release.spec.ts' },
  ],
  'docs/operations/zero-downtime.md': [{ by: 'tests/chaos/src/rolling.spec.ts' }],
  'examples/demo/README.md': [{ by: 'tests/journeys/demo.spec.ts' }],
  'examples/subscriber/README.md': [{ by: 'examples/subscriber/src/schema-addition.spec.ts' }],
};

/** There is neither Docker nor a cluster here: what is said to them is held against the files that they read. */
const CONTAINERS: Elsewhere = { by: 'tests/docs/src/containers.spec.ts', blocks: /^(?:docker|kubectl) / };

export const runElsewhere = (file: string, block: Block): Elsewhere | undefined =>
  [...(RUN_ELSEWHERE[file] ?? []), CONTAINERS].find(({ blocks }) => blocks?.test(block.text) ?? true);
