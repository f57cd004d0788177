import {
  type DeliveryChannel,
  NOTIFICATION_EVENTS,
  type NotificationEvent,
  type NotificationGroup,
} from '@digilist/contracts';
import type { Locale } from '@kit/contracts';
import { ABOUT_EVENTS } from './about-events.js';
import { type Content, render, valuesOf } from './render.js';
import { TEMPLATES, type Template, type Texts } from './templates.js';

/** The tenant's own words, where it has any. */
export type OwnWords = (event: NotificationEvent, channel: DeliveryChannel, locale: Locale) => Template | undefined;

interface Said extends Template {
  /** Where the mail says something else than what is listed in the app. */
  email?: Template;
  sms: string;
}

/** Everything that is said about an event to whomever, and how far they can choose not to hear it. */
export interface Wording extends Record<Locale, Said> {
  group: NotificationGroup;
  mandatory: boolean;
  digestible: boolean;
}

/** What comes often and to those whose work it is: they may have it in one mail a day. */
const DIGESTIBLE: readonly NotificationEvent[] = ['approval.requested'];

/** A message of some seventy letters: what the subject says, and the link where it must be there. */
function shortened(event: NotificationEvent, locale: Locale): Template {
  const { subject } = TEMPLATES[event][locale];
  const link = ABOUT_EVENTS[event].required.includes('link') ? '\n{link}' : '';
  return { subject, body: `{tenant}: ${subject}${link}` };
}
const SMS_TEMPLATES = Object.fromEntries(
  NOTIFICATION_EVENTS.map((event) => [
    event,
    { nb: shortened(event, 'nb'), nn: shortened(event, 'nn'), en: shortened(event, 'en') },
  ]),
) as Record<NotificationEvent, Texts>;

/** What holds where a tenant has no words of its own. */
export const defaultTemplate = (event: NotificationEvent, channel: DeliveryChannel, locale: Locale): Template =>
  (channel === 'sms' ? SMS_TEMPLATES : TEMPLATES)[event][locale];

/** What is listed in the app is what the mail says, unless the tenant has other words for it. */
export function templateOf(
  own: OwnWords,
  event: NotificationEvent,
  channel: DeliveryChannel,
  locale: Locale,
): Template {
  const inherited = channel === 'in_app' ? own(event, 'email', locale) : undefined;
  return own(event, channel, locale) ?? inherited ?? defaultTemplate(event, channel, locale);
}

/** What is about no booking leads to where such things are listed. */
const linked = (event: NotificationEvent, content: Content, webUrl: string): Content =>
  content.bookingId === undefined
    ? { ...content, details: { link: `${webUrl}/${ABOUT_EVENTS[event].group}`, ...content.details } }
    : content;

function saidIn(event: NotificationEvent, locale: Locale, content: Content, own: OwnWords, webUrl: string): Said {
  const values = valuesOf(linked(event, content, webUrl), locale, webUrl);
  const template = (channel: DeliveryChannel) => templateOf(own, event, channel, locale);
  const [email, inApp] = [template('email'), template('in_app')];
  const listed = render(inApp, values);
  return {
    ...listed,
    ...(email !== inApp && { email: render(email, values) }),
    // Never an empty one: a tenant's line may have fallen out for want of a value.
    sms: render(template('sms'), values).body || `{tenant}: ${listed.subject}`,
  };
}

export function wordingOf(event: NotificationEvent, content: Content, own: OwnWords, webUrl: string): Wording {
  const { group, mandatory } = ABOUT_EVENTS[event];
  const said = (locale: Locale) => saidIn(event, locale, content, own, webUrl);
  return { group, mandatory, digestible: DIGESTIBLE.includes(event), nb: said('nb'), nn: said('nn'), en: said('en') };
}
