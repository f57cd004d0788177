import type { Money } from '@kit/contracts';
import { ZONE } from './clock.js';

const amount = new Intl.NumberFormat('nb-NO', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const dateTime = new Intl.DateTimeFormat('nb-NO', {
  timeZone: ZONE,
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** `1 200,00 kr` */
export const kroner = ({ amount: ore }: Money): string =>
  `${amount
    .format(ore / 100)
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace('\u2212', '-')} kr`;

/** `01.12.2026 18:00` */
export const time = (at: string | Date): string => dateTime.format(new Date(at)).replace(',', '');

/** `01.12.2026 18:00–20:00` */
export const interval = ({ startsAt, endsAt }: { startsAt: string; endsAt: string }): string => {
  const [from, to] = [time(startsAt), time(endsAt)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from}–${to.slice(11)}` : `${from} – ${to}`;
};

/** Prints the steps of a tour, numbered. */
export class Narrator {
  private number = 0;
  /** What is being done right now; names the step when something goes wrong. */
  current = 'begynnelsen';

  step(title: string): void {
    this.current = title;
    console.log(`\n${String(++this.number).padStart(2)}. ${title}`);
  }

  say(...lines: string[]): void {
    for (const line of lines) console.log(`    ${line}`);
  }

  rows(rows: readonly (readonly string[])[]): void {
    const columns = Math.max(...rows.map((row) => row.length));
    const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
    for (const row of rows) {
      const cells = row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)));
      this.say(`  ${cells.join('  ')}`.trimEnd());
    }
  }
}
