import type { IntegrationDefinition } from '@platform/contracts';

const secret = (title: string, more: object = {}) => ({
  type: 'string',
  title,
  minLength: 1,
  'x-secret': true,
  ...more,
});

/**
 * Connections that a municipality configures at PLATFORM and DIGILIST uses. None names an address: where a provider is
 * reached is for the operator of this service to say, not for a tenant. So there is nothing for PLATFORM to test, either.
 *
 * The secret of the webhooks is known only once they are registered, so it may come later.
 */
export const INTEGRATION_KINDS: IntegrationDefinition[] = [
  {
    key: 'digilist.vipps',
    title: { nb: 'Vipps MobilePay', nn: 'Vipps MobilePay', en: 'Vipps MobilePay' },
    schema: {
      type: 'object',
      properties: {
        environment: { type: 'string', title: 'Environment', enum: ['test', 'production'] },
        merchantSerialNumber: { type: 'string', title: 'Merchant Serial Number (MSN)', pattern: '^[0-9]{4,10}$' },
        clientId: { type: 'string', title: 'client_id', minLength: 1, maxLength: 200 },
        clientSecret: secret('client_secret'),
        subscriptionKey: secret('Ocp-Apim-Subscription-Key'),
        webhookSecret: secret('Secret of the registered webhook'),
      },
      required: ['environment', 'merchantSerialNumber', 'clientId', 'clientSecret', 'subscriptionKey'],
    },
  },
  {
    key: 'digilist.stripe',
    title: { nb: 'Stripe', nn: 'Stripe', en: 'Stripe' },
    schema: {
      type: 'object',
      properties: {
        secretKey: secret('Secret key, or a restricted key (sk_… or rk_…)', { pattern: '^(sk|rk)_(test|live)_\\w+$' }),
        webhookSecret: secret('Signing secret of the endpoint (whsec_…)', { pattern: '^whsec_\\S+$' }),
      },
      required: ['secretKey'],
    },
  },
  {
    key: 'digilist.sms',
    title: { nb: 'SMS (Twilio)', nn: 'SMS (Twilio)', en: 'SMS (Twilio)' },
    schema: {
      type: 'object',
      properties: {
        accountSid: { type: 'string', title: 'Account SID', pattern: '^AC[0-9a-f]{32}$' },
        authToken: secret('Auth token'),
        sender: {
          type: 'string',
          title: 'Number, or a name of at most eleven letters and digits',
          pattern: '^(\\+[1-9][0-9]{7,14}|[A-Za-z0-9 ]{1,11})$',
        },
      },
      required: ['accountSid', 'authToken', 'sender'],
    },
  },
];
