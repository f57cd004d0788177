import { CONFIG_LAYERS, type ConfigLayer } from '@platform/contracts';
import type { ConfigRow } from '../configs.sql.js';

/** What one layer says. */
export interface Said {
  readonly layer: ConfigLayer;
  readonly value: unknown;
  /** Where it is stored; the default and the environment are not. */
  readonly row?: ConfigRow;
}

/** From the weakest to the strongest; the last one wins. */
export function decide(said: readonly Said[]): (Said & { wins: boolean })[] {
  const sorted = [...said].sort((a, b) => CONFIG_LAYERS.indexOf(a.layer) - CONFIG_LAYERS.indexOf(b.layer));
  return sorted.map((one, at) => ({ ...one, wins: at === sorted.length - 1 }));
}
