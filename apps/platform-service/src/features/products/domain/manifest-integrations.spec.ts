import { expect, test } from '@jest/globals';
import { reports } from '../../../../test/product.js';
import { integrationProblems } from './manifest-integrations.js';

const text = { nb: 'x', nn: 'x', en: 'x' };
const schema = { type: 'object', properties: { url: { type: 'string' }, key: { type: 'string', 'x-secret': true } } };
const good = { key: 'acme.archive', title: text, schema, testUrl: 'url' };
const event = { type: 'acme.report.published.v1', title: text, schema: { type: 'object' }, example: {} };
const eventStream = { stream: 'ACME_EVENTS', durable: 'platform_webhooks' };

const paths = (more: object) => integrationProblems(reports('acme', more)).map(({ path, code }) => `${path} ${code}`);

test('webhooks and integrations that are whole have no problems', () => {
  expect(paths({ eventStream, webhookEvents: [{ ...event, module: 'acme.reports' }], integrations: [good] })).toEqual(
    [],
  );
});

test.each([
  [{ webhookEvents: [event] }, 'eventStream missing'],
  [{ eventStream: { ...eventStream, stream: 'OTHER_EVENTS' } }, 'eventStream.stream foreign'],
  [{ eventStream, webhookEvents: [{ ...event, type: 'acme.x.y.v1' }] }, 'webhookEvents.0.type unknown'],
  [{ eventStream, webhookEvents: [{ ...event, module: 'acme.none' }] }, 'webhookEvents.0.module unknown'],
  [{ eventStream, webhookEvents: [{ ...event, schema: { type: 'nonsense' } }] }, 'webhookEvents.0.schema schema'],
  [
    { eventStream, webhookEvents: [{ ...event, schema: { type: 'object', required: ['id'] } }] },
    'webhookEvents.0.example schema',
  ],
  [{ eventStream, webhookEvents: [event, event] }, 'webhookEvents.1 duplicate'],
  [{ integrations: [{ ...good, key: 'other.archive' }] }, 'integrations.0.key format'],
  [{ integrations: [{ ...good, schema: { type: 'string' } }] }, 'integrations.0.schema schema'],
  [
    {
      integrations: [
        { ...good, schema: { type: 'object', properties: { url: {}, pin: { type: 'integer', 'x-secret': true } } } },
      ],
    },
    'integrations.0.schema secret',
  ],
  [{ integrations: [{ ...good, testUrl: 'key' }] }, 'integrations.0.testUrl unknown'],
  [{ integrations: [good, good] }, 'integrations.1 duplicate'],
])('%j is refused', (more, problem) => expect(paths(more)).toContain(problem));
