import {
  DELIVERY_CHANNELS,
  type ListNotificationTemplates,
  NOTIFICATION_EVENTS,
  type NotificationTemplate,
  type NotificationTemplatePage,
  PHONE_NOT_VERIFIED,
  type PreviewNotificationTemplate,
  type PutNotificationTemplate,
  type SentTest,
  TEMPLATE_INVALID,
  TEMPLATE_LOCALES,
  type TemplateKey,
  type TemplatePreview,
  type TemplatePreviewList,
  type TestNotificationTemplate,
} from '@digilist/contracts';
import { type FieldError, NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireTenant } from '../../../platform/index.js';
import { DeliveryWorker } from '../deliveries/delivery.worker.js';
import { ABOUT_EVENTS } from '../domain/about-events.js';
import { templateProblems } from '../domain/check-template.js';
import { htmlOf } from '../domain/html.js';
import { render, valuesOf } from '../domain/render.js';
import { addressedTo, sampleOf } from '../domain/sample.js';
import type { Template } from '../domain/templates.js';
import { type OwnWords, templateOf } from '../domain/wording.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings, webUrlOf } from '../notifications.settings.js';
import { OwnWordsOfTenants } from '../own-words.js';
import {
  ADDRESSEE,
  type Addressee,
  PUT_TEMPLATE,
  RETIRE_TEMPLATE,
  SEND_TEST,
  TEMPLATE_ROWS,
  type TemplateRow,
} from './templates.sql.js';

const KEYS: readonly TemplateKey[] = NOTIFICATION_EVENTS.flatMap((event) =>
  DELIVERY_CHANNELS.flatMap((channel) => TEMPLATE_LOCALES.map((locale) => ({ event, channel, locale }))),
);
const nameOf = ({ event, channel, locale }: TemplateKey): string => `${event} ${channel} ${locale}`;

/** The words of a tenant: its own where it has any, the product's elsewhere. */
@Injectable()
export class TemplatesService {
  private readonly webUrl: string;

  constructor(
    private readonly work: UnitOfWork,
    private readonly ownWords: OwnWordsOfTenants,
    private readonly worker: DeliveryWorker,
    @Inject(NOTIFICATION_SETTINGS) settings: NotificationSettings,
  ) {
    this.webUrl = webUrlOf(settings);
  }

  list(ctx: RequestContext, query: ListNotificationTemplates): Promise<NotificationTemplatePage> {
    const { keys, fetch } = pageStart(query, ['text']);
    const { event, channel, locale } = query;
    const wanted = KEYS.filter(
      (key) =>
        (event ?? key.event) === key.event &&
        (channel ?? key.channel) === key.channel &&
        (locale ?? key.locale) === key.locale,
    );
    const from = keys ? wanted.findIndex((key) => nameOf(key) === keys[0]) + 1 : 0;
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const answer = answersFrom(await rowsOf(tx));
      return pageOfRows(query, wanted.slice(from, from + fetch), (key) => [nameOf(key)], answer);
    });
  }

  get(ctx: RequestContext, key: TemplateKey): Promise<NotificationTemplate> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      return answersFrom(await rowsOf(tx))(key);
    });
  }

  put(ctx: RequestContext, { event, channel, locale, subject, body }: PutNotificationTemplate) {
    const words = { subject, body };
    requireSound(templateProblems(event, channel, words));
    return this.work.run(ctx, async (tx): Promise<NotificationTemplate> => {
      requireTenant(tx);
      const values = [tx.tenantId, event, channel, locale, subject, body, expectedVersion(ctx), tx.actorId];
      const [row] = await tx.query<{ id: string }>(PUT_TEMPLATE, values);
      if (!row) throw new Refusal(STALE_VERSION);
      this.changed(tx, 'update', row.id, { event, channel, locale });
      return answersFrom(await rowsOf(tx))({ event, channel, locale });
    });
  }

  delete(ctx: RequestContext, { event, channel, locale }: TemplateKey): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const [row] = await tx.query<{ id: string }>(RETIRE_TEMPLATE, [tx.tenantId, event, channel, locale, tx.actorId]);
      if (!row) throw new Refusal(NOT_FOUND);
      this.changed(tx, 'delete', row.id, { event, channel, locale });
    });
  }

  preview(
    ctx: RequestContext,
    { event, channel, texts = {} }: PreviewNotificationTemplate,
  ): Promise<TemplatePreviewList> {
    requireSound(
      TEMPLATE_LOCALES.flatMap((locale) => {
        const tried = texts[locale];
        return tried ? templateProblems(event, channel, tried, `texts.${locale}.`) : [];
      }),
    );
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const [own, addressee] = [ownOf(await rowsOf(tx)), await this.addressee(tx, ctx)];
      const data = TEMPLATE_LOCALES.map((locale) =>
        this.shown({ event, channel, locale }, texts[locale] ?? templateOf(own, event, channel, locale), addressee),
      );
      return { data };
    });
  }

  test(ctx: RequestContext, { event, channel, locale, texts }: TestNotificationTemplate): Promise<SentTest> {
    if (texts) requireSound(templateProblems(event, channel, texts, 'texts.'));
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const addressee = await this.addressee(tx, ctx);
      const recipient = channel === 'sms' ? addressee.phone : addressee.email;
      if (recipient === null) throw new Refusal(PHONE_NOT_VERIFIED);
      const words = texts ?? templateOf(ownOf(await rowsOf(tx)), event, channel, locale);
      const { subject, text } = this.shown({ event, channel, locale }, words, addressee);
      const values = [tx.tenantId, userId, uuidv7(), event, locale, subject, text, channel, recipient];
      const { id } = await tx.one<{ id: string }>(SEND_TEST, values);
      tx.audit({
        action: 'digilist.notification-template.test',
        entity: { type: 'notification_delivery', id },
        changes: { event, channel, locale },
      });
      tx.afterCommit(() => this.worker.wake());
      return { deliveryId: id, recipient };
    });
  }

  private addressee(tx: Tx, ctx: RequestContext): Promise<Addressee> {
    return tx.one<Addressee>(ADDRESSEE, [tx.tenantId, userOf(ctx).userId]);
  }

  /** As a recipient would read it, about something made up. */
  private shown({ event, channel, locale }: TemplateKey, words: Template, addressee: Addressee): TemplatePreview {
    const { subject, body } = render(words, valuesOf(sampleOf(event), locale, this.webUrl));
    const text = addressedTo(body, addressee);
    const html = channel === 'email' ? htmlOf({ body: text, locale, tenantName: addressee.tenant }) : null;
    return { locale, subject: addressedTo(subject, addressee).slice(0, 300), text, html };
  }

  private changed(tx: Tx, what: 'update' | 'delete', id: string, key: TemplateKey): void {
    tx.audit({
      action: `digilist.notification-template.${what}`,
      entity: { type: 'notification_template', id },
      changes: { ...key },
    });
    tx.afterCommit(() => this.ownWords.forget(tx.tenantId));
  }
}

const rowsOf = (tx: Tx): Promise<TemplateRow[]> => tx.query<TemplateRow>(TEMPLATE_ROWS, [tx.tenantId]);

function ownOf(rows: readonly TemplateRow[]): OwnWords {
  const active = new Map(rows.filter(({ status }) => status === 'active').map((row) => [nameOf(row), row]));
  return (event, channel, locale) => active.get(nameOf({ event, channel, locale }));
}

function answersFrom(rows: readonly TemplateRow[]): (key: TemplateKey) => NotificationTemplate {
  const own = ownOf(rows);
  const known = new Map(rows.map((row) => [nameOf(row), row]));
  return (key) => {
    const { event, channel, locale } = key;
    const { subject, body } = templateOf(own, event, channel, locale);
    const { group, placeholders, required } = ABOUT_EVENTS[event];
    const row = known.get(nameOf(key));
    return {
      event,
      channel,
      locale,
      subject,
      body,
      own: row?.status === 'active',
      group,
      placeholders: [...placeholders],
      required: [...required],
      version: row?.version ?? 0,
    };
  };
}

/** @throws Refusal TEMPLATE_INVALID */
function requireSound(errors: FieldError[]): void {
  if (errors.length > 0) throw new Refusal(TEMPLATE_INVALID, { errors });
}
