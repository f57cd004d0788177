/**
 * Blocks of commands that are not run on the system of this package, by page, and what runs them instead: a spec or a
 * script of this repository, or CI.
 */
export const RUN_ELSEWHERE: Readonly<Record<string, { by: string }>> = {
  'README.md': { by: 'tests/journeys/demo.spec.ts' },
  'CONTRIBUTING.md': { by: '.ci/run' },
  'docs/how-to/audit-log.md': { by: 'tests/journeys/audit.spec.ts' },
  'docs/operations/deploy.md': { by: 'tests/deployment/src/commands.spec.ts' },
  'docs/operations/high-availability.md': { by: 'tests/operations/src/cluster/cluster.spec.ts' },
  'docs/scale.md': { by: 'tests/operations/src/distribution/distribution.spec.ts' },
};
