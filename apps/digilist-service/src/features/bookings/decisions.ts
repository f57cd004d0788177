import type { BookingApproval, BookingStatus } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { isEntitled } from '../../platform/index.js';
import { type Applicant, type Assessment, assess, dueAfter, priorityOf, WorkflowsService } from '../approvals/index.js';
import { isPublicHoliday } from '../calendar/index.js';
import { dateOf, dayOf, type ListingReference, type Minute } from '../listings/index.js';

/** What a workflow looks at: a booking as it is to be. */
export interface Proposal {
  readonly listing: ListingReference;
  readonly from: Minute;
  readonly until: Minute;
  readonly total: number;
  readonly attendees: number | null;
  readonly pricingGroup: string;
  readonly recurring: boolean;
}

/** The row of the queue that waits for a decision; all null where nobody has to decide. */
export interface QueueEntry {
  readonly approvalId: string | null;
  readonly workflowId: string | null;
  readonly level: string | null;
  readonly priority: string | null;
  readonly dueAt: Date | null;
}

export const NOBODY_DECIDES: QueueEntry = {
  approvalId: null,
  workflowId: null,
  level: null,
  priority: null,
  dueAt: null,
};

export interface Opinion {
  /** Whether somebody has to decide and why, as the booking records it. */
  readonly approval: BookingApproval;
  /** How it stands in the queue once it has the status. */
  queueAs(status: BookingStatus): QueueEntry;
}

/** Who has to decide about a booking, by the workflow of today. */
@Injectable()
export class Decisions {
  constructor(private readonly workflows: WorkflowsService) {}

  async about(tx: Tx, proposal: Proposal): Promise<Opinion> {
    const [opinion] = await this.aboutAll(tx, proposal.listing, [proposal]);
    return opinion as Opinion;
  }

  /** The same for many of one listing, asking no more often. */
  async aboutAll(tx: Tx, listing: ListingReference, proposals: readonly Proposal[]): Promise<Opinion[]> {
    const { workflowId, steps } = await this.workflows.stepsFor(tx, listing);
    const assessed = proposals.map((proposal) => ({ proposal, assessment: assess(steps, applicantOf(proposal)) }));
    // A licence without approvals has nobody who could decide.
    const decides =
      assessed.some(({ assessment }) => assessment.required) && (await isEntitled(tx, 'digilist.approvals'));
    return assessed.map(({ proposal, assessment }) => ({
      approval: {
        required: assessment.required && decides,
        reasons: assessment.reasons,
        steps: assessment.steps,
      },
      queueAs: (status) =>
        status === 'awaiting_approval' ? entryOf(tx, proposal, assessment, workflowId) : NOBODY_DECIDES,
    }));
  }
}

const applicantOf = ({ listing, from, until, ...proposal }: Proposal): Applicant => ({
  total: proposal.total,
  attendees: proposal.attendees,
  pricingGroup: proposal.pricingGroup,
  listingType: listing.type,
  startsAt: dateOf(from),
  endsAt: dateOf(until),
  timezone: listing.timezone,
  recurring: proposal.recurring,
});

function entryOf(
  tx: Tx,
  { listing, from }: Proposal,
  { level, workingDays }: Assessment,
  workflowId: string | null,
): QueueEntry {
  const startsAt = dateOf(from);
  const due = dueAfter(tx.now, workingDays, listing.timezone, (date) => isPublicHoliday(dayOf(date)));
  // Once it has begun there is nothing left to decide.
  const dueAt = new Date(Math.min(due.getTime(), startsAt.getTime()));
  return { approvalId: uuidv7(), workflowId, level, priority: priorityOf(startsAt, dueAt), dueAt };
}
