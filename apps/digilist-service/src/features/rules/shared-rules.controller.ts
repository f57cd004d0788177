import {
  type BookingQuotaId,
  type CreateBookingQuota,
  type CreateRuleTemplate,
  createBookingQuota,
  createRuleTemplate,
  getBookingQuota,
  getRuleTemplate,
  type ListBookingQuotas,
  type ListRuleTemplates,
  listBookingQuotas,
  listRuleTemplates,
  type RuleTemplateId,
  retireBookingQuota,
  retireRuleTemplate,
  type UpdateBookingQuota,
  type UpdateRuleTemplate,
  updateBookingQuota,
  updateRuleTemplate,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { BookingQuotasService } from './booking-quotas.service.js';
import { RuleTemplatesService } from './rule-templates.service.js';

/** Rules that many listings share. */
@Controller()
export class SharedRulesController {
  constructor(
    private readonly templates: RuleTemplatesService,
    private readonly quotas: BookingQuotasService,
  ) {}

  @Handles(createRuleTemplate)
  createTemplate(ctx: RequestContext, request: CreateRuleTemplate) {
    return this.templates.create(ctx, request);
  }

  @Handles(listRuleTemplates)
  listTemplates(ctx: RequestContext, request: ListRuleTemplates) {
    return this.templates.list(ctx, request);
  }

  @Handles(getRuleTemplate)
  getTemplate(ctx: RequestContext, request: RuleTemplateId) {
    return this.templates.get(ctx, request);
  }

  @Handles(updateRuleTemplate)
  updateTemplate(ctx: RequestContext, request: UpdateRuleTemplate) {
    return this.templates.update(ctx, request);
  }

  @Handles(retireRuleTemplate)
  retireTemplate(ctx: RequestContext, request: RuleTemplateId) {
    return this.templates.retire(ctx, request);
  }

  @Handles(createBookingQuota)
  createQuota(ctx: RequestContext, request: CreateBookingQuota) {
    return this.quotas.create(ctx, request);
  }

  @Handles(listBookingQuotas)
  listQuotas(ctx: RequestContext, request: ListBookingQuotas) {
    return this.quotas.list(ctx, request);
  }

  @Handles(getBookingQuota)
  getQuota(ctx: RequestContext, request: BookingQuotaId) {
    return this.quotas.get(ctx, request);
  }

  @Handles(updateBookingQuota)
  updateQuota(ctx: RequestContext, request: UpdateBookingQuota) {
    return this.quotas.update(ctx, request);
  }

  @Handles(retireBookingQuota)
  retireQuota(ctx: RequestContext, request: BookingQuotaId) {
    return this.quotas.retire(ctx, request);
  }
}
