import type { DeliveryChannel, NotificationEvent } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';
import { ABOUT_EVENTS } from './about-events.js';
import type { Template } from './templates.js';

/** Three messages in one: more costs more, and nobody reads it. */
const MAX_SMS = 400;

const list = (names: readonly string[]) => names.map((name) => `{${name}}`).join(', ');

/** Every placeholder that a text names, and whether its braces are what the renderer reads. */
function read(text: string): { named: string[]; unread: boolean } {
  const named = [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return { named, unread: /[{}]/.test(text.replace(/\{\w+\}/g, '')) };
}

/** What is wrong with a template; every mistake at once, with paths below `at`. */
export function templateProblems(
  event: NotificationEvent,
  channel: DeliveryChannel,
  template: Template,
  at = '',
): FieldError[] {
  const { placeholders, required } = ABOUT_EVENTS[event];
  const problems: FieldError[] = [];
  const say = (field: keyof Template, code: string, message: string) =>
    problems.push({ path: `${at}${field}`, code, message: `${field} ${message}` });
  for (const field of ['subject', 'body'] as const) {
    const { named, unread } = read(template[field]);
    const unknown = [...new Set(named)].filter((name) => !placeholders.includes(name));
    if (unknown.length > 0)
      say(field, 'PLACEHOLDER_UNKNOWN', `names ${list(unknown)}; ${event} knows ${list(placeholders)}`);
    if (unread) say(field, 'BRACE_UNCLOSED', 'has a brace that is no placeholder; write placeholders like {listing}');
  }
  if (/[\r\n]/.test(template.subject)) say('subject', 'ONE_LINE', 'must be one line');
  if (template.body.trim() === '') say('body', 'EMPTY', 'must say something');
  const said = channel === 'sms' ? template.body : `${template.subject} ${template.body}`;
  // A short message need not hold all that a mail must, only where to go on.
  const missing = required.filter((name) => (channel !== 'sms' || name === 'link') && !read(said).named.includes(name));
  if (missing.length > 0) say('body', 'PLACEHOLDER_MISSING', `must name ${list(missing)}`);
  if (channel === 'sms' && template.body.length > MAX_SMS)
    say('body', 'TOO_LONG', `must not exceed ${MAX_SMS} letters in an SMS`);
  return problems;
}
