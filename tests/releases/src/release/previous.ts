import { availability, checkoutOf } from './checkout.js';
import { lastRelease } from './releases.js';

/** Long enough for a cold build on a machine that does other things as well. */
export const BUILD_TIMEOUT_MS = 240_000;

/**
 * The last release, to run: its commit comes from git. A shallow clone does not have it, which is no fault of the code:
 * `skipped` says so, and the specs count as skipped. Whatever else keeps it from being there is a failure.
 */
export function previousRelease(): { version: string; skipped: boolean; build(): Promise<string> } {
  const { version, commit } = lastRelease();
  const found = availability(commit);
  if (found === 'unknown commit')
    throw new Error(
      `releases/${version}/release.json names commit ${commit}, which this clone does not have: git fetch.`,
    );
  const skipped = found === 'shallow clone';
  if (skipped)
    console.warn(`SKIPPED: this clone is shallow and does not have ${version} (${commit}). git fetch --unshallow`);
  return { version, skipped, build: () => checkoutOf(commit) };
}
