import { ConfigError, flag, loadConfig, text } from '@kit/service';

const fields = {
  /** Where providers reach the gateway: their webhooks are sent there. */
  publicUrl: text('DIGILIST_API_URL', 'http://localhost:3000'),
  /** A provider that needs no contract with anybody, and moves no money. */
  development: flag('DIGILIST_DEVELOPMENT_PAYMENTS'),
  nodeEnvironment: text('NODE_ENV', ''),
  vippsUrl: text('DIGILIST_VIPPS_URL', 'https://api.vipps.no'),
  vippsTestUrl: text('DIGILIST_VIPPS_TEST_URL', 'https://apitest.vipps.no'),
  stripeUrl: text('DIGILIST_STRIPE_URL', 'https://api.stripe.com'),
} as const;

/** Addresses of providers are the operator's: a tenant says which environment, and nothing else about where. */
export interface PaymentSettings {
  readonly publicUrl: string;
  readonly development: boolean;
  readonly vippsUrl: string;
  readonly vippsTestUrl: string;
  readonly stripeUrl: string;
}

export const PAYMENT_SETTINGS = Symbol('payment settings');

/** @throws ConfigError where payments that move no money would be taken for real ones */
export function loadPaymentSettings(environment?: NodeJS.ProcessEnv): PaymentSettings {
  const { nodeEnvironment, ...settings } = loadConfig(fields, environment);
  if (settings.development && nodeEnvironment === 'production')
    throw new ConfigError(['DIGILIST_DEVELOPMENT_PAYMENTS must not be set in production: nobody would really pay']);
  return settings;
}

/** What the operator has to open, and the tenant registers at the provider. */
export const webhookUrlOf = ({ publicUrl }: PaymentSettings, provider: string, integrationId: string): string =>
  `${publicUrl}/api/v1/payments/webhooks/${provider}/${integrationId}`;
