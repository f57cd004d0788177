import { caughtUp, type Municipality } from './municipality.js';
import type { Sample, Targets } from './samples.js';

export interface ApprovalTargets {
  workflowId: string;
}

const name = { nb: 'Ny' };
const steps = [{ key: 'always', when: { kind: 'always' as const }, level: 'manager' as const, workingDays: 1 }];
/** An id that no row has. */
const NOBODY = '01980a3e-0000-7000-8000-000000000000';

const none = () => ({});
const approval = ({ approvalId }: Targets) => ({ id: approvalId });
const workflow = ({ workflowId }: Targets) => ({ id: workflowId });

export const approvalSamples: Record<string, Sample> = {
  listApprovals: { request: none },
  getApproval: { request: approval, ofOrg: true },
  approveBooking: { request: approval, ofOrg: true },
  rejectBooking: {
    request: ({ approvalId }) => ({ id: approvalId, reasonCode: 'other', reason: 'Tatt over' }),
    ofOrg: true,
  },
  decideApprovals: { request: () => ({ decision: 'approve', ids: [NOBODY] }) },
  assignApproval: { request: ({ approvalId }) => ({ id: approvalId, userId: null }), ofOrg: true },
  prioritizeApproval: { request: ({ approvalId }) => ({ id: approvalId, priority: 'low' }), ofOrg: true },
  claimApproval: { request: none },
  clarifyApproval: { request: ({ approvalId }) => ({ id: approvalId, question: 'Hvor mange?' }), ofOrg: true },
  answerClarification: { request: ({ bookingId }) => ({ id: bookingId, answer: 'Tretti' }), ofOrg: true },
  listBookingMessages: { request: ({ bookingId }) => ({ id: bookingId }), ofOrg: true },
  appealBooking: { request: ({ bookingId }) => ({ id: bookingId, text: 'Vi er førti' }), ofOrg: true },
  listApprovalWorkflows: { request: none },
  getApprovalWorkflow: { request: workflow, ofOrg: true },
  createApprovalWorkflow: { request: ({ orgId }) => ({ orgId, name, steps }), ofOrg: true },
  updateApprovalWorkflow: { request: ({ workflowId }) => ({ id: workflowId, name, steps }), ofOrg: true },
  retireApprovalWorkflow: { request: workflow, ofOrg: true },
  tryApprovalWorkflow: { request: ({ orgId }) => ({ orgId, name, steps }), ofOrg: true },
};

/** A workflow of an organization of its own: it decides about nothing that anybody books here. */
export async function approvalTargetsOf({ admin, organization }: Municipality): Promise<ApprovalTargets> {
  const orgId = await organization('Næring');
  const { id } = await caughtUp(() => admin.client.digilist.createApprovalWorkflow({ orgId, name, steps }));
  return { workflowId: id as string };
}
