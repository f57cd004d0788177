import { type ReceivePaymentWebhook, receivePaymentWebhook } from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { PaymentWebhooks } from './payment-webhooks.js';

/** Part of the module that provides `PaymentEvents`. */
@Controller()
export class PaymentWebhooksController {
  constructor(private readonly webhooks: PaymentWebhooks) {}

  @Handles(receivePaymentWebhook)
  receive(ctx: RequestContext, request: ReceivePaymentWebhook) {
    return this.webhooks.receive(ctx, request);
  }
}
