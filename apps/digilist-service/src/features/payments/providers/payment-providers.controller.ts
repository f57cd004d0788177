import {
  type CreatePaymentProvider,
  createPaymentProvider,
  type DecideDevelopmentCheckout,
  type DevelopmentCheckoutToken,
  decideDevelopmentCheckout,
  getPaymentProvider,
  listPaymentProviders,
  type PaymentProviderId,
  showDevelopmentCheckout,
  type UpdatePaymentProvider,
  updatePaymentProvider,
} from '@digilist/contracts';
import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { DevelopmentPayments } from './development/development-payments.js';
import { PaymentProvidersService } from './payment-providers.service.js';

@Controller()
export class PaymentProvidersController {
  constructor(
    private readonly providers: PaymentProvidersService,
    private readonly development: DevelopmentPayments,
  ) {}

  @Handles(listPaymentProviders)
  list(ctx: RequestContext, query: PageQuery) {
    return this.providers.list(ctx, query);
  }

  @Handles(getPaymentProvider)
  get(ctx: RequestContext, request: PaymentProviderId) {
    return this.providers.get(ctx, request);
  }

  @Handles(createPaymentProvider)
  create(ctx: RequestContext, request: CreatePaymentProvider) {
    return this.providers.create(ctx, request);
  }

  @Handles(updatePaymentProvider)
  update(ctx: RequestContext, request: UpdatePaymentProvider) {
    return this.providers.update(ctx, request);
  }

  @Handles(showDevelopmentCheckout)
  showCheckout(ctx: RequestContext, request: DevelopmentCheckoutToken) {
    return this.development.show(ctx, request);
  }

  @Handles(decideDevelopmentCheckout)
  decideCheckout(ctx: RequestContext, request: DecideDevelopmentCheckout) {
    return this.development.decide(ctx, request);
  }
}
