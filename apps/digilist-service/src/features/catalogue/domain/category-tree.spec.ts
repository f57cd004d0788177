import fc from 'fast-check';
import { inTreeOrder, misplaced, type TreeCategory } from './category-tree.js';

const category = (id: string, parentId: string | null = null, status = 'active'): TreeCategory => ({
  id,
  parentId,
  status,
});
const tree = [
  category('sports'),
  category('halls', 'sports'),
  category('pools', 'halls'),
  category('old', null, 'retired'),
];

describe('the place of a category', () => {
  it('is never below itself, however far', () => {
    expect(misplaced(tree, category('sports', 'pools'))).toBe('CYCLE');
    expect(misplaced(tree, category('sports', 'sports'))).toBe('CYCLE');
    expect(misplaced(tree, category('pools', 'sports'))).toBeNull();
  });

  it('is below one that is there and shown', () => {
    expect(misplaced(tree, category('halls', 'old'))).toBe('PARENT_UNKNOWN');
    expect(misplaced(tree, category('halls', 'nowhere'))).toBe('PARENT_UNKNOWN');
    expect(misplaced(tree, category('old'))).toBeNull();
  });

  it('is given up only when nothing is shown below it', () => {
    expect(misplaced(tree, category('halls', 'sports', 'retired'))).toBe('HAS_CHILDREN');
    expect(misplaced(tree, category('pools', 'halls', 'retired'))).toBeNull();
  });

  it('stays in a tree, whatever moves are tried', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const moves = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(null, ...ids)), { maxLength: 30 });
    fc.assert(
      fc.property(moves, (tried) => {
        let now = ids.map((id) => category(id));
        for (const [id, parentId] of tried) {
          if (misplaced(now, category(id, parentId)) !== null) continue;
          now = now.map((each) => (each.id === id ? category(id, parentId) : each));
        }
        expect(inTreeOrder(now)).toHaveLength(ids.length);
      }),
      { numRuns: 500, seed: 20261122 },
    );
  });
});

it('parents come before those below them', () => {
  expect(inTreeOrder([...tree].reverse()).map(({ id }) => id)).toEqual(['old', 'sports', 'halls', 'pools']);
});
