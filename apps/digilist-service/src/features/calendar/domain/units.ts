import { type Day, type ListingReference, type Minute, ruleInstant, stayDays, wallTime } from '../../listings/index.js';
import { intersect, NOTHING, type Spans, spansOf, subtract } from './intervals.js';
import { blackoutsOn, type IsHoliday, openingOn, openingSpans, opensOn } from './opening-hours.js';

/** What of a listing decides when it can be booked at all, whoever has it. */
export type Opened = Pick<
  ListingReference,
  'bookingModel' | 'opening' | 'timezone' | 'slotMinutes' | 'checkIn' | 'checkOut' | 'components'
>;

/**
 * The pieces of time that a listing is booked in, as [start, end, start, end, …]: slots may touch, nights may leave
 * a gap. Null: any minutes will do.
 */
export type Units = readonly Minute[] | null;

/** When it is open. A package is open while all it consists of is; a stay of several days runs through its nights. */
export function openTime(listing: Opened, isHoliday: IsHoliday, from: Minute, until: Minute): Spans {
  if (listing.bookingModel === 'ALL_DAY') return openStays(listing, isHoliday, from, until);
  let open = openingSpans(listing.opening, listing.timezone, isHoliday, from, until);
  for (const { opening, timezone } of listing.components) {
    if (open.length === 0) return open;
    open = intersect(open, openingSpans(opening, timezone, isHoliday, from, until));
  }
  return open;
}

/** The whole units that lie in [from, until). */
export function unitsOf(listing: Opened, isHoliday: IsHoliday, from: Minute, until: Minute): Units {
  if (listing.bookingModel !== 'SLOT' && listing.bookingModel !== 'ALL_DAY') return null;
  const units: Minute[] = [];
  for (const day of daysAround(listing.timezone, from, until)) {
    for (const [start, end] of unitsOn(listing, isHoliday, day)) {
      if (start >= from && end <= until) units.push(start, end);
    }
  }
  return units;
}

/** What of the free time can be booked in whole units: any that follow each other in one span of the answer. */
export function wholeUnits(listing: Pick<Opened, 'bookingModel'>, units: Units, free: Spans): Spans {
  if (units === null) return free;
  const out: Minute[] = [];
  let span = 0;
  let joined = -1;
  for (let at = 0; at < units.length; at += 2) {
    const [start, end] = [units[at] as Minute, units[at + 1] as Minute];
    while (span < free.length && (free[span + 1] as Minute) < end) span += 2;
    if (span >= free.length) break;
    if ((free[span] as Minute) > start) continue;
    // Slots follow each other without a gap; between two nights of a stay nobody else has the place either.
    const follows = joined === span && (listing.bookingModel === 'ALL_DAY' || out.at(-1) === start);
    if (follows) out[out.length - 1] = end;
    else out.push(start, end);
    joined = span;
  }
  return out;
}

/** The units that lie in any of the spans. */
export function unitsWithin(units: readonly Minute[], spans: Spans): Minute[] {
  const out: Minute[] = [];
  let span = 0;
  for (let at = 0; at < units.length; at += 2) {
    const [start, end] = [units[at] as Minute, units[at + 1] as Minute];
    while (span < spans.length && (spans[span + 1] as Minute) < end) span += 2;
    if (span >= spans.length) break;
    if ((spans[span] as Minute) <= start) out.push(start, end);
  }
  return out;
}

/** Is it one or more whole units that follow each other? */
export function fitsUnits(listing: Opened, isHoliday: IsHoliday, from: Minute, until: Minute): boolean {
  const units = unitsOf(listing, isHoliday, from, until);
  if (units === null) return true;
  const whole = wholeUnits(listing, units, [from, until]);
  return whole.length === 2 && whole[0] === from && whole[1] === until;
}

/** How many units somebody means who asks for [from, until). */
export function unitCount(listing: Opened, from: Minute, until: Minute): number {
  if (listing.bookingModel === 'ALL_DAY') return stayDays(listing, from, until);
  return Math.max(1, Math.round((until - from) / (listing.slotMinutes ?? until - from)));
}

function unitsOn(listing: Opened, isHoliday: IsHoliday, day: Day): [Minute, Minute][] {
  if (listing.bookingModel === 'ALL_DAY') return [stayOn(listing, day)];
  const length = listing.slotMinutes;
  if (length === null) return [];
  const slots: [Minute, Minute][] = [];
  const open = openingOn(listing.opening, listing.timezone, isHoliday, day);
  for (let span = 0; span < open.length; span += 2) {
    const last = (open[span + 1] as Minute) - length;
    for (let start = open[span] as Minute; start <= last; start += length) slots.push([start, start + length]);
  }
  return slots;
}

/** From check-in on the day until check-out: on the same day, or on the next where it is not after check-in. */
function stayOn({ timezone, checkIn, checkOut }: Opened, day: Day): [Minute, Minute] {
  const leaves = checkOut > checkIn ? day : day + 1;
  return [ruleInstant(timezone, day, checkIn, 'first'), ruleInstant(timezone, leaves, checkOut, 'last')];
}

function openStays(listing: Opened, isHoliday: IsHoliday, from: Minute, until: Minute): Spans {
  const { opening, timezone } = listing;
  const open: [Minute, Minute][] = [];
  const shut: [Minute, Minute][] = [];
  let left: Minute | null = null;
  for (const day of daysAround(timezone, from, until)) {
    shut.push(...blackoutsOn(opening, timezone, day));
    if (!opensOn(opening, isHoliday, day)) {
      left = null;
      continue;
    }
    const [start, end] = stayOn(listing, day);
    open.push([left ?? start, end]);
    left = end;
  }
  if (open.length === 0) return NOTHING;
  return intersect(subtract(spansOf(open), spansOf(shut)), [from, until]);
}

/** Every day of which a unit could reach into the window. */
function* daysAround(zone: string, from: Minute, until: Minute): Generator<Day> {
  const last = wallTime(zone, until - 1).day;
  for (let day = wallTime(zone, from).day - 1; day <= last; day++) yield day;
}
