import type {
  AvailabilityRule,
  AvailabilityRules,
  BookingRuleOverrides,
  BookingRules,
  ListingId,
  QuotaTerms,
} from '@digilist/contracts';
import { type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireListing } from '../listings/index.js';
import { effective, originsOf } from './domain/booking-rules.js';
import { GET_BOOKING_RULES, LIST_AVAILABILITY_RULES } from './rules.sql.js';

interface BookingRulesRow extends Record<string, unknown> {
  templateId: string | null;
  own: BookingRuleOverrides;
  template: BookingRuleOverrides;
  quotas: QuotaTerms[];
}

@Injectable()
export class RulesQueries {
  constructor(private readonly work: UnitOfWork) {}

  availability(ctx: RequestContext, { id }: ListingId): Promise<AvailabilityRules> {
    return this.work.run(ctx, async (tx) => readAvailabilityRules(tx, await requireListing(tx, id)));
  }

  booking(ctx: RequestContext, { id }: ListingId): Promise<BookingRules> {
    return this.work.run(ctx, async (tx) => readBookingRules(tx, await requireListing(tx, id)));
  }
}

export async function readAvailabilityRules(
  tx: Tx,
  { id, orgId, version }: { id: string; orgId: string; version: number },
): Promise<AvailabilityRules> {
  const rows = await tx.query<{ rule: AvailabilityRule }>(LIST_AVAILABILITY_RULES, [tx.tenantId, orgId, id]);
  return { rules: rows.map(({ rule }) => rule), version };
}

export async function readBookingRules(
  tx: Tx,
  { id, version }: { id: string; version: number },
): Promise<BookingRules> {
  const { templateId, own, template, quotas } = await tx.one<BookingRulesRow>(GET_BOOKING_RULES, [tx.tenantId, id]);
  return { ...effective(own, template), templateId, origins: originsOf(own, template), quotas, version };
}
