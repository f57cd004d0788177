import type { FlagDefinition } from '@platform/contracts';
import { STEPS } from './bucket.js';

const DAY_MS = 86_400_000;
const QUIET_DAYS = 30;

export interface FlagLife {
  readonly definition: FlagDefinition;
  readonly expectedEnd: string | null;
  readonly changedAt: Date;
  readonly createdAt: Date;
  readonly lastEvaluatedAt: Date | null;
}

/** Why a flag looks like one to remove: past its day, decided the same for everybody for a month, or not asked for a month. */
export function staleReasons(
  { definition, expectedEnd, changedAt, createdAt, lastEvaluatedAt }: FlagLife,
  now: Date,
): string[] {
  const quietSince = new Date(now.getTime() - QUIET_DAYS * DAY_MS);
  const reasons: string[] = [];
  if (expectedEnd !== null && now.toISOString().slice(0, 10) > expectedEnd) reasons.push('past_expected_end');
  if (changedAt < quietSince && sameForAll(definition)) reasons.push('same_for_all');
  if ((lastEvaluatedAt ?? createdAt) < quietSince) reasons.push('not_evaluated');
  return reasons;
}

function sameForAll({
  enabled,
  rules = [],
  targets = [],
  prerequisites = [],
  defaultVariant,
}: FlagDefinition): boolean {
  if (!enabled) return true;
  if (targets.length > 0 || prerequisites.length > 0) return false;
  return rules.every(
    ({ when = [], segments = [], variant, split = [] }) =>
      variant === defaultVariant ||
      split.every((share) => share.variant === defaultVariant || share.share === 0) ||
      (when.length === 0 && segments.length === 0 && split.some(({ share }) => share === STEPS)),
  );
}
