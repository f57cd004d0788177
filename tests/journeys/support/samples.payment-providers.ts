import type { Municipality } from './municipality.js';
import type { Sample } from './samples.js';

export interface PaymentProviderTargets {
  paymentProviderId: string;
  paymentIntegrationId: string;
}

const token = ({ tenantId, userId }: { tenantId: string; userId: string }) => ({ token: `${tenantId}.${userId}` });

export const paymentProviderSamples: Record<string, Sample> = {
  listPaymentProviders: { request: () => ({}), ofTenant: true },
  getPaymentProvider: { request: ({ paymentProviderId }) => ({ id: paymentProviderId }), ofTenant: true },
  createPaymentProvider: {
    request: ({ paymentIntegrationId }) => ({ integrationId: paymentIntegrationId }),
    ofTenant: true,
  },
  updatePaymentProvider: {
    request: ({ paymentProviderId }) => ({ id: paymentProviderId, position: 9 }),
    ofTenant: true,
  },
  receivePaymentWebhook: {
    request: ({ paymentIntegrationId }) => ({
      provider: 'stripe',
      integrationId: paymentIntegrationId,
      stripeSignature: 't=1,v1=feil',
      payload: '{}',
    }),
  },
  showDevelopmentCheckout: { request: token },
  decideDevelopmentCheckout: { request: (targets) => ({ ...token(targets), choice: 'pay' }) },
};

/** An account at a provider that takes no new payments: those of the town go to the development one. */
export async function paymentProviderTargetsOf({ admin }: Municipality): Promise<PaymentProviderTargets> {
  const { platform, digilist } = admin.client;
  const config = { secretKey: 'sk_test_ingen' };
  const integration = await platform.createIntegration({ kind: 'digilist.stripe', name: 'Kort', config });
  const account = await digilist.createPaymentProvider({ integrationId: integration.id });
  await digilist.updatePaymentProvider({ id: account.id, status: 'disabled' }, { ifMatch: account });
  return { paymentProviderId: account.id, paymentIntegrationId: integration.id };
}
