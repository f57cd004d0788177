/** More than this in one transaction is a loop over rows that one statement should take together. */
const MOST = 12;

/** For tests: fails the use case that asks the same statement again and again, where it does so. */
export class LoopWatch {
  private readonly asked = new Map<string, number>();

  note(statement: string): void {
    const times = (this.asked.get(statement) ?? 0) + 1;
    this.asked.set(statement, times);
    if (times > MOST) throw new Error(`statement "${statement}" runs for the ${times}th time in one transaction`);
  }
}
