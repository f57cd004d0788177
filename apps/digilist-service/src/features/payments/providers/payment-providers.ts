import { PAYMENT_PROVIDER_MISSING, PAYMENT_PROVIDER_UNAVAILABLE, type PaymentProviderKey } from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { jobOrigin, newWebhookSecret, Secret, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Integrations, type ReadableIntegration } from '../../../platform/index.js';
import { DevelopmentProvider } from './development/development.js';
import { DevelopmentPayments } from './development/development-payments.js';
import type { PaymentProvider } from './payment-provider.js';
import {
  type AccountRow,
  CHOOSE_ACCOUNT,
  FIND_ACCOUNT,
  INSERT_DEVELOPMENT_ACCOUNT,
  USE_ACCOUNT,
  type UsedAccount,
} from './payment-providers.sql.js';
import { PAYMENT_SETTINGS, type PaymentSettings } from './payment-settings.js';
import { tellConnected } from './provider-facts.js';
import { StripeProvider } from './stripe/stripe.js';
import { VippsProvider } from './vipps/vipps.js';

/** Kind of an integration to the provider it is an account of. */
export const PROVIDER_OF_KIND: Readonly<Record<string, PaymentProviderKey>> = {
  'digilist.vipps': 'vipps',
  'digilist.stripe': 'stripe',
};

export interface ChosenProvider {
  /** The tenant's account, by which `of` finds it again. */
  readonly id: string;
  readonly provider: PaymentProviderKey;
  readonly currency: string;
}

const KEPT = 1_000;

/** The tenant's accounts at payment providers, ready to be used. */
@Injectable()
export class PaymentProviders {
  /** An adapter keeps its access token for as long as the settings it was made from. */
  private readonly adapters = new Map<string, { version: number; provider: PaymentProvider }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly integrations: Integrations,
    private readonly development: DevelopmentPayments,
    @Inject(PAYMENT_SETTINGS) private readonly settings: PaymentSettings,
  ) {}

  /**
   * Where a new payment is made: at the provider that is named, or at the one that the tenant prefers.
   * @throws Refusal PAYMENT_PROVIDER_MISSING
   */
  async choose(tx: Tx, provider?: string): Promise<ChosenProvider> {
    const values = [tx.tenantId, provider ?? null, this.settings.development];
    const [chosen] = await tx.query<ChosenProvider & Record<string, unknown>>(CHOOSE_ACCOUNT, values);
    if (chosen) return chosen;
    if (this.settings.development && (provider ?? 'development') === 'development') {
      await this.connectDevelopment(tx);
      const [now] = await tx.query<ChosenProvider & Record<string, unknown>>(CHOOSE_ACCOUNT, values);
      if (now) return now;
    }
    throw new Refusal(PAYMENT_PROVIDER_MISSING, { details: { provider: provider ?? null } });
  }

  /**
   * The provider behind an account, also behind one that takes no new payments. Never inside a transaction: PLATFORM may
   * be asked for the settings.
   *
   * @throws Refusal PAYMENT_PROVIDER_UNAVAILABLE; SERVICE_UNAVAILABLE, DEADLINE_EXCEEDED while PLATFORM is away.
   *   Nothing was asked of the provider then.
   */
  async of(tenantId: string, id: string): Promise<PaymentProvider> {
    const account = await this.work.runAs(jobOrigin(tenantId, 'use-payment-provider'), async (tx) => {
      const [row] = await tx.query<UsedAccount>(USE_ACCOUNT, [tenantId, id]);
      return row;
    });
    if (!account) throw new Refusal(NOT_FOUND);
    const { provider, integrationId, secret } = account;
    if (provider === 'development') {
      if (!this.settings.development || secret === null) throw new Refusal(PAYMENT_PROVIDER_UNAVAILABLE);
      return new DevelopmentProvider(this.development, { tenantId, id, secret });
    }
    const integration = await this.integrations.read(tenantId, integrationId);
    if (!integration || PROVIDER_OF_KIND[integration.kind] !== provider)
      throw new Refusal(PAYMENT_PROVIDER_UNAVAILABLE, { details: { integrationId } });
    return this.adapterOf(integration);
  }

  /** Whose webhook it is; null: nobody's. */
  async accountOf(provider: string, integrationId: string): Promise<{ tenantId: string; id: string } | null> {
    const [found] = await this.work.lookup((queryable) =>
      queryable.query<{ tenantId: string; id: string }>(FIND_ACCOUNT, [provider, integrationId]),
    );
    return found ?? null;
  }

  private async connectDevelopment(tx: Tx): Promise<void> {
    const values = [tx.tenantId, uuidv7(), newWebhookSecret(), tx.now, tx.actorId];
    const [row] = await tx.query<AccountRow>(INSERT_DEVELOPMENT_ACCOUNT, values);
    if (row) tellConnected(tx, row);
  }

  private adapterOf(integration: ReadableIntegration): PaymentProvider {
    const { id, version } = integration;
    const known = this.adapters.get(id);
    if (known?.version === version) return known.provider;
    if (this.adapters.size >= KEPT) this.adapters.clear();
    const provider = this.adapterFor(integration);
    this.adapters.set(id, { version, provider });
    return provider;
  }

  /** PLATFORM has checked the settings against the schema in our manifest. */
  private adapterFor({ kind, config }: ReadableIntegration): PaymentProvider {
    const text = (name: string) => String(config[name] ?? '');
    const secret = (name: string) => new Secret(text(name));
    const webhookSecret = config.webhookSecret ? secret('webhookSecret') : null;
    if (PROVIDER_OF_KIND[kind] === 'stripe')
      return new StripeProvider(this.settings.stripeUrl, { secretKey: secret('secretKey'), webhookSecret });
    const { vippsUrl, vippsTestUrl } = this.settings;
    return new VippsProvider(config.environment === 'production' ? vippsUrl : vippsTestUrl, {
      merchantSerialNumber: text('merchantSerialNumber'),
      clientId: text('clientId'),
      clientSecret: secret('clientSecret'),
      subscriptionKey: secret('subscriptionKey'),
      webhookSecret,
    });
  }
}
