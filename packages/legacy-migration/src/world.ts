import type { Catalogue } from './catalogue.js';

export interface RoleTemplate {
  readonly key: string;
  readonly name: string;
  readonly scope: string;
  readonly permissions: readonly string[];
}

export interface Plan {
  readonly id: string;
  readonly key: string;
  readonly planVersion: number;
}

/** What the loads decide by, besides the row at hand. */
export interface World {
  readonly catalogue: Catalogue;
  /** The instant the run began at first, however often it was resumed: what is past and what is to come depends on it. */
  readonly asOf: number;
  /** Of the tenant scope and below, as PLATFORM has them. */
  readonly templates: readonly RoleTemplate[];
  /** Newest version of each plan of the product, by key. */
  readonly plans: ReadonlyMap<string, Plan>;
  readonly rejections: Rejections;
}

/** Legacy ids that were refused, so that what hangs on them is refused with that reason. As large as the dirt, not as the data. */
export class Rejections {
  private readonly ids = new Map<string, Set<string>>();

  add(load: string, legacyId: string): void {
    const known = this.ids.get(load);
    if (known) known.add(legacyId);
    else this.ids.set(load, new Set([legacyId]));
  }

  has(load: string, legacyId: string): boolean {
    return this.ids.get(load)?.has(legacyId) ?? false;
  }
}
