import { holders, Text, Whole } from '@kit/contracts';
import { event } from './context.js';

export class FlagChangedData {
  @Text({ max: 120, example: 'acme.new-search' })
  key: string;

  @Whole({ min: 1, description: 'Of the flag' })
  flagVersion: number;
}

export const flagChanged = event({
  aggregate: 'feature_flag',
  fact: 'changed',
  summary: 'A feature flag was created, changed, reverted or archived',
  data: FlagChangedData,
  audience: () => holders('platform.feature-flag.read'),
});

export const flagEvents = [flagChanged];
