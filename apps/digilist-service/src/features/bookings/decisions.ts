import type { BookingApproval, BookingStatus } from '@digilist/contracts';
import type { Tx } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { isEntitled } from '../../platform/index.js';
import { type Applicant, assess, Deciders, deadline, priorityOf, WorkflowsService } from '../approvals/index.js';
import { dateOf, type ListingReference, type Minute } from '../listings/index.js';
import type { Notice } from '../notifications/index.js';

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
  constructor(
    private readonly workflows: WorkflowsService,
    private readonly deciders: Deciders,
  ) {}

  async about(tx: Tx, proposal: Proposal): Promise<Opinion> {
    const [opinion] = await this.aboutAll(tx, proposal.listing, [proposal]);
    return opinion as Opinion;
  }

  /** The same for many of one listing, asking no more often. */
  async aboutAll(tx: Tx, listing: ListingReference, proposals: readonly Proposal[]): Promise<Opinion[]> {
    const { workflowId, steps, distinctDeciders } = await this.workflows.stepsFor(tx, listing);
    const assessed = proposals.map((proposal) => ({ proposal, assessment: assess(steps, applicantOf(tx, proposal)) }));
    // A licence without approvals has nobody who could decide.
    const decides =
      assessed.some(({ assessment }) => assessment.required) && (await isEntitled(tx, 'digilist.approvals'));
    return assessed.map(({ proposal, assessment }) => {
      const approval = { ...assessment, required: assessment.required && decides, workflowId, distinctDeciders };
      return {
        approval,
        queueAs: (status) =>
          status === 'awaiting_approval' ? entryOf(tx, beginningOf(proposal), approval) : NOBODY_DECIDES,
      };
    });
  }

  /** What those are told who have to decide now, beside what the applicant is told; nothing where nobody has to. */
  async toldOf(tx: Tx, told: Notice, { orgId, approval, queue }: Queued): Promise<Notice[]> {
    return queue.approvalId === null ? [] : this.deciders.notices(tx, told, { orgId, approval, dueAt: queue.dueAt });
  }
}

const applicantOf = (tx: Tx, { listing, from, until, ...proposal }: Proposal): Applicant => ({
  total: proposal.total,
  attendees: proposal.attendees,
  pricingGroup: proposal.pricingGroup,
  listingType: listing.type,
  startsAt: dateOf(from),
  endsAt: dateOf(until),
  timezone: listing.timezone,
  recurring: proposal.recurring,
  submittedAt: tx.now,
});

/** A booking as it went to the queue, or did not. */
interface Queued {
  /** Organization that owns the listing. */
  readonly orgId: string;
  readonly approval: BookingApproval;
  readonly queue: QueueEntry;
}

/** When and where it begins. */
interface Beginning {
  readonly startsAt: Date;
  readonly timezone: string;
}

const beginningOf = ({ listing, from }: Proposal): Beginning => ({
  startsAt: dateOf(from),
  timezone: listing.timezone,
});

/** The first of the stages that a booking was found to need. */
export function entryOf(
  tx: Tx,
  { startsAt, timezone }: Beginning,
  { stages, workflowId = null }: BookingApproval,
): QueueEntry {
  const [first] = stages ?? [];
  if (!first) throw new Error('a booking waits for a decision that nobody has to make');
  const dueAt = deadline(tx.now, first.workingDays, { startsAt, timezone });
  return { approvalId: uuidv7(), workflowId, level: first.level, priority: priorityOf(startsAt, dueAt), dueAt };
}

/** What the booker reads of it: who decides and what did not matter is for the owner of the place. */
export const asBookersRead = ({ required, reasons, steps }: BookingApproval): BookingApproval => ({
  required,
  reasons,
  steps,
});
