import { receivePaymentWebhook } from '@digilist/contracts';
import { HTTP_STATUS } from '@kit/contracts';
import { jobOrigin, type RequestContext, type RunningService, type Tx, UnitOfWork } from '@kit/service';
import { eventually } from '@kit/testing';
import { Module } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { foundTown, settle, type Town } from '../../../platform/testing/platform-stand-in.js';
import { DigilistWorld } from '../../../testing/digilist-world.js';
import {
  PaymentEvents,
  PaymentProviders,
  PaymentWebhooks,
  PaymentWebhooksController,
  type ReceivedWebhook,
} from '../providers/index.js';
import { StripeServer } from './stripe-server.js';
import { VippsServer } from './vipps-server.js';
import { type Received, WebhookReceiver } from './webhook-receiver.js';

/** What arrives behind the webhooks. */
export class NotedEvents extends PaymentEvents {
  readonly noted: ReceivedWebhook[] = [];
  /** What happens instead of storing. */
  trouble: Error | null = null;

  override async received(_: RequestContext, received: ReceivedWebhook): Promise<void> {
    if (this.trouble) throw this.trouble;
    this.noted.push(received);
  }

  about(reference: string): ReceivedWebhook[] {
    return this.noted.filter(({ webhook }) => JSON.stringify(webhook.reference)?.includes(reference));
  }
}

const events = new NotedEvents();

@Module({
  controllers: [PaymentWebhooksController],
  providers: [PaymentWebhooks, { provide: PaymentEvents, useValue: events }],
})
class WebhooksModule {}

const ROLES = { treasurer: ['digilist.payment-provider.*'], resident: ['digilist.booking.*'] };

interface Integration {
  kind: string;
  config: Record<string, unknown>;
  status?: string;
  version?: number;
}

/** A town that can be paid: Vipps and Stripe on this machine, PLATFORM's integrations, and the way webhooks come in. */
export class ProviderWorld {
  readonly events = events;
  town!: Town;
  treasurer!: string;
  /** As PLATFORM keeps them. */
  readonly integrations = new Map<string, Integration & { tenantId: string }>();

  private constructor(
    readonly digilist: DigilistWorld,
    readonly service: RunningService,
    readonly receiver: WebhookReceiver,
    readonly vipps: VippsServer,
    readonly stripe: StripeServer,
  ) {}

  static async open(): Promise<ProviderWorld> {
    const [digilist, receiver, vipps, stripe] = await Promise.all([
      DigilistWorld.open(),
      WebhookReceiver.open(),
      new VippsServer().listen(),
      new StripeServer().listen(),
    ]);
    const urls = {
      publicUrl: receiver.url,
      vippsTestUrl: vipps.url,
      vippsUrl: 'http://127.0.0.1:9',
      stripeUrl: stripe.url,
    };
    const service = await digilist.start([WebhooksModule], { payments: urls });
    const world = new ProviderWorld(digilist, service, receiver, vipps, stripe);
    receiver.handle = (received) => world.forward(received);
    world.keepIntegrations();
    world.town = await world.newTown();
    world.treasurer = await world.person('treasurer', 'tenant');
    return world;
  }

  newTown(): Promise<Town> {
    return foundTown(this.digilist.platform, { roles: ROLES, modules: ['digilist.payments'] });
  }

  async person(role: keyof typeof ROLES, scope: 'tenant' | 'org' | 'user', town = this.town): Promise<string> {
    const orgId = scope === 'org' ? { orgId: town.orgId } : {};
    const { userId } = await settle(this.digilist.platform, town, { role, scope, ...orgId });
    await eventually(async () => {
      const rows = await this.digilist.rows('SELECT FROM digilist.platform_user_roles WHERE user_id = $1', [userId]);
      if (rows.length !== 1) throw new Error('not projected yet');
    });
    return userId;
  }

  call(
    operation: unknown,
    request: object,
    { by = this.treasurer as string | null, headers = {}, of = this.town } = {},
  ) {
    return this.digilist.call(operation, of, by, request, headers);
  }

  /** An integration of the town. */
  integration(integration: Integration, tenantId = this.town.tenantId): string {
    const id = uuidv7();
    this.integrations.set(id, { ...integration, tenantId });
    return id;
  }

  ofVipps(change: object = {}): string {
    const config = { environment: 'test', ...this.vipps.account, ...change };
    return this.integration({ kind: 'digilist.vipps', config });
  }

  ofStripe(change: object = {}): string {
    return this.integration({ kind: 'digilist.stripe', config: { secretKey: this.stripe.secretKey, ...change } });
  }

  /** Changes what PLATFORM has; the services learn it when they ask again. */
  configure(id: string, change: object): void {
    const known = this.integrations.get(id) as Integration & { tenantId: string };
    const config = { ...known.config, ...change };
    this.integrations.set(id, { ...known, config, version: (known.version ?? 1) + 1 });
  }

  /** How often PLATFORM was asked for an integration. */
  readings(id: string): number {
    return this.digilist.platform.calls.filter(({ request }) => (request as { id?: string }).id === id).length;
  }

  get providers(): PaymentProviders {
    return this.service.app.get(PaymentProviders, { strict: false });
  }

  inTown<T>(work: (tx: Tx) => Promise<T>, town = this.town): Promise<T> {
    return this.service.app.get(UnitOfWork, { strict: false }).runAs(jobOrigin(town.tenantId, 'spec'), work);
  }

  keepIntegrations(): void {
    this.digilist.platform.integrations(({ tenantId, id }) => {
      const found = this.integrations.get(id);
      return found?.tenantId === tenantId ? { id, name: 'Konto', status: 'active', version: 1, ...found } : null;
    });
  }

  /** As the gateway does: header fields by the operation's declaration, the body untouched. */
  async forward({ path, headers, payload }: Received): Promise<number> {
    const [, provider, integrationId] = /^\/api\/v1\/payments\/webhooks\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    const fields = Object.entries(receivePaymentWebhook.http?.fields ?? {}).map(([name, field]) => [
      name,
      headers[field],
    ]);
    const request = { provider, integrationId, payload, ...Object.fromEntries(fields) };
    const { ok, body } = await this.digilist.call(receivePaymentWebhook, this.town, null, request);
    return ok ? 204 : HTTP_STATUS[body.kind as keyof typeof HTTP_STATUS];
  }

  async close(): Promise<void> {
    await Promise.all([this.vipps.close(), this.stripe.close()]);
    await this.digilist.close();
    await this.receiver.close();
  }
}
