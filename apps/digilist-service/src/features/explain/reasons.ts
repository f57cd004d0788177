import type { AvailabilityReason } from '@digilist/contracts';
import { type Locale, Refusal } from '@kit/contracts';
import { fieldErrorOf, type RuleViolation } from '../rules/index.js';

/** Gathers everything that would be refused, where a booking stops at the first refusal. */
export class Reasons {
  readonly all: AvailabilityReason[] = [];

  constructor(private readonly locale: Locale) {}

  /** What a step answers, or null with the reason why it refused. */
  async of<T>(step: () => T | Promise<T>, path: string | null = null): Promise<T | null> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refused(error, path);
      return null;
    }
  }

  refused({ code, reason, details = {} }: Refusal, path: string | null = null): void {
    this.all.push({ code, path, message: reason.text[this.locale], details });
  }

  broken(violations: readonly RuleViolation[], timezone: string): void {
    for (const violation of violations) {
      const { path, code, message } = fieldErrorOf(violation, timezone, this.locale);
      this.all.push({ code, path, message, details: { ...violation.values } });
    }
  }

  has(code: string): boolean {
    return this.all.some((reason) => reason.code === code);
  }
}
