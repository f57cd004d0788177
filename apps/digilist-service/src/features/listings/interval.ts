import { INVALID_INTERVAL } from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { MINUTES_A_DAY, type Minute } from './domain/clock.js';

const MS = 60_000;
/** What the calendar can hold, with room for buffers at both ends. */
const [EARLIEST, LATEST] = [Date.UTC(2000, 0, 3), Date.UTC(2126, 11, 30)];

interface Named {
  /** What the request calls the two ends. */
  names?: readonly [string, string];
  /** `exact`: both ends lie on whole minutes. `inside`: they are moved to the next whole minutes inside. */
  grain?: 'exact' | 'inside';
}

/** The interval of a request in minutes. @throws Refusal INVALID_INTERVAL */
export function requireInterval(
  startsAt: string,
  endsAt: string,
  longestDays: number,
  { names = ['startsAt', 'endsAt'], grain = 'exact' }: Named = {},
): [from: Minute, until: Minute] {
  const [start, end] = names;
  const from = instant(startsAt, start, grain, Math.ceil);
  const until = instant(endsAt, end, grain, Math.floor);
  if (until <= from) throw problem(end, 'NOT_AFTER_START', `${end} must be after ${start}.`);
  if (until - from > longestDays * MINUTES_A_DAY) throw problem(end, 'TOO_LONG', `At most ${longestDays} days.`);
  return [from, until];
}

function instant(text: string, path: string, grain: 'exact' | 'inside', round: (minutes: number) => Minute): Minute {
  const time = Date.parse(text);
  if (time < EARLIEST || time > LATEST) throw problem(path, 'OUT_OF_RANGE', 'Times lie between the years 2000 and 2126.');
  if (grain === 'exact' && time % MS !== 0) throw problem(path, 'WHOLE_MINUTES', 'Times are whole minutes.');
  return round(time / MS);
}

const problem = (path: string, code: string, message: string) =>
  new Refusal(INVALID_INTERVAL, { errors: [{ path, code, message }] });
