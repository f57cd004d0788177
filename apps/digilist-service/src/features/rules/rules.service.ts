import {
  type AvailabilityRules,
  type BookingRules,
  type PutAvailabilityRules,
  type PutBookingRules,
  RULES_INVALID,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { changeListing } from '../listings/index.js';
import { ruleProblems } from './domain/availability-rules.js';
import { readAvailabilityRules } from './rules.queries.js';
import { CLEAR_AVAILABILITY_RULES, INSERT_AVAILABILITY_RULES, PUT_BOOKING_RULES } from './rules.sql.js';

@Injectable()
export class RulesService {
  constructor(private readonly work: UnitOfWork) {}

  putAvailability(ctx: RequestContext, { id, rules }: PutAvailabilityRules): Promise<AvailabilityRules> {
    return this.work.run(ctx, async (tx) => {
      const listing = await changeListing(
        tx,
        id,
        expectedVersion(ctx),
        'opening_hours',
        'digilist.availability-rule.update',
      );
      const errors = ruleProblems(rules);
      if (errors.length > 0) throw new Refusal(RULES_INVALID, { errors });
      const key = [tx.tenantId, listing.orgId, id];
      await tx.query(CLEAR_AVAILABILITY_RULES, key);
      await tx.query(INSERT_AVAILABILITY_RULES, [...key, JSON.stringify(rules), tx.actorId]);
      return readAvailabilityRules(tx, listing);
    });
  }

  putBooking(ctx: RequestContext, { id, ...rules }: PutBookingRules): Promise<BookingRules> {
    return this.work.run(ctx, async (tx) => {
      const listing = await changeListing(
        tx,
        id,
        expectedVersion(ctx),
        'booking_rules',
        'digilist.booking-rule.update',
      );
      const { stepMinutes, minDurationMinutes, maxDurationMinutes, leadMinutes, horizonDays } = rules;
      if (maxDurationMinutes < minDurationMinutes) {
        const message = 'maxDurationMinutes must not be less than minDurationMinutes.';
        throw new Refusal(RULES_INVALID, { errors: [{ path: 'maxDurationMinutes', code: 'LESS_THAN_MIN', message }] });
      }
      await tx.query(PUT_BOOKING_RULES, [
        tx.tenantId,
        listing.orgId,
        id,
        stepMinutes,
        minDurationMinutes,
        maxDurationMinutes,
        leadMinutes,
        horizonDays,
        tx.actorId,
      ]);
      return { ...rules, version: listing.version };
    });
  }
}
