import {
  type BookingRuleOverrides,
  type CreateRuleTemplate,
  type ListRuleTemplates,
  RULE_RETIRED,
  RULES_INVALID,
  type RuleStatus,
  type RuleTemplate,
  type RuleTemplateId,
  type RuleTemplatePage,
  type UpdateRuleTemplate,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal, STALE_VERSION } from '@kit/contracts';
import {
  expectedVersion,
  pageOfRows,
  pageStart,
  type RequestContext,
  requireOrg,
  type Tx,
  UnitOfWork,
} from '@kit/service';
import { Injectable } from '@nestjs/common';
import { CatchUp } from '../../platform/index.js';
import { allLanguages } from '../listings/index.js';
import { bookingRuleProblems, effective } from './domain/booking-rules.js';
import { raiseListings } from './raised-listings.js';
import {
  GET_TEMPLATE,
  INSERT_TEMPLATE,
  LIST_TEMPLATES,
  LOCK_TEMPLATE,
  ORGANIZATION_KNOWN,
  RAISE_LISTINGS_OF_TEMPLATE,
  RETIRE_TEMPLATE,
  TEMPLATE_FOR_LISTING,
  UPDATE_TEMPLATE,
  USERS_OF_TEMPLATE,
} from './rule-templates.sql.js';

interface TemplateRow extends Record<string, unknown> {
  template: RuleTemplate;
}

interface LockedTemplate extends Record<string, unknown> {
  id: string;
  orgId: string | null;
  status: RuleStatus;
  version: number;
}

/** Booking rules that several listings share. */
@Injectable()
export class RuleTemplatesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly copies: CatchUp,
  ) {}

  list(ctx: RequestContext, query: ListRuleTemplates): Promise<RuleTemplatePage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<TemplateRow & { id: string }>(LIST_TEMPLATES, [
        tx.tenantId,
        tx.reach.tenant,
        tx.reach.orgIds,
        query.orgId ?? null,
        query.status ?? null,
        keys?.[0] ?? null,
        fetch,
      ]);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        ({ template }) => template,
      );
    });
  }

  get(ctx: RequestContext, { id }: RuleTemplateId): Promise<RuleTemplate> {
    return this.work.run(ctx, async (tx) => {
      const [row] = await tx.query<TemplateRow>(GET_TEMPLATE, [tx.tenantId, tx.reach.tenant, tx.reach.orgIds, id]);
      if (!row) throw new Refusal(NOT_FOUND);
      return row.template;
    });
  }

  create(ctx: RequestContext, request: CreateRuleTemplate): Promise<RuleTemplate> {
    const { orgId } = request;
    if (orgId === undefined) return this.work.run(ctx, (tx) => insert(tx, request, null));
    return this.copies.naming(ctx, orgId, async (tx, unknown) => {
      const [known] = await tx.query(ORGANIZATION_KNOWN, [tx.tenantId, orgId]);
      if (!known) throw unknown;
      return insert(tx, request, orgId);
    });
  }

  /** The listings that use it follow at once. */
  update(ctx: RequestContext, { id, name, rules }: UpdateRuleTemplate): Promise<RuleTemplate> {
    return this.work.run(ctx, async (tx) => {
      const before = await lock(tx, id, expectedVersion(ctx));
      await requireSound(tx, rules, id);
      const values = [tx.tenantId, id, JSON.stringify(allLanguages(name)), JSON.stringify(rules), tx.actorId];
      const { template } = await tx.one<TemplateRow>(UPDATE_TEMPLATE, values);
      const listings = await raiseListings(tx, RAISE_LISTINGS_OF_TEMPLATE, id);
      audit(tx, 'update', before, { rules, listings });
      return template;
    });
  }

  retire(ctx: RequestContext, { id }: RuleTemplateId): Promise<RuleTemplate> {
    return this.work.run(ctx, async (tx) => {
      const before = await lock(tx, id, ctx.ifMatch);
      const { template } = await tx.one<TemplateRow>(RETIRE_TEMPLATE, [tx.tenantId, id, tx.actorId]);
      audit(tx, 'retire', before, { listings: template.listings });
      return template;
    });
  }
}

/** A template that a listing may use, kept as it is until the commit; null when there is none. */
export async function templateForListing(
  tx: Tx,
  id: string,
  listingId: string,
): Promise<{ rules: BookingRuleOverrides } | null> {
  const values = [tx.tenantId, id, listingId];
  const [template] = await tx.query<{ rules: BookingRuleOverrides }>(TEMPLATE_FOR_LISTING, values);
  return template ?? null;
}

async function insert(tx: Tx, { name, rules }: CreateRuleTemplate, orgId: string | null): Promise<RuleTemplate> {
  requireOrg(tx.reach, orgId);
  await requireSound(tx, rules, null);
  const values = [tx.tenantId, orgId, JSON.stringify(allLanguages(name)), JSON.stringify(rules), tx.actorId];
  const { template } = await tx.one<TemplateRow>(INSERT_TEMPLATE, values);
  audit(tx, 'create', template, { rules });
  return template;
}

/** @throws Refusal NOT_FOUND, FORBIDDEN, STALE_VERSION, RULE_RETIRED */
async function lock(tx: Tx, id: string, expected: number | null): Promise<LockedTemplate> {
  const [row] = await tx.query<LockedTemplate>(LOCK_TEMPLATE, [tx.tenantId, id]);
  if (!row) throw new Refusal(NOT_FOUND);
  requireOrg(tx.reach, row.orgId);
  if (expected !== null && row.version !== expected)
    throw new Refusal(STALE_VERSION, { details: { version: row.version } });
  if (row.status === 'retired') throw new Refusal(RULE_RETIRED);
  return row;
}

/** By itself, and together with what each listing that uses it sets. @throws Refusal RULES_INVALID */
async function requireSound(tx: Tx, rules: BookingRuleOverrides, id: string | null): Promise<void> {
  const errors = bookingRuleProblems(effective({}, rules)).map((error) => ({ ...error, path: `rules.${error.path}` }));
  if (errors.length > 0) throw new Refusal(RULES_INVALID, { errors });
  if (id === null) return;
  const users = await tx.query<{ listingId: string; own: BookingRuleOverrides }>(USERS_OF_TEMPLATE, [tx.tenantId, id]);
  const spoilt = users.flatMap(({ listingId, own }) => {
    const problems = bookingRuleProblems(effective(own, rules));
    return problems.length > 0 ? [{ listingId, problems }] : [];
  });
  const [first] = spoilt;
  if (!first) return;
  throw new Refusal(RULES_INVALID, {
    detail: 'Listings that use the template set values of their own that contradict it. Change those first.',
    errors: first.problems.map((problem) => ({ ...problem, path: `rules.${problem.path}` })),
    details: { listingIds: spoilt.map(({ listingId }) => listingId) },
  });
}

function audit(tx: Tx, what: string, { id, orgId }: { id: string; orgId: string | null }, changes: object): void {
  tx.audit({
    action: `digilist.rule-template.${what}`,
    entity: { type: 'rule_template', id },
    ...(orgId !== null && { orgId }),
    changes: { ...changes },
  });
}
