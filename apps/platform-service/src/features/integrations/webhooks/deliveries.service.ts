import { NOT_FOUND, Refusal, VALIDATION_FAILED } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ReplayWebhook,
  type TestWebhook,
  WEBHOOK_DISABLED,
  WEBHOOK_EVENT_UNKNOWN,
  type WebhookDelivery,
  type WebhookDeliveryId,
  type WebhookReplay,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { forTenant } from '../whole-tenant.js';
import { Catalogue } from './catalogue.js';
import {
  GET_DELIVERY,
  GET_REPLAY,
  INSERT_DELIVERIES,
  INSERT_MESSAGES,
  messageContent,
  REPLAY_DELIVERY,
  REPLAY_PERIOD,
} from './deliveries.sql.js';
import { DeliveryWorker } from './delivery.worker.js';
import { type DeliveryRow, type ReplayRow, toDelivery, toReplay, type WebhookRow } from './webhooks.mapper.js';
import { LOCK_WEBHOOK } from './webhooks.sql.js';

const PING = 'webhook.test';

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
    private readonly worker: DeliveryWorker,
  ) {}

  async test(ctx: RequestContext, { id, eventType }: TestWebhook): Promise<WebhookDelivery> {
    const entry = eventType === undefined ? null : (await this.catalogue.entries()).get(eventType);
    return forTenant(this.work, ctx, async (tx) => {
      if (entry === undefined) throw new Refusal(WEBHOOK_EVENT_UNKNOWN, { details: { eventType } });
      await this.requireActive(tx, id);
      const type = entry?.type ?? PING;
      const data = entry?.example ?? { webhookId: id };
      const body = JSON.stringify({ type, timestamp: tx.now.toISOString(), data, aggregateId: id, version: 1 });
      const messageId = uuidv7();
      const { tenantId, now, actorId } = tx;
      const sealed = await this.vault.seal(tx, body, messageContent(messageId));
      await tx.query(INSERT_MESSAGES, [tenantId, [messageId], [type], [now], [sealed], now, actorId]);
      const values = [tenantId, [id], [messageId], ['pending'], [null], 'test', now, actorId];
      const [made] = await tx.query<{ id: string }>(INSERT_DELIVERIES, values);
      if (!made) throw new Error('a delivery was made and is not there');
      tx.audit({ action: 'platform.webhook.test', entity: { type: 'webhook', id } });
      tx.afterCommit(() => this.worker.wake());
      return this.delivery(tx, { id, deliveryId: made.id });
    });
  }

  replayOne(ctx: RequestContext, request: WebhookDeliveryId): Promise<WebhookDelivery> {
    const { id, deliveryId } = request;
    return forTenant(this.work, ctx, async (tx) => {
      await this.requireActive(tx, id);
      await this.delivery(tx, request);
      await tx.query(REPLAY_DELIVERY, [tx.tenantId, id, deliveryId, tx.now, tx.actorId]);
      tx.audit({
        action: 'platform.webhook.replay',
        entity: { type: 'webhook', id },
        changes: { deliveryId },
      });
      tx.afterCommit(() => this.worker.wake());
      return this.delivery(tx, request);
    });
  }

  replayPeriod(ctx: RequestContext, request: ReplayWebhook): Promise<WebhookReplay> {
    const { id, onlyFailed = true } = request;
    const [since, until] = [new Date(request.since), new Date(request.until)];
    return forTenant(this.work, ctx, async (tx) => {
      if (since >= until) {
        const errors = [{ path: 'until', code: 'ORDER', message: 'until must be after since' }];
        throw new Refusal(VALIDATION_FAILED, { errors });
      }
      await this.requireActive(tx, id);
      const replayId = uuidv7();
      await tx.query(REPLAY_PERIOD, [tx.tenantId, id, replayId, since, until, onlyFailed, tx.now, tx.actorId]);
      const row = await tx.one<ReplayRow>(GET_REPLAY, [tx.tenantId, id, replayId]);
      tx.audit({
        action: 'platform.webhook.replay',
        entity: { type: 'webhook', id },
        changes: { since: request.since, until: request.until, onlyFailed, total: row.total },
      });
      tx.afterCommit(() => this.worker.wake());
      return toReplay(row);
    });
  }

  private async requireActive(tx: Tx, id: string): Promise<void> {
    const { status } = await tx.one<WebhookRow>(LOCK_WEBHOOK, [tx.tenantId, id]);
    if (status !== 'active') throw new Refusal(WEBHOOK_DISABLED);
  }

  private async delivery(tx: Tx, { id, deliveryId }: WebhookDeliveryId): Promise<WebhookDelivery> {
    const [row] = await tx.query<DeliveryRow>(GET_DELIVERY, [tx.tenantId, id, deliveryId]);
    if (!row) throw new Refusal(NOT_FOUND);
    return toDelivery(row);
  }
}
