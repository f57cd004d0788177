import { NOT_FOUND, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  BILLING_EVENT_INVALID,
  BILLING_SIGNATURE_INVALID,
  type ReceiveBillingEvent,
  type ReceivedBillingEvent,
  subscriptionCancelled,
  subscriptionPastDue,
  subscriptionResumed,
} from '@platform/contracts';
import { Webhook } from 'standardwebhooks';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { mayBecome } from '../domain/subscription.js';
import { entitle } from '../entitle.js';
import { termsOf } from '../licensing.mapper.js';
import { CURRENT_SUBSCRIPTIONS, LOCK_TENANT, type SubscriptionRow, TENANT_EXISTS } from '../licensing.sql.js';
import { publish, settleSubscriptions } from '../settle.js';
import { BILLING_EVENT_KNOWN, INSERT_BILLING_EVENT, SET_PAID } from './billing.sql.js';
import { type BillingEvent, billingEvent, paidBy } from './domain/billing-event.js';

type Columns<Row> = Row & Record<string, unknown>;

const FACTS = {
  'subscription.activated': subscriptionResumed,
  'subscription.past_due': subscriptionPastDue,
  'subscription.cancelled': subscriptionCancelled,
} as const;

/** What billing providers tell: believed by its signature, counted once, and never against a later word. */
@Injectable()
export class BillingService {
  constructor(
    private readonly work: UnitOfWork,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  async receive(ctx: RequestContext, request: ReceiveBillingEvent): Promise<ReceivedBillingEvent> {
    this.verify(request);
    const event = billingEvent(request.payload);
    if (!event) throw new Refusal(BILLING_EVENT_INVALID);
    const origin = originIn(event.tenantId, ctx);
    return this.work.runAs(origin, async (found) => {
      const [tenant] = await found.query<{ service_user_id: string }>(TENANT_EXISTS, [event.tenantId]);
      if (!tenant) throw new Refusal(BILLING_EVENT_INVALID);
      const inside = originIn(event.tenantId, ctx, tenant.service_user_id);
      return found.within(inside, (tx) => this.take(tx, request.provider, request.webhookId, event));
    });
  }

  private verify({ provider, webhookId, webhookTimestamp, webhookSignature, payload }: ReceiveBillingEvent): void {
    const prefix = `${provider}:`;
    const secrets = this.config.billingWebhookSecrets.filter((secret) => secret.reveal().startsWith(prefix));
    if (secrets.length === 0) throw new Refusal(NOT_FOUND);
    const headers = {
      'webhook-id': webhookId,
      'webhook-timestamp': webhookTimestamp,
      'webhook-signature': webhookSignature,
    };
    // More than one while a secret is being replaced.
    const genuine = secrets.some((secret) => {
      try {
        new Webhook(secret.reveal().slice(prefix.length)).verify(payload, headers);
        return true;
      } catch {
        return false;
      }
    });
    if (!genuine) throw new Refusal(BILLING_SIGNATURE_INVALID);
  }

  private async take(tx: Tx, provider: string, eventId: string, event: BillingEvent): Promise<ReceivedBillingEvent> {
    await tx.one(LOCK_TENANT, [tx.tenantId]);
    const [known] = await tx.query(BILLING_EVENT_KNOWN, [tx.tenantId, provider, eventId]);
    if (known) return { outcome: 'repeated' };
    await settleSubscriptions(tx);
    const [row] = await tx.query<Columns<SubscriptionRow>>(CURRENT_SUBSCRIPTIONS, [tx.tenantId, event.product]);
    if (!row) throw new Refusal(BILLING_EVENT_INVALID);
    const outcome = await this.apply(tx, row, event);
    const noted = [provider, eventId, event.type, event.sequence, outcome, tx.now, tx.actorId];
    await tx.query(INSERT_BILLING_EVENT, [tx.tenantId, ...noted]);
    tx.audit({
      action: 'platform.subscription.bill',
      entity: { type: 'subscription', id: row.id },
      outcome: outcome === 'refused' ? 'refused' : 'done',
      changes: { provider, event: event.type, sequence: event.sequence, outcome },
    });
    return { outcome };
  }

  private async apply(tx: Tx, row: SubscriptionRow, event: BillingEvent): Promise<'applied' | 'stale' | 'refused'> {
    if (event.sequence <= Number(row.billing_sequence)) return 'stale';
    const paid = paidBy(event, termsOf(row), row.definition.graceDays ?? 0, tx.now);
    if (!paid || !mayBecome(row.status, paid.status)) return 'refused';
    const { status, validUntil, graceUntil, trial } = paid;
    const values = [status, validUntil, graceUntil, trial, event.sequence, tx.now, tx.actorId];
    await tx.query(SET_PAID, [tx.tenantId, row.id, ...values]);
    await publish(tx, row.id, FACTS[event.type]);
    await entitle(tx);
    return 'applied';
  }
}
