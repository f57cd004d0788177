import {
  type AvailabilityRule,
  type AvailabilityRules,
  type BookingRules,
  DEFAULT_BOOKING_RULES,
  type ListingId,
} from '@digilist/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireListing } from '../listings/index.js';
import { GET_BOOKING_RULES, LIST_AVAILABILITY_RULES } from './rules.sql.js';

type BookingRuleRow = Omit<BookingRules, 'version'> & Record<string, unknown>;

@Injectable()
export class RulesQueries {
  constructor(private readonly work: UnitOfWork) {}

  availability(ctx: RequestContext, { id }: ListingId): Promise<AvailabilityRules> {
    return this.work.run(ctx, async (tx) => readAvailabilityRules(tx, await requireListing(tx, id)));
  }

  booking(ctx: RequestContext, { id }: ListingId): Promise<BookingRules> {
    return this.work.run(ctx, async (tx) => {
      const { orgId, version } = await requireListing(tx, id);
      const [row] = await tx.query<BookingRuleRow>(GET_BOOKING_RULES, [tx.tenantId, orgId, id]);
      return { ...(row ?? DEFAULT_BOOKING_RULES), version } as BookingRules;
    });
  }
}

export async function readAvailabilityRules(
  tx: Tx,
  { id, orgId, version }: { id: string; orgId: string; version: number },
): Promise<AvailabilityRules> {
  const rows = await tx.query<{ rule: AvailabilityRule }>(LIST_AVAILABILITY_RULES, [tx.tenantId, orgId, id]);
  return { rules: rows.map(({ rule }) => rule), version };
}
