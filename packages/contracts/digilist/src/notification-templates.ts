import {
  Flag,
  Id,
  ListOf,
  type Locale,
  Nested,
  NOT_FOUND,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Texts,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import { NOTIFICATION_GROUPS, type NotificationGroup } from './notification-preferences.js';
import { PHONE_NOT_VERIFIED, TEMPLATE_INVALID } from './notifications.errors.js';
import {
  DELIVERY_CHANNELS,
  type DeliveryChannel,
  NOTIFICATION_EVENTS,
  type NotificationEvent,
} from './notifications.js';

export const TEMPLATE_LOCALES = ['nb', 'nn', 'en'] as const satisfies readonly Locale[];

const subject = { min: 1, max: 200, example: 'Velkommen til {listing}, {day}' };
const body = { min: 1, max: 8_000, example: 'Hei {name}\n\n{place}\n{when}\n\nVennlig hilsen {tenant}' };

export class TemplateKey {
  @OneOf(NOTIFICATION_EVENTS, { example: 'booking.confirmed' })
  event: NotificationEvent;

  @OneOf(DELIVERY_CHANNELS, { example: 'email' })
  channel: DeliveryChannel;

  @OneOf(TEMPLATE_LOCALES, { example: 'nb' })
  locale: Locale;
}

export class NotificationTemplate extends TemplateKey {
  @Text({ ...subject, description: 'One line; not sent by SMS' })
  subject: string;

  @Text({ ...body, description: 'A line whose placeholder has no value is left out' })
  body: string;

  @Flag({ description: "false: the product's own words" })
  own: boolean;

  @OneOf(NOTIFICATION_GROUPS, { description: 'What it belongs to in preferences', example: 'bookings' })
  group: NotificationGroup;

  @Texts({ description: 'What it may name, written {like_this}', example: ['name', 'tenant', 'listing', 'when'] })
  placeholders: string[];

  @Texts({ description: 'What it has to name', example: [] })
  required: string[];

  @Whole({ min: 0, description: '0: there never were words of the own' })
  version: number;
}

export class NotificationTemplatePage extends pageOf(NotificationTemplate) {}

export class ListNotificationTemplates extends PageQuery {
  @OneOf(NOTIFICATION_EVENTS, { optional: true })
  event?: NotificationEvent;

  @OneOf(DELIVERY_CHANNELS, { optional: true })
  channel?: DeliveryChannel;

  @OneOf(TEMPLATE_LOCALES, { optional: true })
  locale?: Locale;
}

export class PutNotificationTemplate extends TemplateKey {
  @Text(subject)
  subject: string;

  @Text(body)
  body: string;
}

export class TemplateTexts {
  @Text(subject)
  subject: string;

  @Text(body)
  body: string;
}

export class TemplatesByLocale {
  @Nested(() => TemplateTexts, { optional: true })
  nb?: TemplateTexts;

  @Nested(() => TemplateTexts, { optional: true })
  nn?: TemplateTexts;

  @Nested(() => TemplateTexts, { optional: true })
  en?: TemplateTexts;
}

export class PreviewNotificationTemplate {
  @OneOf(NOTIFICATION_EVENTS, { example: 'booking.confirmed' })
  event: NotificationEvent;

  @OneOf(DELIVERY_CHANNELS, { example: 'email' })
  channel: DeliveryChannel;

  @Nested(() => TemplatesByLocale, { optional: true, description: 'Words to try; others are as they are now' })
  texts?: TemplatesByLocale;
}

export class TemplatePreview {
  @OneOf(TEMPLATE_LOCALES)
  locale: Locale;

  @Text({ max: 300 })
  subject: string;

  @Text({ max: 20_000, description: 'Plain text' })
  text: string;

  @Text({ max: 60_000, nullable: true, description: 'The other part of a mail; null for other channels' })
  html: string | null;
}

export class TemplatePreviewList {
  @ListOf(() => TemplatePreview)
  data: TemplatePreview[];
}

export class TestNotificationTemplate extends TemplateKey {
  @Nested(() => TemplateTexts, { optional: true, description: 'Words to try; without them those of now' })
  texts?: TemplateTexts;
}

export class SentTest {
  @Id({ description: 'What became of it: GET /notification-deliveries' })
  deliveryId: string;

  @Text({ max: 254, example: 'kari@example.no' })
  recipient: string;
}

const reads = {
  access: permission('digilist.notification-template.read'),
  module: 'digilist.notifications',
} as const;
const changes = { ...reads, access: permission('digilist.notification-template.update') } as const;
const path = '/notification-templates/{event}/{channel}/{locale}';

export const listNotificationTemplates = operation({
  id: 'listNotificationTemplates',
  subject: 'notification-template.list.v1',
  summary: 'What is told in which words, own and default ones',
  http: { method: 'GET', path: '/notification-templates' },
  request: ListNotificationTemplates,
  response: NotificationTemplatePage,
  ...reads,
});

export const getNotificationTemplate = operation({
  id: 'getNotificationTemplate',
  subject: 'notification-template.get.v1',
  summary: 'The words of one event, channel and language',
  http: { method: 'GET', path },
  request: TemplateKey,
  response: NotificationTemplate,
  ...reads,
  version: 'answers',
});

export const putNotificationTemplate = operation({
  id: 'putNotificationTemplate',
  subject: 'notification-template.put.v1',
  summary: 'Use own words, within a minute everywhere',
  http: { method: 'PUT', path },
  request: PutNotificationTemplate,
  response: NotificationTemplate,
  ...changes,
  errors: [TEMPLATE_INVALID],
  version: 'required',
});

export const deleteNotificationTemplate = operation({
  id: 'deleteNotificationTemplate',
  subject: 'notification-template.delete.v1',
  summary: 'Go back to the default words',
  http: { method: 'DELETE', path, status: 204 },
  request: TemplateKey,
  response: null,
  ...changes,
  errors: [NOT_FOUND],
});

export const previewNotificationTemplate = operation({
  id: 'previewNotificationTemplate',
  subject: 'notification-template.preview.v1',
  summary: 'See words with made-up data, in all languages; nothing is kept',
  http: { method: 'POST', path: '/notification-templates/preview' },
  request: PreviewNotificationTemplate,
  response: TemplatePreviewList,
  ...reads,
  errors: [TEMPLATE_INVALID],
  readOnly: true,
});

export const testNotificationTemplate = operation({
  id: 'testNotificationTemplate',
  subject: 'notification-template.test.v1',
  summary: 'Send words with made-up data to the caller',
  http: { method: 'POST', path: '/notification-templates/test', status: 202 },
  request: TestNotificationTemplate,
  response: SentTest,
  ...changes,
  errors: [TEMPLATE_INVALID, PHONE_NOT_VERIFIED],
  idempotent: true,
});

export const notificationTemplateOperations = [
  listNotificationTemplates,
  getNotificationTemplate,
  putNotificationTemplate,
  deleteNotificationTemplate,
  previewNotificationTemplate,
  testNotificationTemplate,
] as const;
