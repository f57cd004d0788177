import { jobOrigin, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { TAKE_DELIVERY } from './payments.sql.js';
import type { PaymentEvents, ReceivedWebhook, VerifiedWebhook } from './providers/index.js';
import { PaymentQueue } from './queue.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The inbox of webhooks. What one says is not believed: it only makes us ask. */
@Injectable()
export class ReceivedEvents implements PaymentEvents {
  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PaymentQueue,
  ) {}

  async received(ctx: RequestContext, { tenantId, providerId, webhook }: ReceivedWebhook): Promise<void> {
    const { eventId, type } = webhook;
    const { ours, theirs } = referencesOf(webhook);
    const origin = jobOrigin(tenantId, 'payment-webhook', undefined, ctx.now);
    const values = [tenantId, providerId, eventId, type, ours, theirs, origin.actorId];
    await this.work.runAs(origin, (tx) => tx.query(TAKE_DELIVERY, values));
    this.queue.wake();
  }
}

function referencesOf({ reference }: VerifiedWebhook): { ours: string | null; theirs: string | null } {
  if (reference === null) return { ours: null, theirs: null };
  if ('theirs' in reference) return { ours: null, theirs: reference.theirs };
  return { ours: UUID.test(reference.ours) ? reference.ours : null, theirs: null };
}
