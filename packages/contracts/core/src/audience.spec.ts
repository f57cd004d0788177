import { describe, expect, it } from '@jest/globals';
import { anybody, type Extent, holders, type Knower, mayKnow, people, permissionsIn } from './audience.js';

const extent = (given: Partial<Extent> & { orgs?: string[] }): Extent => ({
  tenant: given.tenant ?? false,
  own: given.own ?? false,
  covers: (orgId) => given.tenant === true || (given.orgs ?? []).includes(orgId),
});
const knower = (userId: string | null, extents: Record<string, Extent> = {}): Knower => ({
  userId,
  extentOf: (permission) => extents[permission] ?? null,
});
const READ = 'acme.report.read';

describe('an audience', () => {
  it('admits anybody to what is public, and named people to what is theirs', () => {
    expect(mayKnow(anybody, knower(null))).toBe(true);
    expect(mayKnow(people('a', null, 'b'), knower('b'))).toBe(true);
    expect(mayKnow(people('a'), knower('b'))).toBe(false);
    expect(mayKnow(people('a'), knower(null))).toBe(false);
    expect(mayKnow([], knower('a', { [READ]: extent({ tenant: true }) }))).toBe(false);
  });

  it('admits by a permission exactly whom the permission reaches the row for', () => {
    const audience = holders(READ, { orgs: ['o1', null, 'o2'], owner: 'a' });
    expect(audience).toEqual([`${READ}/org:o1`, `${READ}/org:o2`, `${READ}/own:a`]);
    expect(mayKnow(audience, knower('x', { [READ]: extent({ tenant: true }) }))).toBe(true);
    expect(mayKnow(audience, knower('x', { [READ]: extent({ orgs: ['o2'] }) }))).toBe(true);
    expect(mayKnow(audience, knower('x', { [READ]: extent({ orgs: ['o3'], own: true }) }))).toBe(false);
    expect(mayKnow(audience, knower('a', { [READ]: extent({ own: true }) }))).toBe(true);
    expect(mayKnow(audience, knower('a'))).toBe(false);
    expect(mayKnow(audience, knower(null, { [READ]: extent({ own: true }) }))).toBe(false);
  });

  it('that names no place asks for the whole tenant', () => {
    expect(mayKnow(holders(READ), knower('x', { [READ]: extent({ tenant: true }) }))).toBe(true);
    expect(mayKnow(holders(READ), knower('x', { [READ]: extent({ orgs: ['o1'], own: true }) }))).toBe(false);
  });

  it('says which permissions have to be asked for', () => {
    expect(permissionsIn([...anybody, ...people('a'), ...holders(READ, { orgs: ['o1'], owner: 'a' })])).toEqual([READ]);
  });
});
