import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type SessionEndReason, sessionEnded } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { END_OWN_SESSION, END_SESSIONS_OF_USER } from './sessions.sql.js';

interface EndedSession extends QueryResultRow {
  id: string;
  user_id: string;
  version: number;
}

/** Ending sessions before their time. */
@Injectable()
export class SessionsService {
  constructor(private readonly work: UnitOfWork) {}

  /** Signing out twice is signing out. */
  async logout(ctx: RequestContext): Promise<void> {
    const { userId, sessionId } = userOf(ctx);
    await this.work.run(ctx, async (tx) => {
      const [ended] = await tx.query<EndedSession>(END_OWN_SESSION, [tx.tenantId, sessionId, tx.now, 'logout', userId]);
      if (ended) sessionEndedBy(tx, ended, 'logout');
    });
  }

  async end(ctx: RequestContext, id: string): Promise<void> {
    const { userId } = userOf(ctx);
    await this.work.run(ctx, async (tx) => {
      const [ended] = await tx.query<EndedSession>(END_OWN_SESSION, [tx.tenantId, id, tx.now, 'revoked', userId]);
      if (!ended) throw new Refusal(NOT_FOUND);
      sessionEndedBy(tx, ended, 'revoked');
    });
  }

  async endOthers(ctx: RequestContext): Promise<void> {
    const { userId, sessionId } = userOf(ctx);
    await this.work.run(ctx, (tx) => endSessionsOf(tx, userId, 'revoked', sessionId));
  }
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
  for (const session of ended) sessionEndedBy(tx, session, reason);
}

/** What follows from the end of a session: the fact and the audit record. */
export function sessionEndedBy(tx: Tx, { id, user_id: userId, version }: EndedSession, reason: SessionEndReason): void {
  tx.emit(sessionEnded, { id, version, data: { userId, reason } });
  tx.audit({
    action: reason === 'logout' ? 'platform.session.logout' : 'platform.session.end',
    entity: { type: 'session', id },
    reason,
  });
}
