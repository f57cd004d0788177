import type { AvailabilityRule } from '@digilist/contracts';
import type { FieldError } from '@kit/contracts';

/** What is wrong with a set of opening hours; nothing when it can be kept. */
export function ruleProblems(rules: readonly AvailabilityRule[]): FieldError[] {
  return rules.flatMap((rule, at) => {
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
  });
}
