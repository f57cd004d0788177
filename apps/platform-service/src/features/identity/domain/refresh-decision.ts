/** How long the token before the current one still answers with the same successor: parallel tabs, lost answers. */
export const REPLAY_WINDOW_MS = 10_000;

export interface RefreshableSession {
  readonly status: 'active' | 'ended';
  readonly currentHash: Buffer;
  readonly previousHash: Buffer | null;
  readonly rotatedAt: Date | null;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
}

export type RefreshDecision =
  /** The token before the current one, in time: the same successor again. */
  | 'replay'
  /** A token that was spent longer ago: somebody else has it too. The session must end. */
  | 'reuse'
  /** The session is over, or there is nothing to refresh it for. */
  | 'ended';

/** What a refresh token means that did not win the rotation. */
export function decideRefresh(session: RefreshableSession, presentedHash: Buffer, now: Date): RefreshDecision {
  if (session.status === 'ended') return 'ended';
  if (session.idleExpiresAt <= now || session.absoluteExpiresAt <= now) return 'ended';
  // It is current, yet did not rotate: the tenant is not active.
  if (session.currentHash.equals(presentedHash)) return 'ended';
  const { previousHash, rotatedAt } = session;
  const isPrevious = previousHash?.equals(presentedHash) ?? false;
  if (isPrevious && rotatedAt !== null && now.getTime() - rotatedAt.getTime() <= REPLAY_WINDOW_MS) return 'replay';
  return 'reuse';
}
