import {
  type CreatePaymentProvider,
  PAYMENT_INTEGRATION_UNKNOWN,
  PAYMENT_PROVIDER_EXISTS,
  type PaymentProviderAccount,
  type PaymentProviderId,
  type PaymentProviderPage,
  type UpdatePaymentProvider,
} from '@digilist/contracts';
import { type PageQuery, Refusal, STALE_VERSION } from '@kit/contracts';
import {
  expectedVersion,
  pageOfRows,
  pageStart,
  type RequestContext,
  requireOrg,
  type Tx,
  UnitOfWork,
  userOf,
} from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { Integrations } from '../../../platform/index.js';
import { PROVIDER_OF_KIND } from './payment-providers.js';
import {
  type AccountRow,
  GET_ACCOUNT,
  INSERT_ACCOUNT,
  LIST_ACCOUNTS,
  LOCK_ACCOUNT,
  UPDATE_ACCOUNT,
} from './payment-providers.sql.js';
import { PAYMENT_SETTINGS, type PaymentSettings, webhookUrlOf } from './payment-settings.js';
import { tellChanged, tellConnected } from './provider-facts.js';

/** By whom a tenant is paid. That concerns all of it, so it takes the permission in all of it. */
@Injectable()
export class PaymentProvidersService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly integrations: Integrations,
    @Inject(PAYMENT_SETTINGS) private readonly settings: PaymentSettings,
  ) {}

  list(ctx: RequestContext, query: PageQuery): Promise<PaymentProviderPage> {
    const { keys, fetch } = pageStart(query, ['integer', 'uuid']);
    return this.inTenant(ctx, async (tx) => {
      const values = [tx.tenantId, keys?.[0] ?? null, keys?.[1] ?? null, fetch];
      const rows = await tx.query<AccountRow>(LIST_ACCOUNTS, values);
      return pageOfRows(
        query,
        rows,
        ({ position, id }) => [position, id],
        (row) => this.shown(row),
      );
    });
  }

  get(ctx: RequestContext, { id }: PaymentProviderId): Promise<PaymentProviderAccount> {
    return this.inTenant(ctx, async (tx) => this.shown(await tx.one<AccountRow>(GET_ACCOUNT, [tx.tenantId, id])));
  }

  /** PLATFORM is asked once the caller is known to be allowed to, and outside of any transaction. */
  async create(ctx: RequestContext, request: CreatePaymentProvider): Promise<PaymentProviderAccount> {
    const { integrationId, currency = 'NOK', position = 0 } = request;
    await this.inTenant(ctx, async () => undefined);
    const integration = await this.integrations.readNow(userOf(ctx).tenantId, integrationId);
    const provider = integration?.status === 'active' ? PROVIDER_OF_KIND[integration.kind] : undefined;
    if (!provider) throw new Refusal(PAYMENT_INTEGRATION_UNKNOWN, { details: { integrationId } });
    return this.inTenant(ctx, async (tx) => {
      const values = [tx.tenantId, provider, integrationId, currency, position, tx.now, tx.actorId];
      const [row] = await tx.query<AccountRow>(INSERT_ACCOUNT, values);
      if (!row) throw new Refusal(PAYMENT_PROVIDER_EXISTS);
      tellConnected(tx, row);
      return this.shown(row);
    });
  }

  update(ctx: RequestContext, request: UpdatePaymentProvider): Promise<PaymentProviderAccount> {
    return this.inTenant(ctx, async (tx) => {
      const before = await tx.one<AccountRow>(LOCK_ACCOUNT, [tx.tenantId, request.id]);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { status = before.status, position = before.position } = request;
      const values = [tx.tenantId, before.id, status, position, tx.now, tx.actorId];
      const row = await tx.one<AccountRow>(UPDATE_ACCOUNT, values);
      tellChanged(tx, row);
      return this.shown(row);
    });
  }

  private inTenant<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, (tx) => {
      requireOrg(tx.reach, null);
      return work(tx);
    });
  }

  private shown(row: AccountRow): PaymentProviderAccount {
    return { ...row, webhookUrl: webhookUrlOf(this.settings, row.provider, row.integrationId) };
  }
}
