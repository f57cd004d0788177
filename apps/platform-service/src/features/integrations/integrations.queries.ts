import type { PageQuery } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { Integration, IntegrationKindPage, IntegrationPage, ListIntegrations } from '@platform/contracts';
import { type IntegrationRow, toIntegration } from './integrations.mapper.js';
import { GET_INTEGRATION, LIST_INTEGRATIONS } from './integrations.sql.js';
import { IntegrationKinds } from './kinds.js';
import { forTenant } from './whole-tenant.js';

@Injectable()
export class IntegrationsQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly kinds: IntegrationKinds,
  ) {}

  async kindsPage(ctx: RequestContext, request: PageQuery): Promise<IntegrationKindPage> {
    const { keys, fetch } = pageStart(request, ['text']);
    const after = String(keys?.[0] ?? '');
    const rows = (await this.kinds.all()).filter(({ key }) => key > after).slice(0, fetch);
    return this.work.run(ctx, async () =>
      pageOfRows(
        request,
        rows,
        ({ key }) => [key],
        ({ key, title, schema, testUrl }) => ({ key, title, schema, testable: testUrl !== undefined }),
      ),
    );
  }

  list(ctx: RequestContext, request: ListIntegrations): Promise<IntegrationPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return forTenant(this.work, ctx, async (tx) => {
      const values = [tx.tenantId, request.kind ?? null, keys?.[0] ?? null, fetch];
      const rows = await tx.query<IntegrationRow>(LIST_INTEGRATIONS, values);
      return pageOfRows(request, rows, ({ id }) => [id], toIntegration);
    });
  }

  get(ctx: RequestContext, id: string): Promise<Integration> {
    return forTenant(this.work, ctx, async (tx) =>
      toIntegration(await tx.one<IntegrationRow>(GET_INTEGRATION, [tx.tenantId, id])),
    );
  }
}
