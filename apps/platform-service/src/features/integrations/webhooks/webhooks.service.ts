import { Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, newWebhookSecret, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreateWebhook,
  type EnabledWebhook,
  type UpdateWebhook,
  WEBHOOK_EVENT_NOT_ENTITLED,
  WEBHOOK_EVENT_UNKNOWN,
  WEBHOOK_LIMIT_REACHED,
  WEBHOOK_TOO_MANY_SECRETS,
  WEBHOOK_URL_REFUSED,
  type Webhook,
  type WebhookWithSecret,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { SafeHttp, TargetRefused } from '../safe-http.js';
import { forTenant } from '../whole-tenant.js';
import { Catalogue } from './catalogue.js';
import { MISSED, STOP_DELIVERIES, webhookSecret } from './deliveries.sql.js';
import { isPattern, matches } from './domain/event-filter.js';
import { EndpointShutdown } from './endpoint-shutdown.js';
import { isEntitled } from './fan-out.js';
import { toWebhook, type WebhookRow } from './webhooks.mapper.js';
import {
  COUNT_SECRETS,
  COUNT_WEBHOOKS,
  ENABLE_WEBHOOK,
  END_CURRENT_SECRET,
  INSERT_SECRET,
  INSERT_WEBHOOK,
  LOCK_WEBHOOK,
  LOCK_WEBHOOKS,
  REMOVE_ENDED_SECRETS,
  REMOVE_SECRETS,
  REMOVE_WEBHOOK,
  UPDATE_WEBHOOK,
} from './webhooks.sql.js';

const MAX_WEBHOOKS = 50;
const DEFAULT_RATE = 50;
/** Each signature is computed and sent with every request. */
const MAX_SECRETS = 5;
const OLD_SECRET_MS = 24 * 3_600_000;

@Injectable()
export class WebhooksService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly http: SafeHttp,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
    private readonly shutdown: EndpointShutdown,
  ) {}

  create(ctx: RequestContext, request: CreateWebhook): Promise<WebhookWithSecret> {
    const { url, eventTypes, description = '', ratePerSecond = DEFAULT_RATE } = request;
    return forTenant(this.work, ctx, async (tx) => {
      this.requireTarget(url);
      await this.requireEventTypes(tx, eventTypes);
      await tx.query(LOCK_WEBHOOKS, [tx.tenantId]);
      const { count } = await tx.one<{ count: number }>(COUNT_WEBHOOKS, [tx.tenantId]);
      if (count >= MAX_WEBHOOKS) throw new Refusal(WEBHOOK_LIMIT_REACHED, { details: { limit: MAX_WEBHOOKS } });
      const id = uuidv7();
      const values = [tx.tenantId, id, url, eventTypes, description, ratePerSecond, tx.now, tx.actorId];
      const row = await tx.one<WebhookRow>(INSERT_WEBHOOK, values);
      const secret = await this.addSecret(tx, id);
      audit(tx, 'create', id, { host: new URL(url).host, eventTypes });
      return { ...toWebhook(row), secret };
    });
  }

  update(ctx: RequestContext, request: UpdateWebhook): Promise<Webhook> {
    return forTenant(this.work, ctx, async (tx) => {
      const before = await this.lock(tx, request.id);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { url = before.url, eventTypes = before.event_types, description = before.description } = request;
      const { ratePerSecond = before.rate_per_second } = request;
      if (request.url !== undefined) this.requireTarget(url);
      if (request.eventTypes !== undefined) await this.requireEventTypes(tx, eventTypes);
      const values = [tx.tenantId, before.id, url, eventTypes, description, ratePerSecond, tx.now, tx.actorId];
      const row = await tx.one<WebhookRow>(UPDATE_WEBHOOK, values);
      audit(tx, 'update', row.id, { host: new URL(url).host, eventTypes, ratePerSecond });
      return toWebhook(row);
    });
  }

  remove(ctx: RequestContext, id: string): Promise<void> {
    return forTenant(this.work, ctx, async (tx) => {
      await this.lock(tx, id);
      await tx.query(REMOVE_WEBHOOK, [tx.tenantId, id, tx.now, tx.actorId]);
      await tx.query(REMOVE_SECRETS, [tx.tenantId, id]);
      await tx.query(STOP_DELIVERIES, [tx.tenantId, id, 'cancelled', tx.now, tx.actorId]);
      audit(tx, 'remove', id);
    });
  }

  disable(ctx: RequestContext, id: string): Promise<Webhook> {
    return forTenant(this.work, ctx, async (tx) => {
      const before = await this.lock(tx, id);
      return toWebhook((await this.shutdown.disableIn(tx, id, 'user')) ?? before);
    });
  }

  enable(ctx: RequestContext, id: string): Promise<EnabledWebhook> {
    return forTenant(this.work, ctx, async (tx) => {
      const before = await this.lock(tx, id);
      const [row] = await tx.query<WebhookRow>(ENABLE_WEBHOOK, [tx.tenantId, id, tx.now, tx.actorId]);
      if (row) audit(tx, 'enable', id);
      const { count, since } = await tx.one<{ count: number; since: Date | null }>(MISSED, [tx.tenantId, id]);
      return { ...toWebhook(row ?? before), missed: { count, since: since?.toISOString() ?? null } };
    });
  }

  /** The secrets before go on signing for a day, so that the receiver can change over in its own time. */
  rotateSecret(ctx: RequestContext, id: string): Promise<WebhookWithSecret> {
    return forTenant(this.work, ctx, async (tx) => {
      const row = await this.lock(tx, id);
      await tx.query(REMOVE_ENDED_SECRETS, [tx.tenantId, id, tx.now]);
      const { count } = await tx.one<{ count: number }>(COUNT_SECRETS, [tx.tenantId, id]);
      if (count >= MAX_SECRETS) throw new Refusal(WEBHOOK_TOO_MANY_SECRETS, { details: { limit: MAX_SECRETS } });
      const until = new Date(tx.now.getTime() + OLD_SECRET_MS);
      await tx.query(END_CURRENT_SECRET, [tx.tenantId, id, until, tx.now, tx.actorId]);
      const secret = await this.addSecret(tx, id);
      audit(tx, 'rotate-secret', id);
      return { ...toWebhook(row), secret };
    });
  }

  private async addSecret(tx: Tx, endpointId: string): Promise<string> {
    const id = uuidv7();
    const secret = newWebhookSecret();
    const sealed = await this.vault.seal(tx, secret, webhookSecret(id));
    await tx.query(INSERT_SECRET, [tx.tenantId, id, endpointId, sealed, tx.now, tx.actorId]);
    return secret;
  }

  private lock(tx: Tx, id: string): Promise<WebhookRow> {
    return tx.one<WebhookRow>(LOCK_WEBHOOK, [tx.tenantId, id]);
  }

  /** What it leads to is checked again each time it is connected to. */
  private requireTarget(url: string): void {
    try {
      this.http.check(url);
    } catch (error) {
      if (!(error instanceof TargetRefused)) throw error;
      throw new Refusal(WEBHOOK_URL_REFUSED, { detail: error.message, details: { problem: error.problem } });
    }
  }

  private async requireEventTypes(tx: Tx, patterns: readonly string[]): Promise<void> {
    const entries = [...(await this.catalogue.entries()).values()];
    for (const pattern of patterns) {
      const meant = isPattern(pattern) ? entries.filter(({ type }) => matches(pattern, type)) : [];
      if (meant.length === 0) throw new Refusal(WEBHOOK_EVENT_UNKNOWN, { details: { eventType: pattern } });
      let entitled = false;
      for (const entry of meant) entitled ||= await isEntitled(tx, entry);
      if (!entitled) throw new Refusal(WEBHOOK_EVENT_NOT_ENTITLED, { details: { eventType: pattern } });
    }
    if (patterns.length === 0) throw new Refusal(WEBHOOK_EVENT_UNKNOWN, { detail: 'Name at least one event type.' });
  }
}

const audit = (tx: Tx, action: string, id: string, changes?: Record<string, unknown>): void =>
  tx.audit({ action: `platform.webhook.${action}`, entity: { type: 'webhook', id }, ...(changes && { changes }) });
