import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '@kit/local-servers';
import { startPostgres, type TestPostgres } from '@kit/testing';
import { acceptedChanges, judge } from '../release/accepted.js';
import { lastRelease } from '../release/releases.js';
import { type Catalogue, migratedCatalogue } from './catalogue.js';
import {
  explainSchema,
  SCHEMA_RULES,
  type SchemaBreak,
  type SchemaRule,
  schemaBreaksOf,
  schemaKeyOf,
} from './compare-catalogues.js';

const release = lastRelease();

describe('the schema', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('of this checkout has everything that the last release uses, and asks no more of it', async () => {
    const found: SchemaBreak[] = [];
    for (const context of ['platform', 'digilist'] as const)
      found.push(...schemaBreaksOf(context, release.schema[context], await migratedCatalogue(context, root, postgres)));
    const { open, idle } = judge(found.map(schemaKeyOf), acceptedChanges('schema'));
    const messages = found.filter((one) => open.includes(schemaKeyOf(one))).map(explainSchema);
    if (messages.length > 0)
      throw new Error(
        `${release.version} could not run beside this:\n\n  ${messages.join('\n  ')}\n\nA contract step whose thing the ` +
          'last release does not use any more is listed with its reason in releases/accepted.json.',
      );
    expect(idle).toEqual([]);
  });
});

describe('the comparison of schemas', () => {
  const before: Catalogue = {
    columns: { 'reports.id': 'uuid not null !', 'reports.name': 'text not null', 'reports.note': 'text' },
    functions: { 'file(uuid)': 'boolean' },
    grants: { 'reports to acme_app': 'INSERT, SELECT' },
  };
  const CANARIES: Record<SchemaRule, [after: Partial<Catalogue>, at: string]> = {
    'column-removed': [
      { columns: { 'reports.id': 'uuid not null !', 'reports.name': 'text not null' } },
      'acme.reports.note',
    ],
    'column-changed': [{ columns: { ...before.columns, 'reports.note': 'jsonb' } }, 'acme.reports.note'],
    'column-required': [{ columns: { ...before.columns, 'reports.name': 'text not null !' } }, 'acme.reports.name'],
    'function-removed': [{ functions: { 'file(uuid, text)': 'boolean' } }, 'acme.file(uuid)'],
    'function-changed': [{ functions: { 'file(uuid)': 'text' } }, 'acme.file(uuid)'],
    'grant-removed': [{ grants: { 'reports to acme_app': 'SELECT' } }, 'acme.reports to acme_app'],
  };
  const compare = (after: Partial<Catalogue>) =>
    schemaBreaksOf('acme', before, { ...before, ...after }).map(schemaKeyOf);

  it('has a canary for each rule', () =>
    expect(Object.keys(CANARIES).sort()).toEqual(Object.keys(SCHEMA_RULES).sort()));

  it.each(Object.entries(CANARIES))('finds %s, and nothing else', (rule, [after, at]) =>
    expect(compare(after)).toEqual([`${rule} ${at}`]),
  );

  it('finds a new column of an old table that must be given', () =>
    expect(compare({ columns: { ...before.columns, 'reports.rank': 'integer not null !' } })).toEqual([
      'column-required acme.reports.rank',
    ]));

  it('lets pass what was added, and what asks for less', () =>
    expect(
      compare({
        columns: {
          ...before.columns,
          'reports.id': 'uuid not null',
          'reports.rank': 'integer',
          'papers.id': 'uuid not null !',
        },
        functions: { ...before.functions, 'file(uuid, text)': 'boolean' },
        grants: { 'reports to acme_app': 'DELETE, INSERT, SELECT', 'papers to acme_app': 'SELECT' },
      }),
    ).toEqual([]));
});
