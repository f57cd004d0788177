import { RECURRENCE_INVALID } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { dateOf, isInCalendar, isoOf, type Minute, ruleInstant, wallTime } from '../../listings/index.js';
import { requireRecurrence, seriesDays } from '../../recurring/index.js';

/**
 * A time repeated by a rule, at the same hours of the clock on the wall. Where the clock is changed it is rather longer
 * than shorter: nobody shall come in while the place is closed.
 *
 * @throws Refusal RECURRENCE_INVALID, RECURRENCE_EMPTY, RECURRENCE_TOO_LONG
 */
export function repeated(rule: string, zone: string, from: Minute, until: Minute): [from: Minute, until: Minute][] {
  const [first, end] = [wallTime(zone, from), wallTime(zone, until)];
  const recurrence = requireRecurrence(rule, zone, first.minute);
  if (recurrence.count === null && recurrence.until === null) throw invalid('ENDLESS', 'rule needs COUNT or UNTIL');
  const days = seriesDays({ recurrence, firstDay: first.day, exceptDays: [], extraDays: [] });
  const times = days.map(({ day }): [Minute, Minute] => [
    ruleInstant(zone, day, first.minute, 'first'),
    ruleInstant(zone, day + end.day - first.day, end.minute, 'last'),
  ]);
  const meets = times.find(([start], at) => at > 0 && start < (times[at - 1]?.[1] as Minute));
  if (meets) throw invalid('OVERLAP', `the one at ${isoOf(meets[0])} would begin before the one before it ends`);
  const beyond = times.find(([, last]) => !isInCalendar(dateOf(last)));
  if (beyond) throw invalid('OUT_OF_RANGE', `the one at ${isoOf(beyond[0])} lies behind the end of the calendar`);
  return times;
}

const invalid = (code: string, message: string) =>
  new Refusal(RECURRENCE_INVALID, { errors: [{ path: 'rule', code, message }] });
