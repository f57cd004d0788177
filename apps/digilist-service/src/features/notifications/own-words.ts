import type { DeliveryChannel, NotificationEvent } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { statement, type Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type { Template } from './domain/templates.js';
import type { OwnWords } from './domain/wording.js';

const KEPT_MS = 60_000;
const MAX_TENANTS = 1_000;

const OWN_TEMPLATES = statement(
  'own-notification-templates',
  `SELECT event, channel, locale, subject, body FROM digilist.notification_templates
   WHERE tenant_id = $1 AND status = 'active'`,
);

interface Row extends Template, Record<string, unknown> {
  event: NotificationEvent;
  channel: DeliveryChannel;
  locale: Locale;
}

const keyOf = (event: string, channel: string, locale: string): string => `${event} ${channel} ${locale}`;

/** Tenants' own templates, kept in memory: what is changed through another process holds here within a minute. */
@Injectable()
export class OwnWordsOfTenants {
  private readonly kept = new Map<string, { words: OwnWords; until: number }>();

  async of(tx: Tx): Promise<OwnWords> {
    const known = this.kept.get(tx.tenantId);
    return known && known.until > tx.now.getTime() ? known.words : this.load(tx);
  }

  forget(tenantId: string): void {
    this.kept.delete(tenantId);
  }

  private async load(tx: Tx): Promise<OwnWords> {
    const rows = await tx.query<Row>(OWN_TEMPLATES, [tx.tenantId]);
    const templates = new Map(
      rows.map(({ event, channel, locale, subject, body }) => [keyOf(event, channel, locale), { subject, body }]),
    );
    const words: OwnWords = (event, channel, locale) => templates.get(keyOf(event, channel, locale));
    if (this.kept.size >= MAX_TENANTS) this.kept.clear();
    this.kept.set(tx.tenantId, { words, until: tx.now.getTime() + KEPT_MS });
    return words;
  }
}
