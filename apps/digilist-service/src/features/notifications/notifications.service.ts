import type { NotificationEvent } from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { DeliveryWorker } from './delivery.worker.js';
import { type Content, render, valuesOf } from './domain/render.js';
import { TEMPLATES, type Template, type Texts } from './domain/templates.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings, webUrlOf } from './notifications.settings.js';
import { NOTIFY, OWN_TEMPLATES } from './notifications.sql.js';

export type Notice = Content & {
  event: NotificationEvent;
  /** Id of the event that is told about, as `tx.emit` answers it. */
  eventId: string;
  recipientId: string;
};

const TEMPLATES_MS = 60_000;
const MAX_TENANTS = 1_000;

/** Writes notifications into the transaction of what they tell about; they are sent after its commit. */
@Injectable()
export class NotificationsService {
  private readonly own = new Map<string, { templates: Map<string, Template>; until: number }>();

  private readonly webUrl: string;

  constructor(
    private readonly worker: DeliveryWorker,
    @Inject(NOTIFICATION_SETTINGS) settings: NotificationSettings,
  ) {
    this.webUrl = webUrlOf(settings);
  }

  /** Tells one person about one event, once. Without the module of the licence nobody is told. */
  notify(tx: Tx, notice: Notice): Promise<void> {
    return this.notifyAll(tx, [notice]);
  }

  /** The same for many, in one statement. */
  async notifyAll(tx: Tx, notices: readonly Notice[]): Promise<void> {
    if (notices.length === 0) return;
    const texts: string[] = [];
    for (const notice of notices) texts.push(JSON.stringify(await this.textsOf(tx, notice)));
    const written = await tx.query<{ status: string }>(NOTIFY, [
      tx.tenantId,
      notices.map(({ recipientId }) => recipientId),
      notices.map(({ eventId }) => eventId),
      notices.map(({ event }) => event),
      notices.map(({ bookingId }) => bookingId ?? null),
      texts,
      tx.actorId,
    ]);
    if (written.length > 0) tx.afterCommit(() => this.worker.wake());
  }

  private async textsOf(tx: Tx, notice: Notice): Promise<Texts> {
    const templates = await this.templates(tx, notice.event);
    const inLocale = (locale: Locale) => render(templates[locale], valuesOf(notice, locale, this.webUrl));
    return { nb: inLocale('nb'), nn: inLocale('nn'), en: inLocale('en') };
  }

  /** The tenant's own wording where it has one; a change of it is noticed within a minute. */
  private async templates(tx: Tx, event: NotificationEvent): Promise<Texts> {
    const known = this.own.get(tx.tenantId);
    const templates = known && known.until > tx.now.getTime() ? known.templates : await this.load(tx);
    const pick = (locale: Locale) => templates.get(`${event} ${locale}`) ?? TEMPLATES[event][locale];
    return { nb: pick('nb'), nn: pick('nn'), en: pick('en') };
  }

  private async load(tx: Tx): Promise<Map<string, Template>> {
    const rows = await tx.query<{ event: string; locale: string } & Template>(OWN_TEMPLATES, [tx.tenantId]);
    const templates = new Map(
      rows.map(({ event, locale, subject, body }) => [`${event} ${locale}`, { subject, body }]),
    );
    if (this.own.size >= MAX_TENANTS) this.own.clear();
    this.own.set(tx.tenantId, { templates, until: tx.now.getTime() + TEMPLATES_MS });
    return templates;
  }
}
