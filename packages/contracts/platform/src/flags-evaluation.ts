import { AnyValue, anonymous, Id, internal, Json, ListOf, OneOf, Text } from '@kit/contracts';
import { operation } from './context.js';
import { FLAG_NOT_FOUND, INVALID_CONTEXT, TARGETING_KEY_MISSING } from './flags.errors.js';

/** OFREP 0.3 evaluation request. */
export class EvaluateFlags {
  @Json({ optional: true, description: 'Evaluation context; `targetingKey` names whom it is about' })
  context?: Record<string, unknown>;

  @Text({ max: 200, optional: true, description: 'ETag of an event of the stream' })
  flagConfigEtag?: string;

  @Text({ max: 40, optional: true })
  flagConfigLastModified?: string;
}

export class EvaluateFlag {
  @Text({ min: 1, max: 120, example: 'acme.new-search' })
  key: string;

  @Json({ optional: true, description: 'Evaluation context; `targetingKey` names whom it is about' })
  context?: Record<string, unknown>;
}

export const FLAG_REASONS = ['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'DEFAULT'] as const;
export type FlagReason = (typeof FLAG_REASONS)[number];

export class FlagEvaluation {
  @Text({ max: 120, example: 'acme.new-search' })
  key: string;

  @OneOf(FLAG_REASONS)
  reason: FlagReason;

  @Text({ max: 60, example: 'on' })
  variant: string;

  @AnyValue({ example: true })
  value: unknown;

  @Json({ description: 'flagVersion, and the rule that decided', example: { flagVersion: 3, rule: 'pilot' } })
  metadata: Record<string, unknown>;
}

/** Where changes are announced as server-sent events. */
export class FlagEventStream {
  @OneOf(['sse'])
  type: 'sse';

  @Json({ example: { requestUri: '/ofrep/v1/events' } })
  endpoint: { requestUri: string };
}

export class FlagEvaluations {
  @ListOf(() => FlagEvaluation, { max: 10_000 })
  flags: FlagEvaluation[];

  @ListOf(() => FlagEventStream, { max: 5 })
  eventStreams: FlagEventStream[];

  @Json({ description: 'Of the whole set', example: { version: '42' } })
  metadata: Record<string, unknown>;
}

export class EvaluateProductFlags {
  @Id({ description: 'Tenant the context belongs to' })
  tenantId: string;

  @Json({ description: 'Evaluation context' })
  context: Record<string, unknown>;
}

const whoMayEvaluate = anonymous(
  'a page asks before anybody has signed in; it sees only flags that are exposed to clients',
);

export const evaluateFlag = operation({
  id: 'evaluateFlag',
  subject: 'feature-flag.evaluate.v1',
  summary: 'OpenFeature remote evaluation (OFREP) of one flag',
  http: { method: 'POST', path: '/ofrep/v1/evaluate/flags/{key}', base: '', refusals: 'ofrep' },
  request: EvaluateFlag,
  response: FlagEvaluation,
  access: whoMayEvaluate,
  errors: [FLAG_NOT_FOUND, TARGETING_KEY_MISSING, INVALID_CONTEXT],
  readOnly: true,
});

export const evaluateFlags = operation({
  id: 'evaluateFlags',
  subject: 'feature-flag.evaluate-all.v1',
  summary: 'OpenFeature remote evaluation (OFREP) of all flags the caller may see',
  http: {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags',
    base: '',
    query: ['flagConfigEtag', 'flagConfigLastModified'],
    refusals: 'ofrep',
  },
  request: EvaluateFlags,
  response: FlagEvaluations,
  access: whoMayEvaluate,
  errors: [TARGETING_KEY_MISSING, INVALID_CONTEXT],
  version: 'answers',
  readOnly: true,
});

export const evaluateProductFlags = operation({
  id: 'evaluateProductFlags',
  subject: 'feature-flag.evaluate.v1',
  summary: 'All flags of the calling product, for its own service',
  request: EvaluateProductFlags,
  response: FlagEvaluations,
  access: internal,
  errors: [INVALID_CONTEXT],
  readOnly: true,
});
