import {
  getListingRefundTerms,
  getRefundTerms,
  type ListingId,
  type PutListingRefundTerms,
  type PutRefundTerms,
  putListingRefundTerms,
  putRefundTerms,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { RefundTermsService } from './refund-terms.service.js';

@Controller()
export class RefundTermsController {
  constructor(private readonly terms: RefundTermsService) {}

  @Handles(getRefundTerms)
  get(ctx: RequestContext) {
    return this.terms.ofTenant(ctx);
  }

  @Handles(putRefundTerms)
  put(ctx: RequestContext, request: PutRefundTerms) {
    return this.terms.putOfTenant(ctx, request);
  }

  @Handles(getListingRefundTerms)
  getOfListing(ctx: RequestContext, request: ListingId) {
    return this.terms.ofListing(ctx, request);
  }

  @Handles(putListingRefundTerms)
  putOfListing(ctx: RequestContext, request: PutListingRefundTerms) {
    return this.terms.putOfListing(ctx, request);
  }
}
