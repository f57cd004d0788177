import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type InvitationPage, type ListInvitations, normalizeEmail } from '@platform/contracts';
import { toInvitation } from './invitations.mapper.js';
import { type InvitationRow, LIST_INVITATIONS } from './invitations.sql.js';

@Injectable()
export class InvitationsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, request: ListInvitations): Promise<InvitationPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<InvitationRow>(LIST_INVITATIONS, [
        tx.tenantId,
        tx.reach.tenant,
        tx.reach.orgIds,
        request.status ?? null,
        tx.now,
        request.orgId ?? null,
        request.email === undefined ? null : normalizeEmail(request.email),
        keys?.[0] ?? null,
        fetch,
      ]);
      return pageOfRows(
        request,
        rows,
        (row) => [row.id],
        (row) => toInvitation(row, tx.now),
      );
    });
  }
}
