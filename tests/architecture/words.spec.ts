import { describe, expect, it } from '@jest/globals';
import { linesMatching, projectFiles } from './files.js';

const source = (files: string[]) => files.filter((file) => /\.(ts|mts|cts|mjs|cjs|js|sql)$/.test(file));
const specless = (files: string[]) => files.filter((file) => !/(\.spec\.ts$|\/testing\/)/.test(file));

/** Words that may not stand in a place, with the reason and a line that each must catch. */
const FENCES = [
  {
    name: 'PLATFORM, the core contracts and the kit hold no word of a product',
    files: () =>
      source(
        projectFiles(
          'apps/platform-service',
          'packages/contracts/platform',
          'packages/contracts/core',
          'packages/service-kit',
          'packages/subscriber',
        ),
      ),
    pattern: /[Dd]igilist|DIGILIST|[Ll]isting|[Bb]ooking|[Uu]tleie|(?<![Tt]ime |IANA )\bzones?\b/,
    canary: 'const key = "digilist.booking.create";',
  },
  {
    name: 'only configuration reads the environment',
    files: () =>
      specless(source(projectFiles('apps/*/src/*', 'packages/*/src/*'))).filter(
        (file) =>
          !/(\/config\/config\.ts|\/migrate\.ts|legacy-migration\/src\/cli\.ts|packages\/(testing|local-servers)\/)/.test(
            file,
          ),
      ),
    pattern: /process\.env/,
    canary: 'const url = process.env.DATABASE_URL;',
  },
  {
    name: 'no feature opens the database by itself: the unit of work is the only way',
    files: () => specless(source(projectFiles('apps/*/src/features/*'))),
    pattern: /InjectRepository|getRepository\(|new Pool\(|new DataSource\(|createQueryRunner\(/,
    canary: 'constructor(@InjectRepository(Row) rows) {}',
  },
  {
    name: 'no domain reads the clock: it is an argument',
    files: () => specless(source(projectFiles('apps/*/src/features/*'))).filter((file) => file.includes('/domain/')),
    pattern: /new Date\(\)|Date\.now\(\)|Temporal\.Now/,
    canary: 'const late = booking.endsAt < new Date();',
  },
  {
    name: 'no type is switched off',
    files: () =>
      source(projectFiles('apps', 'packages', 'examples', 'tests')).filter((file) => !file.endsWith('words.spec.ts')),
    pattern: /@ts-(ignore|nocheck|expect-error)|\bas any\b|[:<|] any\s*[,;)=>\]|]/,
    canary: 'const row = rows[0] as any;',
  },
  {
    name: 'no test is skipped or focused',
    files: () => projectFiles('apps', 'packages', 'examples', 'tests').filter((file) => file.endsWith('.spec.ts')),
    pattern: /\b(it|test|describe)\.(only|skip|todo|failing)\b|\bx(it|describe)\(/,
    canary: ['it', 'only("x", () => {})'].join('.'),
  },
  {
    name: 'no path of a machine and no host of a package registry',
    files: () => projectFiles('.').filter((file) => !/pnpm-lock\.yaml$|words\.spec\.ts$|\.(png|svg|ico)$/.test(file)),
    pattern: /(\/work\/|\/root\/|\/home\/[a-z]+\/|registry\.npmjs|deb\.debian|npmmirror)/,
    canary: ['"/', 'root', '/checkout"'].join(''),
  },
];

describe.each(FENCES)('$name', ({ files, pattern, canary }) => {
  it('holds', () => {
    expect(linesMatching(files(), pattern)).toEqual([]);
  });

  it('reads something', () => {
    expect(files().length).toBeGreaterThan(3);
  });

  it('would catch its canary', () => {
    expect(linesMatching(['canary.ts'], pattern, () => canary)).toHaveLength(1);
  });
});
