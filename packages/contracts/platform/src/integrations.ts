import {
  Flag,
  Id,
  Instant,
  internal,
  Json,
  ListOf,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  PageQuery,
  pageOf,
  permission,
  Text,
  Whole,
} from '@kit/contracts';
import { operation } from './context.js';
import {
  INTEGRATION_KIND_UNKNOWN,
  INTEGRATION_NAME_TAKEN,
  INTEGRATION_NOT_TESTABLE,
  INTEGRATION_URL_REFUSED,
} from './integrations.errors.js';
import { LocalizedText } from './products.js';

export const INTEGRATION_STATUSES = ['active', 'disabled'] as const;
export type IntegrationStatus = (typeof INTEGRATION_STATUSES)[number];

export class IntegrationKind {
  @Text({ max: 80, example: 'acme.archive' })
  key: string;

  @Nested(() => LocalizedText)
  title: LocalizedText;

  @Json({ description: 'JSON Schema of the configuration; `"x-secret": true` marks what is never read back' })
  schema: object;

  @Flag({ description: 'Whether `POST /integrations/{id}/test` has something to connect to' })
  testable: boolean;
}

export class IntegrationKindPage extends pageOf(IntegrationKind) {}

/** All that is ever shown of a secret. */
export class SecretHint {
  @Flag()
  set: boolean;

  @Text({ max: 4, nullable: true, description: 'null when it is too short to show a part of it', example: '9f3a' })
  last4: string | null;

  @Text({ max: 16, description: 'Equal secrets of this tenant have equal ones', example: 'q2X8b1Zk0aQ' })
  fingerprint: string;
}

export class IntegrationTest {
  @Instant()
  testedAt: string;

  @Text({ max: 200, nullable: true, description: 'null: it answered' })
  problem: string | null;
}

export class Integration {
  @Id()
  id: string;

  @Text({ max: 80, example: 'acme.archive' })
  kind: string;

  @Text({ max: 120, example: 'Archive' })
  name: string;

  @Json({ description: 'What is not secret', example: { url: 'https://archive.example.com' } })
  config: Record<string, unknown>;

  @Json({ description: 'For each secret that is set: { set, last4, fingerprint }' })
  secrets: Record<string, SecretHint>;

  @OneOf(INTEGRATION_STATUSES)
  status: IntegrationStatus;

  @Instant({ nullable: true, description: 'When the token of the connection ends; it is renewed before' })
  tokenExpiresAt: string | null;

  @Nested(() => IntegrationTest, { nullable: true })
  lastTest: IntegrationTest | null;

  @Instant()
  createdAt: string;

  @Whole({ min: 1 })
  version: number;
}

export class IntegrationPage extends pageOf(Integration) {}

export class ListIntegrations extends PageQuery {
  @Text({ max: 80, optional: true })
  kind?: string;
}

export class IntegrationId {
  @Id()
  id: string;
}

export class CreateIntegration {
  @Text({ min: 3, max: 80, example: 'acme.archive' })
  kind: string;

  @Text({ min: 1, max: 120, example: 'Archive' })
  name: string;

  @Json({
    description: 'As the schema of the kind says, secrets included',
    example: { url: 'https://archive.example.com', apiKey: '…' },
  })
  config: Record<string, unknown>;
}

export class UpdateIntegration {
  @Id()
  id: string;

  @Text({ min: 1, max: 120, optional: true })
  name?: string;

  @Json({
    optional: true,
    description: 'The whole configuration; a secret that is left out stays, null takes it away',
  })
  config?: Record<string, unknown>;

  @OneOf(INTEGRATION_STATUSES, { optional: true })
  status?: IntegrationStatus;
}

export class IntegrationTestResult {
  @Flag()
  ok: boolean;

  @Whole({ min: 100, max: 999, nullable: true })
  statusCode: number | null;

  @Text({ max: 200, nullable: true, description: 'Why it failed; nothing of what the other side said' })
  problem: string | null;

  @Whole({ min: 0 })
  elapsedMs: number;
}

export class ReadIntegration {
  @Id()
  tenantId: string;

  @Id()
  id: string;
}

/** For the product that owns the kind, and only over NATS. */
export class ReadableIntegration {
  @Id()
  id: string;

  @Id()
  tenantId: string;

  @Text({ max: 80 })
  kind: string;

  @Text({ max: 120 })
  name: string;

  @OneOf(INTEGRATION_STATUSES)
  status: IntegrationStatus;

  @Json({ description: 'Secrets included' })
  config: Record<string, unknown>;

  @Whole({ min: 1 })
  version: number;
}

export class KekUse {
  @Text({ max: 40, description: 'Name of a master key; tells nothing about it' })
  kekId: string;

  @Whole({ min: 0 })
  keys: number;
}

export class SecretKeys {
  @Text({ max: 40, description: 'The master key that wraps from now on' })
  currentKekId: string;

  @ListOf(() => KekUse, { description: 'Data keys by the master key they lie under' })
  keks: KekUse[];

  @Whole({ min: 0, description: 'Data keys under an earlier master key' })
  keysToWrap: number;

  @Whole({ min: 0, description: 'Values under a data key that was replaced' })
  valuesToSeal: number;
}

export class RotateSecretKeys {
  @Flag({ optional: true, description: 'Only say what there is to do' })
  dryRun?: boolean;

  @Flag({ optional: true, description: 'Also replace the data keys; otherwise only what is left over is moved' })
  dataKeys?: boolean;

  @Id({ optional: true, description: 'Replace the data keys of this tenant only' })
  tenantId?: string;
}

export const listIntegrationKinds = operation({
  id: 'listIntegrationKinds',
  subject: 'integration-kind.list.v1',
  summary: 'Kinds of connections that products offer',
  http: { method: 'GET', path: '/integration-kinds' },
  request: PageQuery,
  response: IntegrationKindPage,
  access: permission('platform.integration.read'),
});

// Without Idempotency-Key: the fingerprint of the request would be one of the secret.
export const createIntegration = operation({
  id: 'createIntegration',
  subject: 'integration.create.v1',
  summary: 'Configure a connection to another system; its secrets are never shown again',
  http: { method: 'POST', path: '/integrations', status: 201 },
  request: CreateIntegration,
  response: Integration,
  access: permission('platform.integration.create'),
  errors: [INTEGRATION_KIND_UNKNOWN, INTEGRATION_NAME_TAKEN, INTEGRATION_URL_REFUSED],
  version: 'answers',
});

export const listIntegrations = operation({
  id: 'listIntegrations',
  subject: 'integration.list.v1',
  summary: 'List the connections of the tenant',
  http: { method: 'GET', path: '/integrations' },
  request: ListIntegrations,
  response: IntegrationPage,
  access: permission('platform.integration.read'),
});

export const getIntegration = operation({
  id: 'getIntegration',
  subject: 'integration.get.v1',
  summary: 'Read a connection; of its secrets only that they are set',
  http: { method: 'GET', path: '/integrations/{id}' },
  request: IntegrationId,
  response: Integration,
  access: permission('platform.integration.read'),
  errors: [NOT_FOUND],
  version: 'answers',
});

export const updateIntegration = operation({
  id: 'updateIntegration',
  subject: 'integration.update.v1',
  summary: 'Change a connection, switch it off or on',
  http: { method: 'PATCH', path: '/integrations/{id}' },
  request: UpdateIntegration,
  response: Integration,
  access: permission('platform.integration.update'),
  errors: [NOT_FOUND, INTEGRATION_NAME_TAKEN, INTEGRATION_URL_REFUSED],
  version: 'required',
});

export const removeIntegration = operation({
  id: 'removeIntegration',
  subject: 'integration.remove.v1',
  summary: 'Remove a connection and its secrets',
  http: { method: 'DELETE', path: '/integrations/{id}', status: 204 },
  request: IntegrationId,
  response: null,
  access: permission('platform.integration.remove'),
  errors: [NOT_FOUND],
});

export const testIntegration = operation({
  id: 'testIntegration',
  subject: 'integration.test.v1',
  summary: 'Whether the other system can be reached',
  http: { method: 'POST', path: '/integrations/{id}/test' },
  request: IntegrationId,
  response: IntegrationTestResult,
  access: permission('platform.integration.test'),
  errors: [NOT_FOUND, INTEGRATION_NOT_TESTABLE],
});

export const readIntegration = operation({
  id: 'readIntegration',
  subject: 'integration.read.v1',
  summary: 'A connection with its secrets, for the product that offers its kind; audited',
  request: ReadIntegration,
  response: ReadableIntegration,
  access: internal,
  errors: [NOT_FOUND],
});

export const getSecretKeys = operation({
  id: 'getSecretKeys',
  subject: 'secret-key.get.v1',
  summary: 'Which keys secrets lie under, and what still has to move to the current ones',
  http: { method: 'GET', path: '/secret-keys' },
  request: Nothing,
  response: SecretKeys,
  access: permission('platform.secret-key.read'),
});

export const rotateSecretKeys = operation({
  id: 'rotateSecretKeys',
  subject: 'secret-key.rotate.v1',
  summary: 'Move secrets to the current keys, in the background; `GET /secret-keys` shows what is left',
  http: { method: 'POST', path: '/secret-keys/rotate', status: 202, query: ['dryRun'] },
  request: RotateSecretKeys,
  response: SecretKeys,
  access: permission('platform.secret-key.rotate'),
});

export const integrationsOperations = [
  listIntegrationKinds,
  createIntegration,
  listIntegrations,
  getIntegration,
  updateIntegration,
  removeIntegration,
  testIntegration,
  readIntegration,
  getSecretKeys,
  rotateSecretKeys,
];
