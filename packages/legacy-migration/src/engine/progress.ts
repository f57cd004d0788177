/** Says how far a run has come: a bar that is drawn over at a terminal, else a line now and then. */
export class ProgressLine {
  private done = 0;
  private readonly began = Date.now();
  private startedWith = 0;
  private shownAt = 0;

  constructor(
    private readonly out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
    private readonly total: number,
    private readonly everyMs = out.isTTY ? 100 : 2_000,
  ) {}

  /** Rows that an earlier process had dealt with: they count as done, not as fast. */
  passed(rows: number): void {
    this.done += rows;
    this.startedWith += rows;
  }

  advance(load: string, rows: number): void {
    this.done += rows;
    if (Date.now() - this.shownAt < this.everyMs) return;
    this.shownAt = Date.now();
    this.show(this.line(load));
  }

  /** What follows begins on a line of its own. */
  end(): void {
    if (this.out.isTTY) this.out.write('\r\u001b[K');
  }

  private show(text: string): void {
    if (this.out.isTTY) this.out.write(`\r\u001b[K${text.slice(0, (this.out.columns ?? 100) - 1)}`);
    else this.out.write(`${text}\n`);
  }

  private line(load: string): string {
    const seconds = (Date.now() - this.began) / 1000;
    const speed = (this.done - this.startedWith) / Math.max(seconds, 0.001);
    const share = this.total === 0 ? 1 : Math.min(1, this.done / this.total);
    const left = speed > 0 ? clock((this.total - this.done) / speed) : '?';
    const bar = '#'.repeat(Math.round(share * 24)).padEnd(24, '.');
    return `[${bar}] ${(share * 100).toFixed(1).padStart(5)} %  ${load}  ${this.done} of ${this.total} rows  ${Math.round(speed)} rows/s  ETA ${left}`;
  }
}

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
