import {
  type CreatePricingGroup,
  type ListPricingGroups,
  MAX_PRICING_GROUPS,
  PRICING_GROUP_INVALID,
  PRICING_GROUP_KEY_TAKEN,
  PRICING_GROUP_UNCHANGEABLE,
  PRICING_GROUPS_FULL,
  type PricingGroup,
  type PricingGroupId,
  type PricingGroupList,
  pricingGroupChanged,
  pricingGroupCreated,
  type UpdatePricingGroup,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireTenant, requireVersion } from '../../../platform/index.js';
import { allLanguages } from '../../listings/index.js';
import { DEFAULT_GROUP } from '../price.js';
import {
  COUNT_PRICING_GROUPS,
  GET_PRICING_GROUP,
  INSERT_PRICING_GROUP,
  LIST_PRICING_GROUPS,
  LOCK_PRICING_GROUP,
  UPDATE_PRICING_GROUP,
} from './groups.sql.js';

type GroupRow = PricingGroup & Record<string, unknown>;
type Terms = Pick<PricingGroup, 'key' | 'status' | 'verification' | 'organizationKinds'>;

/** Groups of bookers of the whole tenant, what each pays, and what it takes to belong to one. */
@Injectable()
export class PricingGroupsService {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, { status = 'active' }: ListPricingGroups): Promise<PricingGroupList> {
    return this.work.run(ctx, async (tx) => ({
      data: await tx.query<GroupRow>(LIST_PRICING_GROUPS, [tx.tenantId, status]),
    }));
  }

  get(ctx: RequestContext, { id }: PricingGroupId): Promise<PricingGroup> {
    return this.work.run(ctx, (tx) => tx.one<GroupRow>(GET_PRICING_GROUP, [tx.tenantId, id]));
  }

  create(ctx: RequestContext, request: CreatePricingGroup): Promise<PricingGroup> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const { key, name, discountBasisPoints = 0, vatExempt = false, position = 0 } = request;
      const { verification = 'none', organizationKinds = [] } = request;
      requireSound({ key, status: 'active', verification, organizationKinds });
      await requireSpace(tx);
      const terms = [discountBasisPoints, vatExempt, verification, organizationKinds, position];
      const values = [tx.tenantId, key, allLanguages(name), ...terms, tx.actorId];
      const [group] = await tx.query<GroupRow>(INSERT_PRICING_GROUP, values);
      if (!group) throw new Refusal(PRICING_GROUP_KEY_TAKEN);
      const { id, version } = group;
      tx.emit(pricingGroupCreated, { id, version, data: { pricingGroupId: id } });
      tx.audit({
        action: 'digilist.pricing-group.create',
        entity: { type: 'pricing_group', id },
        changes: { key, discountBasisPoints, vatExempt, verification, organizationKinds },
      });
      return group;
    });
  }

  update(ctx: RequestContext, { id, ...changes }: UpdatePricingGroup): Promise<PricingGroup> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const old = await tx.one<GroupRow>(LOCK_PRICING_GROUP, [tx.tenantId, id]);
      requireVersion(old.version, expectedVersion(ctx));
      const wanted = { ...old, ...changes, name: changes.name ? allLanguages(changes.name) : old.name };
      requireSound(wanted);
      const { name, discountBasisPoints, vatExempt, verification, organizationKinds, position, status } = wanted;
      const terms = [name, discountBasisPoints, vatExempt, verification, organizationKinds, position, status];
      const group = await tx.one<GroupRow>(UPDATE_PRICING_GROUP, [tx.tenantId, id, ...terms, tx.actorId]);
      tx.emit(pricingGroupChanged, { id, version: group.version, data: { pricingGroupId: id } });
      tx.audit({
        action: 'digilist.pricing-group.update',
        entity: { type: 'pricing_group', id },
        changes: { ...changes },
      });
      return group;
    });
  }
}

/** @throws Refusal PRICING_GROUP_INVALID, PRICING_GROUP_UNCHANGEABLE */
function requireSound({ key, status, verification, organizationKinds }: Terms): void {
  if (verification !== 'none' && organizationKinds.length === 0) throw new Refusal(PRICING_GROUP_INVALID);
  if (key === DEFAULT_GROUP && (status === 'retired' || verification !== 'none'))
    throw new Refusal(PRICING_GROUP_UNCHANGEABLE);
}

/** @throws Refusal PRICING_GROUPS_FULL */
async function requireSpace(tx: Tx): Promise<void> {
  const { count } = await tx.one<{ count: number }>(COUNT_PRICING_GROUPS, [tx.tenantId]);
  if (count >= MAX_PRICING_GROUPS) throw new Refusal(PRICING_GROUPS_FULL, { details: { most: MAX_PRICING_GROUPS } });
}
