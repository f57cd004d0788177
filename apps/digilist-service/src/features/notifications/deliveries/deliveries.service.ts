import {
  DELIVERY_NOT_FAILED,
  type ListNotificationDeliveries,
  type NotificationDeliveryId,
  type StaffDelivery,
  type StaffDeliveryPage,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireTenant } from '../../../platform/index.js';
import { LIST_DELIVERIES, LOCK_DELIVERY, RETRY_DELIVERY } from './deliveries.sql.js';
import { DeliveryWorker } from './delivery.worker.js';

type Row = StaffDelivery & Record<string, unknown>;

/** What became of messages, for those who look after them. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly worker: DeliveryWorker,
  ) {}

  list(ctx: RequestContext, query: ListNotificationDeliveries): Promise<StaffDeliveryPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const rows = await tx.query<Row>(LIST_DELIVERIES[query.status ?? 'all'], [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  retry(ctx: RequestContext, { id }: NotificationDeliveryId): Promise<StaffDelivery> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const { status } = await tx.one<{ status: string }>(LOCK_DELIVERY, [tx.tenantId, id]);
      if (status !== 'failed') throw new Refusal(DELIVERY_NOT_FAILED, { details: { status } });
      const row = await tx.one<Row>(RETRY_DELIVERY, [tx.tenantId, id, tx.actorId]);
      tx.audit({ action: 'digilist.notification-delivery.retry', entity: { type: 'notification_delivery', id } });
      tx.afterCommit(() => this.worker.wake());
      return row;
    });
  }
}
