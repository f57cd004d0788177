import type { ApprovalWorkflowTrial, TryApprovalWorkflow } from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, requireOrg, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { type Applicant, assess, type Step } from './domain/workflow.js';
import { requireSound } from './workflows.service.js';
import { TRIED_BOOKINGS, WORKFLOW_PLACE } from './workflows.sql.js';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST = 2_000;
const SHOWN = 50;

type TriedRow = Applicant & { id: string; required: boolean } & Record<string, unknown>;

/** What a workflow would have said about bookings that were made already. */
@Injectable()
export class WorkflowTrialsService {
  constructor(private readonly work: UnitOfWork) {}

  try(ctx: RequestContext, request: TryApprovalWorkflow): Promise<ApprovalWorkflowTrial> {
    return this.work.run(ctx, async (tx) => {
      const { orgId, listingId = null, days = USUAL_DAYS, steps } = request;
      requireOrg(tx.reach, orgId);
      const [place] = await tx.query<{ organization: boolean; listing: boolean }>(WORKFLOW_PLACE, [
        tx.tenantId,
        orgId,
        listingId,
      ]);
      if (!place?.organization || !place.listing) throw new Refusal(NOT_FOUND);
      await requireSound(tx, orgId, request);
      const since = firstIdOf(new Date(tx.now.getTime() - days * DAY_MS));
      const rows = await tx.query<TriedRow>(TRIED_BOOKINGS, [tx.tenantId, orgId, listingId, since, MOST]);
      return trialOf(rows, steps as unknown as Step[]);
    });
  }
}

function trialOf(rows: readonly TriedRow[], steps: readonly Step[]): ApprovalWorkflowTrial {
  const tried = rows.map((row) => ({ row, met: assess(steps, row).reasons.map(({ step }) => step) }));
  const changed = tried.filter(({ row, met }) => row.required !== met.length > 0);
  return {
    bookings: rows.length,
    required: rows.filter(({ required }) => required).length,
    wouldBeRequired: tried.filter(({ met }) => met.length > 0).length,
    steps: steps.map(({ key }) => ({ key, bookings: tried.filter(({ met }) => met.includes(key)).length })),
    changed: changed.slice(0, SHOWN).map(({ row, met }) => ({
      bookingId: row.id,
      startsAt: row.startsAt.toISOString(),
      required: row.required,
      wouldBeRequired: met.length > 0,
      steps: met,
    })),
  };
}

/** Ids carry the time at which they were made: those made from here on are not below this one. */
const firstIdOf = (instant: Date): string => {
  const time = instant.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
};
