import { type EventType, holders, Id, OneOf, Text } from '@kit/contracts';
import { event } from './context.js';

const STATUSES = ['active', 'disabled', 'removed'] as const;

/** Tells the product that owns the kind to read the integration anew; what was configured is not told. */
export class IntegrationChangedData {
  @Id()
  integrationId: string;

  @Text({ max: 80, example: 'acme.archive' })
  kind: string;

  @OneOf(STATUSES)
  status: (typeof STATUSES)[number];
}

export const integrationChanged = event({
  aggregate: 'integration',
  fact: 'changed',
  summary: 'A connection to another system was made, changed or removed',
  data: IntegrationChangedData,
  audience: () => holders('platform.integration.read'),
});

export const integrationEvents: readonly EventType[] = [integrationChanged];
