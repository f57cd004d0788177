import fc from 'fast-check';
import { compositeProblems, type GraphZone, resolveZones } from './zone-graph.js';

const leaf = (id: string): GraphZone => ({ id, atomId: `atom-${id}`, partIds: [] });
const composite = (id: string, ...partIds: string[]): GraphZone => ({ id, atomId: null, partIds });
const runs = { numRuns: 500, seed: 20261122 };

/** Sound graphs: each composite is made of zones before it. */
const graphs = fc
  .tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.array(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
  )
  .map(([leaves, picks]) => {
    const zones = Array.from({ length: leaves }, (_, at) => leaf(`l${at}`));
    picks.forEach((pick, at) => {
      const parts = [...new Set(pick.map((n) => (zones[n % zones.length] as GraphZone).id))];
      zones.push(composite(`c${at}`, ...parts));
    });
    return zones;
  });

describe('zones over atoms', () => {
  it('a hall of three thirds: whole and half exclude each other, the halves on either side do not', () => {
    const zones = [leaf('1'), leaf('2'), leaf('3'), composite('half', '1', '2'), composite('whole', 'half', '3')];
    const result = resolveZones(zones);
    if (!result.ok) throw new Error('sound');
    expect(result.atoms.get('whole')).toEqual(['atom-1', 'atom-2', 'atom-3']);
    expect(result.atoms.get('half')).toEqual(['atom-1', 'atom-2']);
    expect(result.atoms.get('3')).toEqual(['atom-3']);
  });

  it.each([
    ['nothing', composite('x'), 'EMPTY'],
    ['a zone of another listing', composite('x', 'elsewhere'), 'FOREIGN'],
    ['itself', composite('x', 'x'), 'CYCLE'],
    ['the same zone twice', composite('x', '1', '1'), 'REPEATED'],
    ['what is there already', composite('x', '1', '2'), 'NOTHING_NEW'],
  ])('refuses a zone made of %s', (_, zone, code) => {
    const problems = compositeProblems([leaf('1'), leaf('2'), composite('half', '1', '2')], zone.id, zone.partIds);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });

  it('refuses a longer circle and names it', () => {
    const result = resolveZones([composite('a', 'b'), composite('b', 'c'), composite('c', 'a', 'l'), leaf('l')]);
    expect(result).toEqual({ ok: false, problems: [{ code: 'CYCLE', zoneId: 'a', path: ['a', 'b', 'c', 'a'] }] });
  });

  it('gives every zone of a sound graph the union of the atoms of its parts, and none beyond the leaves', () => {
    fc.assert(
      fc.property(graphs, (zones) => {
        const result = resolveZones(zones);
        if (!result.ok) return false;
        const all = new Set(zones.flatMap((zone) => zone.atomId ?? []));
        return zones.every((zone) => {
          const atoms = result.atoms.get(zone.id) ?? [];
          const parts = zone.partIds.flatMap((id) => result.atoms.get(id) ?? []);
          const expected = zone.atomId === null ? [...new Set(parts)].sort() : [zone.atomId];
          return atoms.length > 0 && atoms.every((atom) => all.has(atom)) && atoms.join() === expected.join();
        });
      }),
      runs,
    );
  });

  it('finds every circle that a back edge makes', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (zones, pick) => {
        const composites = zones.filter((zone) => zone.atomId === null);
        if (composites.length === 0) return true;
        const from = composites[pick % composites.length] as GraphZone;
        const [first] = from.partIds;
        const broken = zones.map((zone) =>
          zone.id === first ? { ...zone, atomId: null, partIds: [...zone.partIds, from.id] } : zone,
        );
        const result = resolveZones(broken);
        return !result.ok && result.problems.some((problem) => problem.code === 'CYCLE');
      }),
      runs,
    );
  });
});
