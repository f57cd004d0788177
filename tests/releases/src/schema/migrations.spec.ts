import { beforeAll, describe, expect, it } from '@jest/globals';
import type { MigrationDescription } from '../contracts/describe.js';
import { describeCheckout } from '../contracts/describe-checkout.js';
import { lastRelease } from '../release/releases.js';
import { lint } from './lint.js';

const CONTEXTS = ['platform', 'digilist'] as const;
const release = lastRelease();
const planted = (...statements: string[]): MigrationDescription => ({
  name: 'Planted1',
  transaction: true,
  statements,
});

describe('a migration that runs while people book', () => {
  let migrations: Record<(typeof CONTEXTS)[number], MigrationDescription[]>;
  beforeAll(async () => {
    ({ migrations } = await describeCheckout());
  });

  it.each(CONTEXTS)(
    'of %s keeps nobody waiting and takes nothing away from the release that still runs',
    async (context) => {
      const known = release.migrations[context];
      const fresh = migrations[context].filter(({ name }) => !known.includes(name));
      const found = (await Promise.all(fresh.map(lint))).flat();
      if (found.length > 0)
        throw new Error(
          `${found.join('\n')}\n\nRead docs/operations/releases.md, "Change a table". Where a rule does not apply, write ` +
            '"-- squawk-ignore <rule>" and the reason above the statement.',
        );
    },
  );

  it.each(CONTEXTS)('of %s that a release has is there, under its name, and before all that came later', (context) => {
    const names = migrations[context].map(({ name }) => name);
    expect(names.slice(0, release.migrations[context].length)).toEqual(release.migrations[context]);
  });
});

describe('the lint of migrations', () => {
  it.each([
    ['adding-required-field', 'ALTER TABLE digilist.bookings ADD COLUMN colour text NOT NULL'],
    ['ban-drop-column', 'ALTER TABLE digilist.bookings DROP COLUMN purpose'],
    ['ban-drop-table', 'DROP TABLE digilist.bookings'],
    ['renaming-column', 'ALTER TABLE digilist.bookings RENAME COLUMN purpose TO intent'],
    ['changing-column-type', 'ALTER TABLE digilist.bookings ALTER COLUMN attendees TYPE bigint'],
    ['require-concurrent-index-creation', 'CREATE INDEX bookings_purpose ON digilist.bookings (purpose)'],
    ['constraint-missing-not-valid', 'ALTER TABLE digilist.bookings ADD CONSTRAINT some CHECK (attendees > 0)'],
    [
      'ban-concurrent-index-creation-in-transaction',
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS b ON digilist.bookings (purpose)',
    ],
  ])('refuses %s', async (rule, sql) =>
    expect((await lint(planted(sql))).join('\n')).toContain(`Planted1: ${rule} at "${sql}`),
  );

  it('lets pass what only adds', async () => {
    const statements = [
      'ALTER TABLE digilist.bookings ADD COLUMN colour text',
      'CREATE TABLE digilist.colours (name text PRIMARY KEY, rank integer NOT NULL)',
      'CREATE INDEX colours_rank ON digilist.colours (rank)',
    ];
    expect(await lint(planted(...statements))).toEqual([]);
    const index = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_colour ON digilist.bookings (colour)';
    expect(await lint({ ...planted(index), transaction: false })).toEqual([]);
  });
});
