import type { SettingLayer } from '@platform/contracts';
import type { Setting } from './definitions.js';

/** A value that some layer has for a setting. Given from the weakest to the strongest. */
export interface Said {
  readonly layer: SettingLayer;
  /** The organization or the user. */
  readonly of: string | null;
  readonly value: unknown;
}

export interface Decided extends Said {
  readonly layers: readonly (Said & { fits: boolean; wins: boolean })[];
}

/** The last one that says something wins. What no longer fits its schema is passed over, as if nobody had said it. */
export function decide(setting: Setting, said: readonly Said[]): Decided {
  const all: Said[] = [{ layer: 'default', of: null, value: setting.default }, ...said];
  const judged = all.map((one) => ({ ...one, fits: setting.problems(one.value).length === 0 }));
  const winner = judged.findLastIndex(({ fits }) => fits);
  const { layer, of, value } = judged[winner] ?? (all[0] as Said);
  return { layer, of, value, layers: judged.map((one, at) => ({ ...one, wins: at === winner })) };
}
