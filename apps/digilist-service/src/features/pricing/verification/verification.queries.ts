import type {
  ListOrganizationVerifications,
  ListVerifications,
  OrganizationVerification,
  OrganizationVerificationPage,
  VerificationId,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { GET_VERIFICATION, LIST_VERIFICATIONS, type VerificationRow } from './verification.sql.js';

@Injectable()
export class VerificationQueries {
  constructor(private readonly work: UnitOfWork) {}

  get(ctx: RequestContext, { id }: VerificationId): Promise<OrganizationVerification> {
    return this.work.run(ctx, async (tx) => {
      const row = await tx.one<VerificationRow>(GET_VERIFICATION, [tx.tenantId, id]);
      if (!tx.reach.covers(row.orgId)) throw new Refusal(NOT_FOUND);
      return row;
    });
  }

  ofOrganization(ctx: RequestContext, query: ListOrganizationVerifications): Promise<OrganizationVerificationPage> {
    return this.page(ctx, { ...query, orgId: query.id });
  }

  /** What is out of reach is not there: a list of it is empty, whether or not there is such an organization. */
  page(ctx: RequestContext, query: ListVerifications): Promise<OrganizationVerificationPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const { tenant, orgIds } = tx.reach;
      const { status = null, orgId = null } = query;
      const values = [tx.tenantId, status, tenant, orgIds, orgId, keys?.[0] ?? null, fetch];
      const rows = await tx.query<VerificationRow>(LIST_VERIFICATIONS, values);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }
}
