/** Wall-clock time of the demo's municipalities. */
export const ZONE = 'Europe/Oslo';

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});

function wallClock(at: Date): { date: string; time: string } {
  const part = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return { date: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}` };
}

/** `2026-12-01` where the municipality is. */
export const localDate = (at: Date): string => wallClock(at).date;

/** `18:00` where the municipality is. */
export const localTime = (at: Date): string => wallClock(at).time;

/** The instant of a wall-clock time, as RFC 3339. `24:00` is the midnight that ends the day. */
export function instant(date: string, time: string): string {
  const asUtc = Date.parse(`${date}T00:00:00Z`) + minutesOf(time) * 60_000;
  // The offset at the first guess is wrong only within the hours of a change, where no one books.
  const guess = new Date(asUtc - offsetMinutes(new Date(asUtc)) * 60_000);
  return new Date(asUtc - offsetMinutes(guess) * 60_000).toISOString();
}

const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

function offsetMinutes(at: Date): number {
  const { date, time } = wallClock(at);
  return Math.round((Date.parse(`${date}T${time}:00Z`) - at.getTime()) / 60_000);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 1 is Monday. */
export const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7;

/** The first day after this one that is the weekday. */
export const next = (date: string, day: number): string => addDays(date, ((day - weekday(date) + 6) % 7) + 1);
