import type { AvailabilityRule } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';

/** What is wrong with a set of opening hours; nothing when it can be kept. */
export function ruleProblems(rules: readonly AvailabilityRule[]): FieldError[] {
  return [...rules.flatMap(problemsOf), ...rules.flatMap((rule, at) => contradictionsOf(rules.slice(0, at), rule, at))];
}

function problemsOf(rule: AvailabilityRule, at: number): FieldError[] {
  const problems: FieldError[] = [];
  const problem = (field: string, code: string, message: string) =>
    problems.push({ path: `rules.${at}.${field}`, code, message });
  if ((rule.opens === undefined) !== (rule.closes === undefined)) {
    problem('closes', 'BOTH_TIMES', 'opens and closes belong together.');
  } else if (rule.opens !== undefined && rule.closes !== undefined && rule.opens >= rule.closes) {
    problem('closes', 'AFTER_OPENS', 'closes must be after opens; a night is two rules, the first until 24:00.');
  }
  if (rule.kind === 'weekly' && rule.opens === undefined)
    problem('opens', 'REQUIRED', 'A weekly rule says when it opens.');
  if (rule.weekdays?.length === 0) problem('weekdays', 'EMPTY', 'Name a day, or leave weekdays out for all of them.');
  const dated = rule.kind === 'season' || rule.kind === 'exception' || rule.kind === 'blackout';
  if (dated && (rule.firstDate === undefined || rule.lastDate === undefined)) {
    problem('firstDate', 'REQUIRED', `A rule of kind ${rule.kind} has a first and a last date.`);
  }
  if (rule.firstDate !== undefined && rule.lastDate !== undefined && rule.firstDate > rule.lastDate) {
    problem('lastDate', 'AFTER_FIRST', 'lastDate must not be before firstDate.');
  }
  return problems;
}

/** Rules of one kind that would decide the same day in two ways. */
function contradictionsOf(before: readonly AvailabilityRule[], rule: AvailabilityRule, at: number): FieldError[] {
  return before.flatMap((other, index) => {
    if (other.kind !== rule.kind || rule.kind === 'weekly' || rule.kind === 'blackout') return [];
    if (!overlap(other, rule)) return [];
    const same = other.firstDate === rule.firstDate && other.lastDate === rule.lastDate;
    if (!same) {
      // Of dates that overlap the ones of fewer days decide; of equally many nobody could say which.
      if (daysOf(other) !== daysOf(rule)) return [];
      const message = `It overlaps rules.${index}, has as many days, and so neither comes first. Let them touch, or make one shorter.`;
      return [{ path: `rules.${at}.firstDate`, code: 'OVERLAPS', message }];
    }
    if ((other.opens === undefined) === (rule.opens === undefined) || !shareWeekday(other, rule)) return [];
    const message = `rules.${index} says the opposite for the same days: one opens, the other is closed all day.`;
    return [{ path: `rules.${at}.opens`, code: 'OPEN_AND_CLOSED', message }];
  });
}

const overlap = (a: AvailabilityRule, b: AvailabilityRule): boolean =>
  (a.firstDate ?? '') <= (b.lastDate ?? '9999') && (b.firstDate ?? '') <= (a.lastDate ?? '9999');

const daysOf = ({ firstDate, lastDate }: AvailabilityRule): number =>
  firstDate === undefined || lastDate === undefined
    ? Number.POSITIVE_INFINITY
    : Date.parse(lastDate) - Date.parse(firstDate);

const shareWeekday = (a: AvailabilityRule, b: AvailabilityRule): boolean =>
  !a.weekdays || !b.weekdays || a.weekdays.some((day) => b.weekdays?.includes(day));
