/** The day from which the dates in the documentation are seen. */
const WRITTEN_ON = Date.UTC(2026, 10, 23);
const DAY_MS = 86_400_000;

/** The same text with its dates moved by whole weeks, as time goes on: what is ahead stays ahead, on the same weekday. */
export function moved(text: string, now = new Date()): string {
  const weeks = Math.floor((now.getTime() - WRITTEN_ON) / (7 * DAY_MS));
  return text.replaceAll(/\b20\d\d-\d\d-\d\d/g, (date) =>
    new Date(Date.parse(date) + weeks * 7 * DAY_MS).toISOString().slice(0, 10),
  );
}
