import type { Tx } from '@kit/service';
import { type SessionEndReason, sessionEnded, userSessionsState } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { END_SESSIONS_OF_USER, LATELY_ENDED, LOCK_SESSIONS_VERSIONS, NEXT_SESSIONS_VERSION } from './sessions.sql.js';

/** No verifier takes an access token that is older than a quarter of an hour; a minute for clocks that disagree. */
const TOKENS_LIVE_MS = 16 * 60_000;

export interface EndedSession extends QueryResultRow {
  id: string;
  user_id: string;
  version: number;
}

/** Ends every session of a user, but for one where named. */
export async function endSessionsOf(
  tx: Tx,
  userId: string,
  reason: SessionEndReason,
  butFor: string | null = null,
): Promise<void> {
  const ended = await tx.query<EndedSession>(END_SESSIONS_OF_USER, [
    tx.tenantId,
    userId,
    tx.now,
    reason,
    tx.actorId,
    butFor,
  ]);
  await sessionsEnded(tx, ended, reason);
}

/**
 * What follows from the end of sessions, in the transaction that ended them: the facts, the audit records, and the state
 * by which products refuse the access tokens that are still out.
 */
export async function sessionsEnded(tx: Tx, ended: readonly EndedSession[], reason: SessionEndReason): Promise<void> {
  const action = reason === 'logout' ? 'platform.session.logout' : 'platform.session.end';
  for (const { id, user_id: userId, version } of ended) {
    tx.emit(sessionEnded, { id, version, data: { userId, reason } });
    tx.audit({ action, entity: { type: 'session', id }, reason });
  }
  for (const userId of new Set(ended.map((session) => session.user_id))) await publishEnded(tx, userId);
}

/** The row is locked first and read after: of two that end sessions at once, the later one knows of both. */
async function publishEnded(tx: Tx, userId: string): Promise<void> {
  const { version } = await tx.one<{ version: number }>(NEXT_SESSIONS_VERSION, [
    tx.tenantId,
    userId,
    tx.now,
    tx.actorId,
  ]);
  await publishLatelyEnded(tx, userId, version);
}

async function publishLatelyEnded(tx: Tx, userId: string, version: number): Promise<void> {
  const since = new Date(tx.now.getTime() - TOKENS_LIVE_MS);
  const rows = await tx.query<{ id: string }>(LATELY_ENDED, [tx.tenantId, userId, since]);
  const data = { id: userId, tenantId: tx.tenantId, version, endedSessionIds: rows.map(({ id }) => id) };
  tx.state(userSessionsState, { id: userId, version, data });
}

/** Says again which sessions of these users ended lately. Answers of how many users any ever did. */
export async function publishEndedSessions(tx: Tx, userIds: string[]): Promise<number> {
  const rows = await tx.query<{ id: string; version: number }>(LOCK_SESSIONS_VERSIONS, [tx.tenantId, userIds]);
  for (const { id, version } of rows) await publishLatelyEnded(tx, id, version);
  return rows.length;
}
