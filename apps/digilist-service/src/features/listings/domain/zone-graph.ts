/** Zones of one listing as a directed graph over atoms: a leaf is an atom, a composite the union of its parts. */
export interface GraphZone {
  readonly id: string;
  /** Its own atom, for a leaf. */
  readonly atomId: string | null;
  readonly partIds: readonly string[];
}

export type GraphProblem =
  | { readonly code: 'EMPTY'; readonly zoneId: string }
  | { readonly code: 'FOREIGN'; readonly zoneId: string; readonly partId: string }
  | { readonly code: 'CYCLE'; readonly zoneId: string; readonly path: readonly string[] }
  | { readonly code: 'REPEATED'; readonly zoneId: string; readonly partId: string }
  | { readonly code: 'NOTHING_NEW'; readonly zoneId: string };

export type GraphResult =
  | { readonly ok: true; readonly atoms: ReadonlyMap<string, readonly string[]> }
  | { readonly ok: false; readonly problems: readonly GraphProblem[] };

/** Atoms of every zone, sorted, or everything that is wrong with the graph. */
export function resolveZones(zones: readonly GraphZone[]): GraphResult {
  const byId = new Map(zones.map((zone) => [zone.id, zone]));
  const problems: GraphProblem[] = zones.flatMap((zone) => shapeProblems(zone, byId));
  const cycle = problems.length === 0 ? findCycle(zones, byId) : null;
  if (cycle) problems.push(cycle);
  if (problems.length > 0) return { ok: false, problems };

  const atoms = new Map<string, readonly string[]>();
  const atomsOf = (zone: GraphZone): readonly string[] => {
    const known = atoms.get(zone.id);
    if (known) return known;
    const own = zone.atomId === null ? [] : [zone.atomId];
    const parts = zone.partIds.flatMap((id) => atomsOf(byId.get(id) as GraphZone));
    const all = [...new Set([...own, ...parts])].sort();
    atoms.set(zone.id, all);
    return all;
  };
  for (const zone of zones) atomsOf(zone);
  return { ok: true, atoms };
}

/** What is wrong with adding a composite zone made of `partIds` to a sound graph. */
export function compositeProblems(
  zones: readonly GraphZone[],
  id: string,
  partIds: readonly string[],
): readonly GraphProblem[] {
  const result = resolveZones([...zones, { id, atomId: null, partIds }]);
  if (!result.ok) return result.problems;
  const mine = (result.atoms.get(id) as readonly string[]).join();
  const twin = zones.some((zone) => (result.atoms.get(zone.id) as readonly string[]).join() === mine);
  return twin ? [{ code: 'NOTHING_NEW', zoneId: id }] : [];
}

function shapeProblems(zone: GraphZone, byId: ReadonlyMap<string, GraphZone>): GraphProblem[] {
  if (zone.atomId === null && zone.partIds.length === 0) return [{ code: 'EMPTY', zoneId: zone.id }];
  const problems: GraphProblem[] = [];
  zone.partIds.forEach((partId, at) => {
    if (!byId.has(partId)) problems.push({ code: 'FOREIGN', zoneId: zone.id, partId });
    if (zone.partIds.indexOf(partId) !== at) problems.push({ code: 'REPEATED', zoneId: zone.id, partId });
  });
  return problems;
}

function findCycle(zones: readonly GraphZone[], byId: ReadonlyMap<string, GraphZone>): GraphProblem | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (zone: GraphZone): GraphProblem | null => {
    if (done.has(zone.id)) return null;
    const at = path.indexOf(zone.id);
    if (at >= 0) return { code: 'CYCLE', zoneId: zone.id, path: [...path.slice(at), zone.id] };
    path.push(zone.id);
    for (const partId of zone.partIds) {
      const found = visit(byId.get(partId) as GraphZone);
      if (found) return found;
    }
    path.pop();
    done.add(zone.id);
    return null;
  };
  for (const zone of zones) {
    const found = visit(zone);
    if (found) return found;
  }
  return null;
}
