/** Per cent of a limit at which somebody is told. */
export const THRESHOLDS: readonly number[] = [50, 80, 100];

/** Thresholds above the highest that was told, up to the highest that is reached. */
export const thresholdsBetween = (told: number, reached: number): number[] =>
  THRESHOLDS.filter((threshold) => threshold > told && threshold <= reached);
