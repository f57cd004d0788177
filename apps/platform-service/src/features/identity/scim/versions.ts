import { Refusal, STALE_VERSION } from '@kit/contracts';
import { versionOf } from '@kit/service';

/** Nobody has to name the version they read, but who does means it. @throws Refusal STALE_VERSION */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (versionOf(ifMatch) !== version) throw new Refusal(STALE_VERSION);
}
