import { describe } from '@jest/globals';
import { availability, checkoutOf } from './checkout.js';
import { lastRelease } from './releases.js';

/** Long enough for a cold build on a machine that does other things as well. */
export const BUILD_TIMEOUT_MS = 240_000;

export interface PreviousRelease {
  version: string;
  /** Gives the folder it was built in. */
  build(): Promise<string>;
}

/**
 * Specs that run the last release, whose commit comes from git. A shallow clone does not have it, which is no fault of the
 * code: then, and only then, they count as skipped. Whatever else keeps it from being there is a failure.
 */
export function describePrevious(what: string, specs: (previous: PreviousRelease) => void): void {
  const { version, commit } = lastRelease();
  const found = availability(commit);
  if (found === 'unknown commit')
    throw new Error(
      `releases/${version}/release.json names commit ${commit}, which this clone does not have: git fetch.`,
    );
  const skipped = found === 'shallow clone';
  if (skipped)
    console.warn(`SKIPPED: this clone is shallow and does not have ${version} (${commit}). git fetch --unshallow`);
  (skipped ? describe.skip : describe)(what.replace('%s', version), () =>
    specs({ version, build: () => checkoutOf(commit) }),
  );
}
