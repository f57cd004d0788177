import { CONFIG_LAYERS, type ConfigLayer } from '@platform/contracts';

/** What one layer says, and the row that holds it; the default and the environment have none. */
export interface Said<Row> {
  readonly layer: ConfigLayer;
  readonly value: unknown;
  readonly row?: Row;
}

/** From the weakest to the strongest; the last one wins. */
export function decide<Row>(said: readonly Said<Row>[]): (Said<Row> & { wins: boolean })[] {
  const sorted = [...said].sort((a, b) => CONFIG_LAYERS.indexOf(a.layer) - CONFIG_LAYERS.indexOf(b.layer));
  return sorted.map((one, at) => ({ ...one, wins: at === sorted.length - 1 }));
}
