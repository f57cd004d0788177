import { type DynamicModule, Module } from '@nestjs/common';
import { DevelopmentPayments } from './development/development-payments.js';
import { DevelopmentWebhooks } from './development/webhook.worker.js';
import { PaymentProvidersController } from './payment-providers.controller.js';
import { PaymentProviders } from './payment-providers.js';
import { PaymentProvidersService } from './payment-providers.service.js';
import { PAYMENT_SETTINGS, type PaymentSettings } from './payment-settings.js';

@Module({})
export class PaymentProvidersModule {}

/** Global, because payments take part in much and are set up once. */
export const paymentProvidersModule = (settings: PaymentSettings): DynamicModule => ({
  module: PaymentProvidersModule,
  global: true,
  controllers: [PaymentProvidersController],
  providers: [
    { provide: PAYMENT_SETTINGS, useValue: settings },
    DevelopmentPayments,
    DevelopmentWebhooks,
    PaymentProviders,
    PaymentProvidersService,
  ],
  exports: [PAYMENT_SETTINGS, PaymentProviders],
});
