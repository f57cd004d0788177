import { NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ListUserSessions,
  type ListUsers,
  type Me,
  normalizeEmail,
  type SessionPage,
  type User,
  type UserPage,
} from '@platform/contracts';
import { type MeRow, type SessionRow, toMe, toSession, toUser, type UserRow } from './identity.mapper.js';
import { requireTenantReach } from './sessions.service.js';
import { LIST_SESSIONS, READ_ME, USER_EXISTS } from './sessions.sql.js';
import { GET_USER, LIST_USERS, LIST_USERS_BY_EMAIL } from './users.sql.js';

/** Reads of identity, straight to what the contracts promise. */
@Injectable()
export class IdentityQueries {
  constructor(private readonly work: UnitOfWork) {}

  me(ctx: RequestContext): Promise<Me> {
    const { userId, sessionId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const row = await tx.one<MeRow>(READ_ME, [tx.tenantId, userId, tx.now]);
      return toMe(row, tx.tenantId, sessionId);
    });
  }

  sessions(ctx: RequestContext, page: PageQuery): Promise<SessionPage> {
    return this.work.run(ctx, (tx) => this.sessionPage(tx, ctx, userOf(ctx).userId, page));
  }

  sessionsOf(ctx: RequestContext, { id, ...page }: ListUserSessions): Promise<SessionPage> {
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      await tx.one(USER_EXISTS, [tx.tenantId, id]);
      return this.sessionPage(tx, ctx, id, page);
    });
  }

  private async sessionPage(tx: Tx, ctx: RequestContext, userId: string, page: PageQuery): Promise<SessionPage> {
    const { sessionId } = userOf(ctx);
    const { keys, fetch } = pageStart(page, ['uuid']);
    const rows = await tx.query<SessionRow>(LIST_SESSIONS, [tx.tenantId, userId, tx.now, keys?.[0] ?? null, fetch]);
    return pageOfRows(
      page,
      rows,
      (row) => [row.id],
      (row) => toSession(row, sessionId),
    );
  }

  user(ctx: RequestContext, id: string): Promise<User> {
    return this.work.run(ctx, async (tx) => {
      const [row] = await tx.query<UserRow>(GET_USER, [tx.tenantId, ...reached(tx), id]);
      if (!row) throw new Refusal(NOT_FOUND);
      return toUser(row);
    });
  }

  users(ctx: RequestContext, request: ListUsers): Promise<UserPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, ...reached(tx), request.status ?? null, keys?.[0] ?? null, fetch];
      const rows =
        request.email === undefined
          ? await tx.query<UserRow>(LIST_USERS, values)
          : await tx.query<UserRow>(LIST_USERS_BY_EMAIL, [...values, normalizeEmail(request.email)]);
      return pageOfRows(request, rows, (row) => [row.id], toUser);
    });
  }
}

/** Whom the caller may see, as the statements take it: everybody, members of organizations, oneself. */
const reached = ({ reach, actorId }: Tx): [boolean, string[], string | null] => [
  reach.tenant,
  reach.orgIds,
  reach.own ? actorId : null,
];
