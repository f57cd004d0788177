import { APPLICANT_ONLY } from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';

export interface Parties {
  readonly orgId: string;
  readonly userId: string;
  readonly onBehalfOfOrgId: string | null;
}

/**
 * On which side of an application the caller is: who applied, or those of the organization it is for; or the owner of the
 * place. Somebody whose permission holds everywhere is the owner's, whomever the application is for.
 *
 * @throws Refusal NOT_FOUND when on none
 */
export function sideOf({ reach, actorId }: Tx, { orgId, userId, onBehalfOfOrgId }: Parties): 'applicant' | 'owner' {
  if (userId === actorId) return 'applicant';
  if (reach.covers(orgId)) return 'owner';
  if (onBehalfOfOrgId !== null && reach.covers(onBehalfOfOrgId)) return 'applicant';
  throw new Refusal(NOT_FOUND);
}

/** @throws Refusal NOT_FOUND, APPLICANT_ONLY */
export function requireApplicant(tx: Tx, parties: Parties): void {
  if (sideOf(tx, parties) !== 'applicant') throw new Refusal(APPLICANT_ONLY);
}
