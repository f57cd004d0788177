import { barTo, type Case, type Decider } from './deciding.js';

const CASE: Case = {
  level: 'manager',
  stage: null,
  escalated: false,
  applicantId: 'applicant',
  firstApprovedBy: null,
  rejectedBy: null,
  decidedBefore: [],
  distinctDeciders: false,
};
const MANAGER: Decider = { userId: 'manager', everywhere: false, holdsRole: false, member: false };
const stage = (change: object) => ({
  level: 'manager' as const,
  workingDays: 3,
  fourEyes: false,
  deciders: null,
  escalateTo: [] as string[],
  steps: ['a'],
  ...change,
});

describe('who may decide a case', () => {
  it.each<[string, Partial<Case>, Partial<Decider>, ReturnType<typeof barTo>]>([
    ['whoever holds the permission', {}, {}, null],
    ['not the applicant', {}, { userId: 'applicant' }, 'APPLICANT'],
    ['not the applicant, not even as an administrator', {}, { userId: 'applicant', everywhere: true }, 'APPLICANT'],
    ['no member of the organization that applies', {}, { member: true, everywhere: true }, 'APPLICANT'],
    ['no manager what is for administrators', { level: 'administrator' }, {}, 'ADMINISTRATOR'],
    ['an administrator', { level: 'administrator' }, { everywhere: true }, null],
    ['somebody who is named', { stage: stage({ deciders: { userIds: ['manager'] } }) }, {}, null],
    ['nobody who is not', { stage: stage({ deciders: { userIds: ['other'] } }) }, { everywhere: true }, 'OTHERS'],
    ['a holder of the role', { stage: stage({ deciders: { role: 'fire' } }) }, { holdsRole: true }, null],
    ['nobody without it', { stage: stage({ deciders: { role: 'fire' } }) }, {}, 'OTHERS'],
    [
      'somebody it was escalated to',
      { escalated: true, stage: stage({ deciders: { userIds: ['other'] }, escalateTo: ['manager'] }) },
      {},
      null,
    ],
    [
      'nobody of those before it is escalated',
      { stage: stage({ deciders: { userIds: ['other'] }, escalateTo: ['manager'] }) },
      {},
      'OTHERS',
    ],
    [
      'an administrator once it is escalated',
      { escalated: true, level: 'administrator', stage: stage({ deciders: { userIds: ['other'] } }) },
      { everywhere: true },
      null,
    ],
    ['nobody as both of two', { firstApprovedBy: 'manager' }, {}, 'ANOTHER'],
    ['nobody about an appeal against their own rejection', { rejectedBy: 'manager' }, { everywhere: true }, 'ANOTHER'],
    ['somebody who decided another stage', { decidedBefore: ['manager'] }, {}, null],
    ['nobody who did, where deciders differ', { decidedBefore: ['manager'], distinctDeciders: true }, {}, 'ANOTHER'],
  ])('%s', (_who, change, decider, bar) => {
    expect(barTo('approve', { ...CASE, ...change }, { ...MANAGER, ...decider })).toBe(bar);
  });

  it('the first of two may still say no', () => {
    expect(barTo('reject', { ...CASE, firstApprovedBy: 'manager' }, MANAGER)).toBeNull();
  });
});
