import {
  type ApprovalCondition,
  type ApprovalWorkflow,
  type ApprovalWorkflows,
  type CreateApprovalWorkflow,
  WORKFLOW_INVALID,
} from '@digilist/contracts';
import { type FieldError, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { CatchUp } from '../../platform/index.js';
import { CREATE_WORKFLOW, LIST_WORKFLOWS, TENANT_WORKFLOWS, WORKFLOW_PLACE } from './approvals.sql.js';
import {
  DEFAULT_STEPS,
  isCondition,
  nearest,
  type Step,
  type Workflow,
  type WorkflowPlace,
} from './domain/workflow.js';

type WorkflowRow = ApprovalWorkflow & Record<string, unknown>;

const DEFAULT_WORKFLOW: ApprovalWorkflow = {
  id: null,
  orgId: null,
  listingId: null,
  name: { nb: 'Standard saksgang', nn: 'Standard saksgang', en: 'Default workflow' },
  steps: DEFAULT_STEPS.map((step) => ({ ...step, when: { ...step.when } as ApprovalCondition })),
  version: 1,
};

/** Another process hears of a new workflow within this time. */
const KNOWN_MS = 5_000;
const TENANTS_KEPT = 1_000;

/** Which bookings need a decision, and whose. */
@Injectable()
export class WorkflowsService {
  private readonly known = new Map<string, { workflows: readonly Workflow[]; until: number }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly copies: CatchUp,
  ) {}

  /** The workflow of a listing; the default where nobody has written one. */
  async stepsFor(tx: Tx, listing: WorkflowPlace): Promise<{ workflowId: string | null; steps: readonly Step[] }> {
    const found = nearest(await this.ofTenant(tx), listing);
    return found ? { workflowId: found.id, steps: found.steps } : { workflowId: null, steps: DEFAULT_STEPS };
  }

  private async ofTenant(tx: Tx): Promise<readonly Workflow[]> {
    const known = this.known.get(tx.tenantId);
    if (known && known.until > Date.now()) return known.workflows;
    const workflows = await tx.query<Workflow & Record<string, unknown>>(TENANT_WORKFLOWS, [tx.tenantId]);
    if (this.known.size >= TENANTS_KEPT) this.known.clear();
    this.known.set(tx.tenantId, { workflows, until: Date.now() + KNOWN_MS });
    return workflows;
  }

  list(ctx: RequestContext): Promise<ApprovalWorkflows> {
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<WorkflowRow>(LIST_WORKFLOWS, [tx.tenantId, tx.reach.tenant, tx.reach.orgIds]);
      return { data: [...rows, DEFAULT_WORKFLOW] };
    });
  }

  create(ctx: RequestContext, request: CreateApprovalWorkflow): Promise<ApprovalWorkflow> {
    return this.copies.naming(ctx, request.orgId, async (tx, organizationUnknown) => {
      const { orgId, listingId = null, name, steps } = request;
      const [place] = await tx.query<{ organization: boolean; listing: boolean }>(WORKFLOW_PLACE, [
        tx.tenantId,
        orgId,
        listingId,
      ]);
      if (!place?.organization) throw organizationUnknown;
      requireOrg(tx.reach, orgId);
      if (!place.listing) throw new Refusal(NOT_FOUND);
      requireSound(steps);
      const values = [tx.tenantId, orgId, listingId, JSON.stringify(name), JSON.stringify(steps), tx.actorId];
      const workflow = await tx.one<WorkflowRow>(CREATE_WORKFLOW, values);
      tx.audit({
        action: 'digilist.approval-workflow.create',
        entity: { type: 'approval_workflow', id: workflow.id },
        orgId,
        changes: { listingId, steps: steps.map(({ key }) => key) },
      });
      const { tenantId } = tx;
      tx.afterCommit(() => this.known.delete(tenantId));
      return workflow;
    });
  }
}

/** @throws Refusal WORKFLOW_INVALID with every step that is not sound */
function requireSound(steps: CreateApprovalWorkflow['steps']): void {
  const errors: FieldError[] = steps.flatMap((step, at) => [
    ...(isCondition({ ...step.when })
      ? []
      : [{ path: `steps.${at}.when`, code: 'CONDITION', message: `${step.when.kind} lacks what it compares with` }]),
    ...(steps.findIndex(({ key }) => key === step.key) === at
      ? []
      : [{ path: `steps.${at}.key`, code: 'UNIQUE', message: 'the keys of the steps must differ' }]),
  ]);
  if (errors.length > 0) throw new Refusal(WORKFLOW_INVALID, { errors });
}
