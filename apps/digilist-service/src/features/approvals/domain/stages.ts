import type { ApprovalDeciders, ApprovalLevel, ApprovalStage, BookingApproval } from '@digilist/contracts';

/** What of a step makes the stage it belongs to. */
interface Part {
  readonly key: string;
  readonly level: ApprovalLevel;
  readonly workingDays: number;
  readonly stage?: number;
  readonly deciders?: ApprovalDeciders;
  readonly fourEyes?: boolean;
  readonly escalateTo?: readonly string[];
}

/** The decisions that steps which apply lead to: one for each stage, at its highest level and within its shortest time. */
export function stagesOf(met: readonly Part[]): ApprovalStage[] {
  const numbers = [...new Set(met.map(numberOf))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const parts = met.filter((part) => numberOf(part) === number);
    return {
      level: parts.some(({ level }) => level === 'administrator') ? 'administrator' : 'manager',
      workingDays: Math.min(...parts.map(({ workingDays }) => workingDays)),
      fourEyes: parts.some(({ fourEyes }) => fourEyes === true),
      // A workflow is only sound where they all say the same.
      deciders: parts[0]?.deciders ?? null,
      escalateTo: [...new Set(parts.flatMap(({ escalateTo = [] }) => escalateTo))],
      steps: parts.map(({ key }) => key),
    };
  });
}

export const numberOf = ({ stage = 1 }: Pick<Part, 'stage'>): number => stage;

/** A stage of a booking by its number, from 1. What was placed before there were stages has one. */
export const stageAt = ({ stages = [] }: BookingApproval, number: number): ApprovalStage | null =>
  stages[number - 1] ?? null;
