export interface SigningKeyFacts {
  readonly id: string;
  readonly status: 'upcoming' | 'active' | 'retired';
  readonly publishedAt: Date;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
  /** An administrator wants another key before this one is due. */
  readonly rotationRequested: boolean;
}

export interface RotationPolicy {
  /** How long a key signs. */
  readonly everyMs: number;
  /** How long a key is published before it signs: until every copy of the keys that lacks it is too old to be used. */
  readonly leadMs: number;
  /** How long a key is published after it signed: until the last token it signed has expired everywhere. */
  readonly keepMs: number;
}

export type RotationStep =
  | { readonly kind: 'publish' }
  | { readonly kind: 'activate'; readonly upcoming: string; readonly active: string }
  | { readonly kind: 'remove'; readonly id: string };

const reached = (at: Date, afterMs: number, now: Date): boolean => now.getTime() >= at.getTime() + afterMs;

/** What is to be done with the keys now. Publish first, sign later, remove last: no verifier ever meets an unknown key. */
export function rotationSteps(
  keys: readonly SigningKeyFacts[],
  { everyMs, leadMs, keepMs }: RotationPolicy,
  now: Date,
): RotationStep[] {
  const steps: RotationStep[] = keys
    .filter(({ status, retiredAt }) => status === 'retired' && retiredAt && reached(retiredAt, keepMs, now))
    .map(({ id }) => ({ kind: 'remove', id }));
  const active = keys.find(({ status }) => status === 'active');
  const upcoming = keys.find(({ status }) => status === 'upcoming');
  if (!active) return steps;
  const since = active.activatedAt ?? active.publishedAt;
  const due = active.rotationRequested || reached(since, everyMs, now);
  if (!upcoming) {
    if (active.rotationRequested || reached(since, everyMs - leadMs, now)) steps.push({ kind: 'publish' });
  } else if (due && reached(upcoming.publishedAt, leadMs, now)) {
    steps.push({ kind: 'activate', upcoming: upcoming.id, active: active.id });
  }
  return steps;
}
