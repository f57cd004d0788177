import {
  type ApprovalCondition,
  type ApprovalWorkflow,
  type ApprovalWorkflowId,
  type ApprovalWorkflows,
  type ApprovalWorkflowTerms,
  type CreateApprovalWorkflow,
  type UpdateApprovalWorkflow,
  WORKFLOW_INVALID,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import { type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { CatchUp, patternsOf, whoCan } from '../../platform/index.js';
import { DECIDE } from './deciders.js';
import { namedIn, problemsOf } from './domain/soundness.js';
import { DEFAULT_STEPS, nearest, type Step, type Workflow, type WorkflowPlace } from './domain/workflow.js';
import {
  CREATE_WORKFLOW,
  DECIDING_ROLES,
  GET_WORKFLOW,
  LIST_WORKFLOWS,
  RETIRE_WORKFLOW,
  TENANT_WORKFLOWS,
  UPDATE_WORKFLOW,
  WORKFLOW_PLACE,
  type WorkflowRow,
} from './workflows.sql.js';

const DEFAULT_WORKFLOW: ApprovalWorkflow = {
  id: null,
  orgId: null,
  listingId: null,
  name: { nb: 'Standard saksgang', nn: 'Standard saksgang', en: 'Default workflow' },
  steps: DEFAULT_STEPS.map(({ key, when, level, workingDays }) => ({
    key,
    when: { ...when } as ApprovalCondition,
    level,
    workingDays,
  })),
  distinctDeciders: false,
  version: 1,
};

/** What holds of a booking's way to a decision. */
export type StepsFor = Pick<Workflow, 'steps' | 'distinctDeciders'> & { workflowId: string | null };

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
  async stepsFor(tx: Tx, listing: WorkflowPlace): Promise<StepsFor> {
    const found = nearest(await this.ofTenant(tx), listing);
    if (!found) return { workflowId: null, steps: DEFAULT_STEPS, distinctDeciders: false };
    return { workflowId: found.id, steps: found.steps, distinctDeciders: found.distinctDeciders };
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

  get(ctx: RequestContext, { id }: ApprovalWorkflowId): Promise<ApprovalWorkflow> {
    return this.work.run(ctx, (tx) => read(tx, id));
  }

  create(ctx: RequestContext, request: CreateApprovalWorkflow): Promise<ApprovalWorkflow> {
    return this.copies.naming(ctx, request.orgId, async (tx, organizationUnknown) => {
      const { orgId, listingId = null } = request;
      const [place] = await tx.query<{ organization: boolean; listing: boolean }>(WORKFLOW_PLACE, [
        tx.tenantId,
        orgId,
        listingId,
      ]);
      if (!place?.organization) throw organizationUnknown;
      requireOrg(tx.reach, orgId);
      if (!place.listing) throw new Refusal(NOT_FOUND);
      await requireSound(tx, orgId, request);
      const values = [tx.tenantId, orgId, listingId, ...termsOf(request), tx.actorId];
      const workflow = await tx.one<WorkflowRow>(CREATE_WORKFLOW, values);
      this.changed(tx, 'create', workflow);
      return workflow;
    });
  }

  update(ctx: RequestContext, { id, ...terms }: UpdateApprovalWorkflow): Promise<ApprovalWorkflow> {
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await read(tx, id);
      await requireSound(tx, orgId as string, terms);
      const values = [tx.tenantId, id, ctx.ifMatch, ...termsOf(terms), tx.actorId];
      const [workflow] = await tx.query<WorkflowRow>(UPDATE_WORKFLOW, values);
      if (!workflow) throw new Refusal(STALE_VERSION);
      this.changed(tx, 'update', workflow);
      return workflow;
    });
  }

  retire(ctx: RequestContext, { id }: ApprovalWorkflowId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const workflow = await read(tx, id);
      const expected = ctx.ifMatch ?? workflow.version;
      const retired = await tx.query(RETIRE_WORKFLOW, [tx.tenantId, id, expected, tx.actorId]);
      if (retired.length === 0) throw new Refusal(STALE_VERSION);
      this.changed(tx, 'retire', workflow);
    });
  }

  private changed(tx: Tx, action: 'create' | 'update' | 'retire', { id, orgId, listingId, steps }: WorkflowRow): void {
    tx.audit({
      action: `digilist.approval-workflow.${action}`,
      entity: { type: 'approval_workflow', id: id as string },
      orgId: orgId as string,
      changes: { listingId, steps: steps.map(({ key }) => key) },
    });
    const { tenantId } = tx;
    tx.afterCommit(() => this.known.delete(tenantId));
  }
}

/** @throws Refusal NOT_FOUND also when it is there, but out of reach */
async function read(tx: Tx, id: string): Promise<WorkflowRow> {
  const workflow = await tx.one<WorkflowRow>(GET_WORKFLOW, [tx.tenantId, id]);
  if (!tx.reach.covers(workflow.orgId as string)) throw new Refusal(NOT_FOUND);
  return workflow;
}

const termsOf = ({ name, steps, distinctDeciders = false }: ApprovalWorkflowTerms) => [
  JSON.stringify(name),
  JSON.stringify(steps satisfies readonly Pick<Step, 'key'>[]),
  distinctDeciders,
];

/** @throws Refusal WORKFLOW_INVALID with everything that is not sound */
export async function requireSound(tx: Tx, orgId: string, { steps }: ApprovalWorkflowTerms): Promise<void> {
  const { userIds, roles } = namedIn(steps);
  const able = userIds.length === 0 ? [] : await whoCan(tx, DECIDE, orgId);
  const deciding =
    roles.length === 0 ? [] : await tx.query<{ key: string }>(DECIDING_ROLES, [tx.tenantId, roles, patternsOf(DECIDE)]);
  const errors = problemsOf(steps, { userIds: new Set(able), roles: new Set(deciding.map(({ key }) => key)) });
  if (errors.length > 0) throw new Refusal(WORKFLOW_INVALID, { errors });
}
