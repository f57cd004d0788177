import { claimsOf, stockOf } from './claims.js';
import type { ReferenceAtom, ReferenceComponent } from './reference.js';

const atom = (id: string, stock = 1): ReferenceAtom => ({
  id,
  number: id.charCodeAt(0),
  exclusive: stock === 1,
  stock,
});
const component = (atoms: ReferenceAtom[], quantity = 1, bufferMinutes = 0): ReferenceComponent => ({
  listingId: 'l',
  zoneId: 'z',
  quantity,
  name: { nb: 'Del' },
  zoneName: null,
  shape: 1,
  bookable: true,
  timezone: 'Europe/Oslo',
  bufferBeforeMinutes: bufferMinutes,
  bufferAfterMinutes: bufferMinutes,
  atoms,
  opening: [],
});
const hall = {
  bookingModel: 'TIME_RANGE' as const,
  atoms: [atom('a'), atom('b'), atom('c')],
  components: [],
  bufferBeforeMinutes: 15,
  bufferAfterMinutes: 30,
};
const pack = (...components: ReferenceComponent[]) => ({
  ...hall,
  bookingModel: 'PACKAGE' as const,
  atoms: [],
  components,
});
const nothing = { atomIds: [] };
const short = (claims: ReturnType<typeof claimsOf>) =>
  claims.map(({ atomId, quantity, bufferBeforeMinutes, bufferAfterMinutes }) =>
    [atomId, quantity, bufferBeforeMinutes, bufferAfterMinutes].join(' '),
  );

describe('what a booking takes', () => {
  it('of a zone are its atoms with the buffers of the listing', () => {
    expect(short(claimsOf(hall, { atomIds: ['c', 'a'] }, 1))).toEqual(['a 1 15 30', 'c 1 15 30']);
  });

  it('of what is counted is the quantity, without buffers', () => {
    const counted = { ...hall, bookingModel: 'QUANTITY' as const, atoms: [atom('a', 7)] };
    expect(short(claimsOf(counted, { atomIds: ['a'] }, 3))).toEqual(['a 3 0 0']);
    expect(stockOf(counted, { atomIds: ['a'] })).toBe(7);
  });

  it('of a package is all that its components are, with their own buffers, in the order of the atoms', () => {
    const both = pack(component([atom('k', 10)], 2), component([atom('d'), atom('b')], 1, 20));
    expect(short(claimsOf(both, nothing, 3))).toEqual(['b 1 20 20', 'd 1 20 20', 'k 6 0 0']);
  });

  it('of a package that has an atom twice is taken once, as often as it is counted together', () => {
    const twice = pack(component([atom('a'), atom('b')], 1, 10), component([atom('b')], 1, 25));
    expect(short(claimsOf(twice, nothing, 1))).toEqual(['a 1 10 10', 'b 1 25 25']);
    const counted = pack(component([atom('k', 10)], 2), component([atom('k', 10)], 3));
    expect(short(claimsOf(counted, nothing, 2))).toEqual(['k 10 0 0']);
    expect(stockOf(counted, nothing)).toBe(2);
  });

  it('as often as the scarcest component allows; an empty package not at all', () => {
    expect(stockOf(pack(component([atom('k', 10)], 3), component([atom('m', 50)])), nothing)).toBe(3);
    expect(stockOf(pack(component([atom('k', 10)], 3), component([atom('a')])), nothing)).toBe(1);
    expect(stockOf(pack(), nothing)).toBe(0);
  });
});
