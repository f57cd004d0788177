import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../../../canonical-json.js';
import { type ChainRecord, hashedPart } from './chain.js';
import { ocsfClassOf, ocsfEvent } from './ocsf.js';
import { problemsOf } from './ocsf.schema.js';

const ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

const record = (action: string, more: Partial<ChainRecord> = {}): ChainRecord => ({
  format: 3,
  tenantId: ID,
  seq: 7,
  id: ID,
  occurredAt: '2026-12-01T18:00:00.000Z',
  recordedAt: '2026-12-01T18:00:00.100Z',
  product: action.split('.')[0] as string,
  action,
  actorKind: 'user',
  actorId: ID,
  impersonatorId: null,
  entityType: 'report',
  entityId: ID,
  orgId: null,
  outcome: 'done',
  reason: null,
  changes: null,
  requestId: 'request-1',
  ip: null,
  userAgent: null,
  personal: null,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  sessionId: ID,
  ...more,
});
const event = (of: ChainRecord) =>
  ocsfEvent(of, canonicalJson(hashedPart(of)), { ip: '192.0.2.1', userAgent: 'Test/1.0' }) as never;

const MAPPED: [action: string, classUid: number, activityId: number][] = [
  ['platform.user.create', 3001, 1],
  ['platform.user.update', 3001, 99],
  ['platform.user.suspend', 3001, 5],
  ['platform.password.change', 3001, 3],
  ['platform.password.reset', 3001, 4],
  ['platform.factor.create', 3001, 10],
  ['platform.factor.delete', 3001, 11],
  ['platform.session.login', 3002, 1],
  ['platform.session.logout', 3002, 2],
  ['platform.session.end', 3002, 2],
  ['platform.impersonation.start', 3003, 1],
  ['security.permission.denied', 3003, 99],
  ['platform.tenant.create', 3004, 1],
  ['platform.organization.update', 3004, 3],
  ['platform.subscription.suspend', 3004, 12],
  ['platform.user-role.grant', 3005, 1],
  ['platform.user-role.revoke', 3005, 2],
  ['platform.role.publish', 3006, 1],
  ['platform.membership.create', 3006, 3],
  ['platform.audit-log.read', 6003, 2],
  ['acme.report.create', 6003, 1],
  ['acme.report.publish', 6003, 99],
  ['security.cross-tenant.attempt', 6003, 99],
];

describe.each(MAPPED)('%s', (action, classUid, activityId) => {
  test(`is class ${classUid}, activity ${activityId}`, () => {
    expect(ocsfClassOf(action)).toEqual({ classUid, activityId });
  });

  test('is an event that the schema of its class takes, whoever did it and however it ended', () => {
    for (const more of [
      {},
      { outcome: 'refused' as const, reason: 'FORBIDDEN' },
      { actorKind: 'job' as const, actorId: null, entityId: null },
      { actorKind: 'anonymous' as const, actorId: null, entityType: 'user' },
      { impersonatorId: ID },
      { traceId: null, sessionId: null },
    ]) {
      expect(problemsOf(event(record(action, more)))).toEqual([]);
    }
  });
});

test('an event without what its class demands does not pass', () => {
  const { user: _, ...without } = event(record('platform.user.create')) as Record<string, unknown>;
  expect(problemsOf(without as never)).not.toEqual([]);
  expect(problemsOf({ ...without, user: { uid: ID }, activity_id: 50 } as never)).not.toEqual([]);
});
