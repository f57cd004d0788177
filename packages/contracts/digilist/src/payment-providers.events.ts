import { holders, Id, OneOf } from '@kit/contracts';
import { event } from './context.js';
import { PAYMENT_PROVIDER_STATUSES, PAYMENT_PROVIDERS } from './payment-providers.js';

export class PaymentProviderFact {
  @Id()
  providerId: string;

  @OneOf(PAYMENT_PROVIDERS)
  provider: string;

  @OneOf(PAYMENT_PROVIDER_STATUSES)
  status: string;
}

const told = {
  aggregate: 'payment_provider',
  data: PaymentProviderFact,
  audience: () => holders('digilist.payment-provider.read'),
};

export const paymentProviderConnected = event({
  ...told,
  fact: 'connected',
  summary: 'The tenant can be paid by another provider',
});
export const paymentProviderChanged = event({
  ...told,
  fact: 'changed',
  summary: 'A payment provider was switched off or on, or moved in the order of preference',
});

export const paymentProviderEvents = [paymentProviderConnected, paymentProviderChanged] as const;
