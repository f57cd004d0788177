import { NO_MAX_AGE, type RuleViolationCode } from '@digilist/contracts';
import { bookingWindow, covers, isPublicHoliday, type Opened, openTime, rulesOf } from '../../calendar/index.js';
import {
  type Day,
  dateText,
  isoOf,
  type ListingReference,
  localDay,
  type Minute,
  type OpeningRule,
  wallTime,
  weekdayOf,
} from '../../listings/index.js';
import { checkUnits, closedComponents, ruledLength } from './check-units.js';
import { amountOf, type Stay, type Used, usedWith, windowsOf } from './quotas.js';

export type Value = number | string | readonly string[] | object;

export interface RuleViolation {
  readonly code: RuleViolationCode;
  /** The field of the request it is about. */
  readonly path: 'startsAt' | 'endsAt' | 'onBehalfOfOrgId' | 'pricingGroup';
  /** What the rule says: for machines, and for the text shown to people. */
  readonly values: Readonly<Record<string, Value>>;
}

/** What somebody wants to book, as far as the rules look at it. */
export interface RuleWish extends Stay {
  readonly behalf: { readonly kind: string } | null;
  readonly pricingGroup: string;
}

/** What the rules ask about whoever books. */
export interface BookerFacts {
  /** Null: not known. */
  readonly birthDate: string | null;
  readonly roleKeys: readonly string[];
  readonly used: Used;
}

export type RuledListing = Opened & Pick<ListingReference, 'bookingRules' | 'quotas'>;

/**
 * Every rule that a booking would break, all at once.
 *
 * @param facts null: nobody in particular asks, so the rules about persons are left out
 */
export function checkRules(
  listing: RuledListing,
  wish: RuleWish,
  facts: BookerFacts | null,
  now: Minute,
): RuleViolation[] {
  const aboutTime = checkTime(listing, wish, now);
  return facts === null
    ? aboutTime
    : [...aboutTime, ...checkBooker(listing, wish, facts), ...checkQuotas(listing, wish, facts)];
}

function checkTime(listing: RuledListing, { from, until }: RuleWish, now: Minute): RuleViolation[] {
  const { minDurationMinutes, maxDurationMinutes } = listing.bookingRules;
  const [violations, violated] = collector();
  const open = openTime(listing, isPublicHoliday, from, until);
  if (!covers(open, from, until)) violated('OUTSIDE_OPENING_HOURS', 'startsAt', hoursAround(listing, from, until));
  violations.push(...checkUnits(listing, from, until, now));
  const length = ruledLength(listing, from, until);
  if (length < minDurationMinutes) violated('TOO_SHORT', 'endsAt', { minDurationMinutes });
  if (length > maxDurationMinutes) violated('TOO_LONG', 'endsAt', { maxDurationMinutes });
  const { earliest, latest } = bookingWindow(listing, now);
  if (from < earliest) violated('TOO_SOON', 'startsAt', { earliest: isoOf(earliest) });
  if (until > latest) violated('TOO_FAR', 'endsAt', { latest: isoOf(latest) });
  return violations;
}

function checkBooker({ bookingRules, timezone }: RuledListing, wish: RuleWish, facts: BookerFacts): RuleViolation[] {
  const { minAge, maxAge, bookers, roleKeys, organizationKinds, pricingGroups } = bookingRules;
  const { behalf, pricingGroup, from } = wish;
  const [violations, violated] = collector();
  if (minAge > 0 || maxAge < NO_MAX_AGE) {
    const age = facts.birthDate === null ? null : ageOn(facts.birthDate, wallTime(timezone, from).day);
    if (age === null) violated('AGE_UNKNOWN', 'startsAt', { minAge, maxAge });
    else if (age < minAge) violated('TOO_YOUNG', 'startsAt', { minAge });
    else if (age > maxAge) violated('TOO_OLD', 'startsAt', { maxAge });
  }
  if (roleKeys.length > 0 && !roleKeys.some((key) => facts.roleKeys.includes(key)))
    violated('ROLE_NOT_ALLOWED', 'startsAt', { roleKeys });
  if (bookers === 'organizations' && behalf === null) violated('ONLY_FOR_ORGANIZATIONS', 'onBehalfOfOrgId');
  if (bookers === 'persons' && behalf !== null) violated('ONLY_FOR_PERSONS', 'onBehalfOfOrgId');
  if (organizationKinds.length > 0 && behalf !== null && !organizationKinds.includes(behalf.kind))
    violated('ORGANIZATION_KIND_NOT_ALLOWED', 'onBehalfOfOrgId', { organizationKinds });
  if (pricingGroups.length > 0 && !pricingGroups.includes(pricingGroup))
    violated('PRICING_GROUP_NOT_ALLOWED', 'pricingGroup', { pricingGroups });
  return violations;
}

/** The quotas of which more would be used than they allow. */
export function checkQuotas(listing: RuledListing, stay: Stay, { used }: Pick<BookerFacts, 'used'>): RuleViolation[] {
  const [violations, violated] = collector();
  for (const { key, quota, firstDay, lastDay } of windowsOf(listing, stay)) {
    const before = used.get(key);
    if (before === undefined) throw new Error(`nobody counted what is used of quota ${key}`);
    if (before + amountOf(quota, stay) <= quota.most) continue;
    const { id: quotaId, name, measure, most, period, per } = quota;
    violated('QUOTA_EXCEEDED', 'startsAt', {
      quotaId,
      name,
      per,
      measure,
      most,
      used: before,
      period,
      ...(firstDay !== null && lastDay !== null && { firstDate: dateText(firstDay), lastDate: dateText(lastDay) }),
    });
  }
  return violations;
}

/** What would be known about the booker if the wish were granted: of many, each is judged after those before it. */
export const factsAfter = (facts: BookerFacts, listing: RuledListing, wish: RuleWish): BookerFacts => {
  const used = usedWith(facts.used, listing, wish);
  return used === facts.used ? facts : { ...facts, used };
};

/**
 * Whether it is too late for the booker to change or to cancel a confirmed booking. Staff is not asked.
 */
export function checkNotice(
  { bookingRules }: Pick<RuledListing, 'bookingRules'>,
  what: 'change' | 'cancel',
  startsAt: Minute,
  now: Minute,
): RuleViolation | null {
  const [notice, code] =
    what === 'change'
      ? ([bookingRules.changeUntilMinutes, 'CHANGE_TOO_LATE'] as const)
      : ([bookingRules.cancelUntilMinutes, 'CANCEL_TOO_LATE'] as const);
  const until = startsAt - notice;
  return now <= until ? null : { code, path: 'startsAt', values: { until: isoOf(until) } };
}

/** Years of age on a day. Who was born on 29 February is a year older on 1 March of the years without one. */
export function ageOn(birthDate: string, day: Day): number {
  const date = dateText(day);
  const years = Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return date.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** When it is open on the first day of the stay on which it is not open all the time, and what is told about that day. */
function hoursAround(listing: RuledListing, from: Minute, until: Minute): RuleViolation['values'] {
  const { opening, timezone } = listing;
  let { day } = wallTime(timezone, from);
  for (; ; day++) {
    const { starts, length } = localDay(timezone, day);
    const spans = openTime(listing, isPublicHoliday, starts, starts + length);
    const [start, end] = [Math.max(from, starts), Math.min(until, starts + length)];
    // The days between are open from midnight to midnight, but for the last.
    if (end < until && covers(spans, start, end)) continue;
    const open: { startsAt: string; endsAt: string }[] = [];
    for (let at = 0; at < spans.length; at += 2)
      open.push({ startsAt: isoOf(spans[at] as Minute), endsAt: isoOf(spans[at + 1] as Minute) });
    const deciding = decidingOn(opening, day);
    const components = closedComponents(listing, start, end);
    return {
      date: dateText(day),
      open,
      notes: deciding.flatMap(({ note }) => (note ? [note] : [])),
      closedBy: deciding.map(({ kind, note }) => ({ kind, note })),
      ...(components.length > 0 && { components }),
    };
  }
}

/** The rules that make a day what it is; an ordinary day without any is closed by the week. */
function decidingOn(opening: readonly OpeningRule[], day: Day): Pick<OpeningRule, 'kind' | 'note'>[] {
  const rules = [...rulesOf(opening, day, isPublicHoliday(day)), ...opening.filter((rule) => shutsOn(rule, day))];
  return rules.length > 0 ? rules : [{ kind: 'weekly', note: null }];
}

const shutsOn = ({ kind, weekdays, firstDay, lastDay }: OpeningRule, day: Day): boolean =>
  kind === 'blackout' &&
  weekdays.includes(weekdayOf(day)) &&
  (firstDay === null || firstDay <= day) &&
  (lastDay === null || day <= lastDay);

function collector(): [
  RuleViolation[],
  (code: RuleViolationCode, path: RuleViolation['path'], values?: RuleViolation['values']) => void,
] {
  const violations: RuleViolation[] = [];
  return [violations, (code, path, values = {}) => violations.push({ code, path, values })];
}
