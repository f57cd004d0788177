import {
  type AvailabilityRules,
  type BookingRules,
  type PutAvailabilityRules,
  type PutBookingRules,
  RULE_TEMPLATE_UNKNOWN,
  RULES_INVALID,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { changeListing } from '../listings/index.js';
import { ruleProblems } from './domain/availability-rules.js';
import { bookingRuleProblems, effective } from './domain/booking-rules.js';
import { templateForListing } from './rule-templates.service.js';
import { readAvailabilityRules, readBookingRules } from './rules.queries.js';
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

  putBooking(ctx: RequestContext, { id, templateId, ...own }: PutBookingRules): Promise<BookingRules> {
    return this.work.run(ctx, async (tx) => {
      // The template before the listing: whoever changes a template locks it first and the listings that use it then.
      const template = templateId === undefined ? null : await templateForListing(tx, templateId, id);
      const listing = await changeListing(
        tx,
        id,
        expectedVersion(ctx),
        'booking_rules',
        'digilist.booking-rule.update',
      );
      if (templateId !== undefined && !template) throw new Refusal(RULE_TEMPLATE_UNKNOWN);
      const errors = bookingRuleProblems(effective(own, template?.rules));
      if (errors.length > 0) throw new Refusal(RULES_INVALID, { errors });
      const values = [tx.tenantId, listing.orgId, id, JSON.stringify(own), templateId ?? null, tx.actorId];
      await tx.query(PUT_BOOKING_RULES, values);
      return readBookingRules(tx, listing);
    });
  }
}
