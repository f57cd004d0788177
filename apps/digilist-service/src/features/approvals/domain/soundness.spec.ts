import type { ApprovalStep } from '@digilist/contracts';
import { problemsOf } from './soundness.js';

const KNOWN = { userIds: new Set(['ola', 'kari']), roles: new Set(['case_handler']) };
const step = (key: string, change: Partial<ApprovalStep> = {}): ApprovalStep => ({
  key,
  when: { kind: 'always' },
  level: 'manager',
  workingDays: 3,
  ...change,
});
const codes = (...steps: ApprovalStep[]) => problemsOf(steps, KNOWN).map(({ path, code }) => `${path} ${code}`);

describe('a workflow', () => {
  it('that names people and roles who can decide is sound', () => {
    expect(
      codes(
        step('a', { deciders: { userIds: ['ola', 'kari'] }, fourEyes: true, escalateTo: ['kari'] }),
        step('b', { stage: 2, deciders: { role: 'case_handler' } }),
      ),
    ).toEqual([]);
  });

  it('hears of everything that is wrong at once', () => {
    expect(
      codes(
        step('a', { when: { kind: 'amount_above' }, deciders: { userIds: ['per'] }, escalateTo: ['per'] }),
        step('a', { deciders: { role: 'cook' } }),
        step('c', { stage: 2, deciders: {} }),
        step('d', { stage: 3, deciders: { userIds: ['ola'] }, fourEyes: true }),
      ),
    ).toEqual([
      'steps.0.when CONDITION',
      'steps.0.deciders.userIds CANNOT_DECIDE',
      'steps.0.escalateTo CANNOT_DECIDE',
      'steps.1.key UNIQUE',
      'steps.1.deciders.role CANNOT_DECIDE',
      'steps.1.deciders STAGE',
      'steps.2.deciders EMPTY',
      'steps.3.fourEyes ONE_PERSON',
    ]);
  });
});
