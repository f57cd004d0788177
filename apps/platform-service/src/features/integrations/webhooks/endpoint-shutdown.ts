import type { Locale } from '@kit/contracts';
import { jobOrigin, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { type WebhookDisabledReason, webhookDisabled } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Mails } from '../../../mail/index.js';
import { STOP_DELIVERIES } from './deliveries.sql.js';
import { disabledMail } from './webhooks.mails.js';
import type { WebhookRow } from './webhooks.mapper.js';
import { ADMINISTRATORS, DISABLE_WEBHOOK, TENANT_SLUG } from './webhooks.sql.js';

interface Administrator extends QueryResultRow {
  email: string;
  locale: Locale;
}

/** A webhook gets nothing more: what waits for it is held, and whoever runs the tenant is told. */
@Injectable()
export class EndpointShutdown {
  constructor(
    private readonly work: UnitOfWork,
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  /** By the receiver's own doing. Does nothing when it is disabled already. */
  async disable(tenantId: string, id: string, reason: 'gone' | 'failing', at: Date): Promise<void> {
    await this.work.runAs(jobOrigin(tenantId, 'webhooks', undefined, at), async (tx) => {
      const row = await this.disableIn(tx, id, reason);
      if (!row) return;
      const [tenant] = await tx.query<{ slug: string }>(TENANT_SLUG, [tenantId]);
      const link = `${this.config.appUrl.replace('{tenant}', tenant?.slug ?? '')}/webhooks/${id}`;
      const people = await tx.query<Administrator>(ADMINISTRATORS, [tenantId, at]);
      for (const { email, locale } of people) {
        await this.mails.queue(tx, { to: email, locale, ...disabledMail(locale, reason, row.url, link) });
      }
    });
  }

  /** In a transaction of the tenant. Answers null when it was not active. */
  async disableIn(tx: Tx, id: string, reason: WebhookDisabledReason): Promise<WebhookRow | null> {
    const [row] = await tx.query<WebhookRow>(DISABLE_WEBHOOK, [tx.tenantId, id, reason, tx.now, tx.actorId]);
    if (!row) return null;
    await tx.query(STOP_DELIVERIES, [tx.tenantId, id, 'held', tx.now, tx.actorId]);
    tx.emit(webhookDisabled, { id, version: row.version, data: { webhookId: id, reason } });
    tx.audit({ action: 'platform.webhook.disable', entity: { type: 'webhook', id }, changes: { reason } });
    return row;
  }
}
