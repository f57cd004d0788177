import type { ApprovalStage } from '@digilist/contracts';

/** A case and what was decided of it before, as far as it matters who goes on. */
export interface Case {
  readonly level: 'manager' | 'administrator';
  /** Null: whoever may decide. */
  readonly stage: ApprovalStage | null;
  readonly escalated: boolean;
  readonly applicantId: string;
  readonly firstApprovedBy: string | null;
  /** Who rejected what is appealed against; null: no appeal. */
  readonly rejectedBy: string | null;
  /** Who decided the other stages. */
  readonly decidedBefore: readonly string[];
  readonly distinctDeciders: boolean;
}

/** Somebody who holds the permission to decide where the case belongs. */
export interface Decider {
  readonly userId: string;
  /** Holds it in the whole tenant. */
  readonly everywhere: boolean;
  /** Holds the role that the stage names. */
  readonly holdsRole: boolean;
  /** Member of the organization that the case is for. */
  readonly member: boolean;
}

export type Bar = 'APPLICANT' | 'ADMINISTRATOR' | 'OTHERS' | 'ANOTHER';

/** Why somebody must not approve; null: they may. Who approved first may still reject: one of two is enough for a no. */
export function barTo(decision: 'approve' | 'reject', one: Case, decider: Decider): Bar | null {
  const { userId } = decider;
  if (userId === one.applicantId || decider.member) return 'APPLICANT';
  if (one.level === 'administrator' && !decider.everywhere) return 'ADMINISTRATOR';
  if (!isNamed(one, decider)) return 'OTHERS';
  if (decision === 'approve' && one.firstApprovedBy === userId) return 'ANOTHER';
  if (one.rejectedBy === userId) return 'ANOTHER';
  return one.distinctDeciders && one.decidedBefore.includes(userId) ? 'ANOTHER' : null;
}

/** After an escalation those decide, too, to whom it was given: people by name, else the administrators. */
function isNamed({ stage, escalated }: Case, { userId, everywhere, holdsRole }: Decider): boolean {
  if (stage?.deciders == null) return true;
  if (escalated && (stage.escalateTo.includes(userId) || everywhere)) return true;
  return stage.deciders.userIds?.includes(userId) === true || (stage.deciders.role !== undefined && holdsRole);
}
