import { FORBIDDEN, NOT_FOUND, Refusal } from '@kit/contracts';
import { type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type EffectiveSettings,
  type ExplainSetting,
  type ListSettings,
  SETTING_UNKNOWN,
  type SettingExplanation,
} from '@platform/contracts';
import { decidedSettings } from './read-setting.js';
import { toEffective, toExplanation } from './settings.mapper.js';
import { ORGANIZATION_EXISTS, USER_EXISTS } from './settings.sql.js';

@Injectable()
export class SettingsQueries {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, { orgId }: ListSettings): Promise<EffectiveSettings> {
    return this.work.run(ctx, async (tx) => {
      await requirePlace(tx, orgId);
      const place = { orgId };
      return { data: (await decidedSettings(tx, null, place)).map(toEffective(ctx.locale, place)) };
    });
  }

  explain(ctx: RequestContext, { key, orgId, userId }: ExplainSetting): Promise<SettingExplanation> {
    return this.work.run(ctx, async (tx) => {
      await requirePlace(tx, orgId);
      if (userId !== undefined && !tx.reach.tenant && userId !== tx.actorId) throw new Refusal(NOT_FOUND);
      if (userId !== undefined) await tx.one(USER_EXISTS, [tx.tenantId, userId]);
      const place = { orgId, userId };
      const [decided] = await decidedSettings(tx, [key], place);
      if (!decided) throw new Refusal(SETTING_UNKNOWN);
      return toExplanation(decided, place);
    });
  }

  own(ctx: RequestContext): Promise<EffectiveSettings> {
    return this.work.run(ctx, async (tx) => {
      const place = { userId: userOf(ctx).userId };
      const decided = await decidedSettings(tx, null, place);
      const mine = decided.filter(({ setting }) => setting.scope === 'user');
      return { data: mine.map(toEffective(ctx.locale, place)) };
    });
  }
}

/** Whoever may read settings somewhere sees those of the tenant, since they hold there too. */
async function requirePlace(tx: Tx, orgId: string | undefined): Promise<void> {
  if (!tx.reach.tenant && tx.reach.orgIds.length === 0) throw new Refusal(FORBIDDEN);
  if (orgId === undefined) return;
  if (!tx.reach.covers(orgId)) throw new Refusal(NOT_FOUND);
  await tx.one(ORGANIZATION_EXISTS, [tx.tenantId, orgId]);
}
