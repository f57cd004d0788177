import { compareMessages, type Direction, type Finding } from './compare-schemas.js';
import type { Contracts, OperationContract, RouteContract } from './contracts.js';
import { RULES, type Rule } from './rules.js';

/** One thing that works with the last release and would not with the next. */
export interface Break {
  rule: Rule;
  at: string;
  detail: string;
  /** Operations, events and states that it reaches. */
  reaches: string[];
}

/** Identifies a break in `releases/accepted.json`. */
export const keyOf = ({ rule, at }: Pick<Break, 'rule' | 'at'>): string => `${rule} ${at}`;

/** Everything that breaks those who were built against `before`. Additions break nobody. */
export function breaksOf(before: Contracts, after: Contracts, today: string): Break[] {
  const found: Break[] = [];
  const add = (rule: Rule, at: string, detail: string, reaches: string[] = [at]): void =>
    void found.push({ rule, at, detail, reaches });

  const message = (user: string, names: [string, string], direction: Direction): void => {
    for (const finding of compareMessages(names, [before.schemas, after.schemas], direction))
      gather(found, finding, user);
  };

  const operations = byKey(after.operations, ({ id }) => id);
  for (const was of before.operations) {
    const is = operations.get(was.id);
    const ended = was.http?.until != null && was.http.until < today;
    if (!is) {
      if (!ended) add('operation-removed', was.id, `${was.http ? routeName(was.http) : was.subject} is gone`);
      continue;
    }
    const sent = Object.keys(before.schemas[was.request]?.properties ?? {});
    for (const [rule, detail] of operationBreaks(was, is, sent)) add(rule, was.id, detail);
    message(was.id, [was.request, is.request], 'request');
    if (was.response && is.response) message(was.id, [was.response, is.response], 'answer');
  }

  const events = byKey(after.events, ({ type }) => type);
  for (const was of before.events) {
    const is = events.get(was.type);
    if (!is) {
      add('event-removed', was.type, 'is not published any more');
      continue;
    }
    if (is.subject !== was.subject) add('event-subject-changed', was.type, `${is.subject}, was ${was.subject}`);
    const lost = is.audience.includes('public') ? [] : was.audience.filter((term) => !is.audience.includes(term));
    if (lost.length > 0) add('event-audience-narrowed', was.type, `not shown any more to ${lost.join(', ')}`);
    message(was.type, [was.data, is.data], 'answer');
  }

  const states = byKey(after.states, ({ id }) => id);
  for (const was of before.states) {
    const is = states.get(was.id);
    if (!is || is.subject !== was.subject) {
      add('state-removed', was.id, `nothing is published on ${was.subject}`);
      continue;
    }
    if (is.version !== was.version) add('state-version-changed', was.id, `is ${is.version}, was ${was.version}`);
    message(was.id, [was.data, is.data], 'answer');
  }

  for (const [code, status] of Object.entries(before.errors)) {
    const is = after.errors[code];
    if (is === undefined) add('code-removed', code, 'is answered no more');
    else if (is !== status) add('code-changed', code, `means ${is}, meant ${status}`);
  }

  for (const written of ['problem+json', 'event envelope']) message(written, [written, written], 'answer');
  return found;
}

/** A schema is shared: what breaks in it is one thing, however many use it. */
function gather(found: Break[], { rule, at, detail }: Finding, user: string): void {
  const known = found.find((one) => one.rule === rule && one.at === at && one.detail === detail);
  if (known) known.reaches.push(user);
  else found.push({ rule, at, detail, reaches: [user] });
}

function operationBreaks(was: OperationContract, is: OperationContract, sent: readonly string[]): [Rule, string][] {
  const breaks: [Rule, string][] = [];
  if (is.subject !== was.subject) breaks.push(['subject-changed', `${is.subject}, was ${was.subject}`]);
  if (was.http && !is.http) breaks.push(['route-changed', `${routeName(was.http)} is gone`]);
  if (was.http && is.http) breaks.push(...routeBreaks(was.http, is.http, sent));
  if ((was.response === null) !== (is.response === null))
    breaks.push(['answer-kind-changed', is.response ? 'answers something now' : 'answers nothing any more']);
  if (is.access !== was.access && strictness(is.access) >= strictness(was.access))
    breaks.push(['access-stricter', `${is.access}, was ${was.access}`]);
  if (is.module !== null && is.module !== was.module)
    breaks.push(['module-required', `needs ${is.module}, ${was.module ? `needed ${was.module}` : 'needed none'}`]);
  if (was.idempotent && !is.idempotent) breaks.push(['idempotent-dropped', 'Idempotency-Key is not honoured any more']);
  if (was.version !== 'none' && is.version === 'none') breaks.push(['version-dropped', 'no ETag any more']);
  if (was.version !== 'required' && is.version === 'required')
    breaks.push(['version-required', 'If-Match must be sent']);
  return breaks;
}

function routeBreaks(was: RouteContract, is: RouteContract, sent: readonly string[]): [Rule, string][] {
  const breaks: [Rule, string][] = [];
  if (routeName(is) !== routeName(was)) breaks.push(['route-changed', `${routeName(is)}, was ${routeName(was)}`]);
  for (const what of ['status', 'answers', 'session', 'refusals'] as const)
    if (is[what] !== was[what]) breaks.push(['answer-kind-changed', `${what} is ${is[what]}, was ${was[what]}`]);
  for (const name of sent) {
    const [then, now] = [was.places[name] ?? 'in its usual place', is.places[name] ?? 'in its usual place'];
    if (now !== then) breaks.push(['request-place-changed', `${name}: ${now}, was ${then}`]);
  }
  if (was.form && !is.form) breaks.push(['request-place-changed', 'the body may not come as a form any more']);
  const lost = was.upload?.filter((type) => !is.upload?.includes(type)) ?? [];
  if (lost.length > 0) breaks.push(['upload-narrowed', `${lost.join(', ')} is taken no more`]);
  return breaks;
}

const routeName = ({ method, path }: RouteContract): string => `${method} ${path}`;

/** Two permissions are equally strict, and not the same: who holds one need not hold the other. */
const strictness = (access: string): number =>
  ['anonymous', 'anonymous in a tenant', 'authenticated', 'permission'].indexOf(
    access.replace(/^permission .*/, 'permission'),
  );

const byKey = <T>(all: readonly T[], key: (one: T) => string) => new Map(all.map((one) => [key(one), one]));

const SHOWN = 4;
/** What broke, for whom, and what to do. */
export function explain({ rule, at, detail, reaches }: Break): string {
  const [whom, remedy] = RULES[rule];
  const users =
    reaches.slice(0, SHOWN).join(', ') + (reaches.length > SHOWN ? ` and ${reaches.length - SHOWN} more` : '');
  const where = reaches.length === 1 && reaches[0] === at ? '' : ` (in ${users})`;
  return `${rule} ${at}: ${detail}${where}.\n    Breaks ${whom}. ${remedy}`;
}
