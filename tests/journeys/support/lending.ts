const text = (en: string) => ({ nb: en, nn: en, en });

/** A made-up product, for what the shipped one does not have. */
export const LENDING = {
  key: 'lending',
  name: 'Library of Things',
  permissions: [{ key: 'lending.thing.read', text: text('Read things') }],
  roleTemplates: [],
  planTemplates: [],
  modules: [],
  meters: [],
  eventTypes: [],
  systemConfigs: [
    {
      key: 'lending.sms-key',
      title: text('Key of the SMS provider'),
      schema: { type: 'string', minLength: 12 },
      default: { value: 'not-set-yet-at-all' },
      secret: true,
    },
  ],
  integrations: [
    {
      key: 'lending.locker',
      title: text('Lockers'),
      schema: {
        type: 'object',
        properties: { url: { type: 'string', format: 'uri' }, token: { type: 'string', 'x-secret': true } },
        required: ['url', 'token'],
      },
      testUrl: 'url',
    },
  ],
};
