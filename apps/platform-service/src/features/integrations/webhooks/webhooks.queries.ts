import { NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type {
  ListWebhookDeliveries,
  Webhook,
  WebhookDeliveryDetails,
  WebhookDeliveryId,
  WebhookDeliveryPage,
  WebhookEventTypePage,
  WebhookPage,
  WebhookReplay,
  WebhookReplayId,
} from '@platform/contracts';
import { KeyDestroyed, type Place, Vault } from '../../../secrets/index.js';
import { forTenant } from '../whole-tenant.js';
import { Catalogue } from './catalogue.js';
import {
  attemptResponse,
  GET_DELIVERY,
  GET_REPLAY,
  LIST_ATTEMPTS,
  LIST_DELIVERIES,
  messageContent,
} from './deliveries.sql.js';
import { isEntitled } from './fan-out.js';
import {
  type AttemptRow,
  type DeliveryRow,
  type ReplayRow,
  toAttempt,
  toDelivery,
  toReplay,
  toWebhook,
  type WebhookRow,
} from './webhooks.mapper.js';
import { GET_WEBHOOK, LIST_WEBHOOKS } from './webhooks.sql.js';

@Injectable()
export class WebhooksQueries {
  constructor(
    private readonly work: UnitOfWork,
    private readonly catalogue: Catalogue,
    private readonly vault: Vault,
  ) {}

  /** The whole catalogue is small; it is paged as every list is. */
  async eventTypes(ctx: RequestContext, request: PageQuery): Promise<WebhookEventTypePage> {
    const { keys, fetch } = pageStart(request, ['text']);
    const after = String(keys?.[0] ?? '');
    const entries = [...(await this.catalogue.entries()).values()]
      .filter(({ type }) => type > after)
      .sort((one, other) => (one.type < other.type ? -1 : 1))
      .slice(0, fetch);
    return this.work.run(ctx, async (tx) => {
      const rows: WebhookEventTypePage['data'] = [];
      for (const { type, title, module, modules, schema, example } of entries) {
        const body = { type, timestamp: tx.now.toISOString(), data: example, aggregateId: EXAMPLE_ID, version: 1 };
        rows.push({ type, title, module, entitled: await isEntitled(tx, { modules }), schema, example: body });
      }
      return pageOfRows(
        request,
        rows,
        ({ type }) => [type],
        (row) => row,
      );
    });
  }

  list(ctx: RequestContext, request: PageQuery): Promise<WebhookPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return forTenant(this.work, ctx, async (tx) => {
      const rows = await tx.query<WebhookRow>(LIST_WEBHOOKS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(request, rows, ({ id }) => [id], toWebhook);
    });
  }

  get(ctx: RequestContext, id: string): Promise<Webhook> {
    return forTenant(this.work, ctx, async (tx) => toWebhook(await tx.one<WebhookRow>(GET_WEBHOOK, [tx.tenantId, id])));
  }

  deliveries(ctx: RequestContext, request: ListWebhookDeliveries): Promise<WebhookDeliveryPage> {
    const { keys, fetch } = pageStart(request, ['uuid']);
    return forTenant(this.work, ctx, async (tx) => {
      await tx.one(GET_WEBHOOK, [tx.tenantId, request.id]);
      const values = [tx.tenantId, request.id, request.status ?? null, keys?.[0] ?? null, fetch];
      const rows = await tx.query<DeliveryRow>(LIST_DELIVERIES, values);
      return pageOfRows(request, rows, ({ id }) => [id], toDelivery);
    });
  }

  delivery(ctx: RequestContext, { id, deliveryId }: WebhookDeliveryId): Promise<WebhookDeliveryDetails> {
    return forTenant(this.work, ctx, async (tx) => {
      await tx.one(GET_WEBHOOK, [tx.tenantId, id]);
      type Row = DeliveryRow & { content_sealed: string };
      const row = await tx.one<Row>(GET_DELIVERY, [tx.tenantId, id, deliveryId]);
      const body = await this.opened(tx, row.content_sealed, messageContent(row.message_id));
      const log = [];
      for (const attempt of await tx.query<AttemptRow>(LIST_ATTEMPTS, [tx.tenantId, deliveryId])) {
        const { response_sealed: sealed } = attempt;
        log.push(toAttempt(attempt, sealed && (await this.opened(tx, sealed, attemptResponse(attempt.id)))));
      }
      return { ...toDelivery(row), body: body ?? '', log };
    });
  }

  replay(ctx: RequestContext, { id, replayId }: WebhookReplayId): Promise<WebhookReplay> {
    return forTenant(this.work, ctx, async (tx) => {
      const [row] = await tx.query<ReplayRow>(GET_REPLAY, [tx.tenantId, id, replayId]);
      if (!row) throw new Refusal(NOT_FOUND);
      return toReplay(row);
    });
  }

  /** null when its key has been destroyed: the list of what happened stays readable. */
  private async opened(tx: Tx, sealed: string, place: Place): Promise<string | null> {
    try {
      return (await this.vault.open(tx, sealed, place)).reveal();
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      throw error;
    }
  }
}

const EXAMPLE_ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';
