import { FORBIDDEN, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { SessionOfUser, SessionsOfUser } from '@platform/contracts';
import { type EndedSession, endSessionsOf, sessionsEnded } from './end-sessions.js';
import { END_OWN_SESSION, END_SESSION_OF_USER, USER_EXISTS } from './sessions.sql.js';

/** Ending sessions before their time. */
@Injectable()
export class SessionsService {
  constructor(private readonly work: UnitOfWork) {}

  /** Signing out twice is signing out. */
  async logout(ctx: RequestContext): Promise<void> {
    const { userId, sessionId } = userOf(ctx);
    await this.work.run(ctx, async (tx) => {
      const ended = await tx.query<EndedSession>(END_OWN_SESSION, [tx.tenantId, sessionId, tx.now, 'logout', userId]);
      await sessionsEnded(tx, ended, 'logout');
    });
  }

  async end(ctx: RequestContext, id: string): Promise<void> {
    const { userId } = userOf(ctx);
    await this.work.run(ctx, async (tx) => {
      const ended = await tx.query<EndedSession>(END_OWN_SESSION, [tx.tenantId, id, tx.now, 'revoked', userId]);
      if (ended.length === 0) throw new Refusal(NOT_FOUND);
      await sessionsEnded(tx, ended, 'revoked');
    });
  }

  async endOthers(ctx: RequestContext): Promise<void> {
    const { userId, sessionId } = userOf(ctx);
    await this.work.run(ctx, (tx) => endSessionsOf(tx, userId, 'revoked', sessionId));
  }

  async endAllOf(ctx: RequestContext, { id }: SessionsOfUser): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      await tx.one(USER_EXISTS, [tx.tenantId, id]);
      await endSessionsOf(tx, id, 'revoked');
    });
  }

  async endOneOf(ctx: RequestContext, { id, sessionId }: SessionOfUser): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const values = [tx.tenantId, sessionId, tx.now, 'revoked', tx.actorId, id];
      const ended = await tx.query<EndedSession>(END_SESSION_OF_USER, values);
      if (ended.length === 0) throw new Refusal(NOT_FOUND);
      await sessionsEnded(tx, ended, 'revoked');
    });
  }
}

/** Whoever leads one organization does not sign out the people of the tenant. @throws Refusal FORBIDDEN */
export function requireTenantReach(tx: Tx): void {
  if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
}
