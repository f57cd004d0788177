import { holders, Id, people } from '@kit/contracts';
import { event } from './context.js';

export class ApiKeyData {
  @Id({ description: 'The service account' })
  userId: string;
}

export class ImpersonationData {
  @Id({ description: 'On whose behalf' })
  userId: string;

  @Id({ description: 'Who acts' })
  actorId: string;
}

export const apiKeyCreated = event({
  aggregate: 'api_key',
  fact: 'created',
  summary: 'A service account was given a key',
  data: ApiKeyData,
  audience: () => holders('platform.service-account.read'),
});

export const apiKeyRevoked = event({
  aggregate: 'api_key',
  fact: 'revoked',
  summary: 'A key of a service account was taken back',
  data: ApiKeyData,
  audience: () => holders('platform.service-account.read'),
});

export const impersonationBegan = event({
  aggregate: 'session',
  fact: 'impersonation-began',
  summary: "Somebody began to act on another user's behalf",
  data: ImpersonationData,
  audience: ({ actorId }) => [...people(actorId), ...holders('platform.audit-log.read')],
});

export const machineEvents = [apiKeyCreated, apiKeyRevoked, impersonationBegan];
