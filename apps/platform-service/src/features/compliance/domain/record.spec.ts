import { expect, test } from '@jest/globals';
import type { AuditRecord } from '@kit/contracts';
import { canonicalJson } from '../../../canonical-json.js';
import { received } from './record.js';

const TENANT = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

const record = (changes: Record<string, unknown>): AuditRecord => ({
  id: TENANT,
  tenantId: TENANT,
  occurredAt: '2026-12-01T18:00:00.000Z',
  actor: { kind: 'user', id: TENANT },
  action: 'acme.report.publish',
  entity: { type: 'report', id: TENANT },
  outcome: 'done',
  requestId: 'request-1',
  changes,
});

test('no text keeps a record out of the log: what jsonb refuses is taken out, everything else stays as it was', () => {
  const spelled = 'a backslash before \\u0000';
  const { changes } = received(
    'acme',
    TENANT,
    record({ spelled, nul: 'a\0b', half: 'a\ud800b', list: ['\udc00'], whole: '👋' }),
  );
  expect(changes).toEqual({ spelled, nul: 'ab', half: 'a\ufffdb', list: ['\ufffd'], whole: '👋' });
  expect(canonicalJson(changes)).not.toMatch(/(^|[^\\])\\u(0000|d[89a-f])/);
});

test.each([
  ['another tenant', { tenantId: '01980a3e-7c10-7b3e-9f57-000000000000' }],
  ['no id', { id: 'x' }],
  ['no time', { occurredAt: 'yesterday' }],
  ['no actor', { actor: undefined }],
  ['no outcome', { outcome: 'maybe' }],
  ['an action of another product', { action: 'platform.user.delete' }],
  ['an action of a product whose name begins alike', { action: 'acmeplus.report.publish' }],
  ['no object of changes', { changes: ['a'] }],
  ['a year that no calendar has', { occurredAt: '+012026-12-01T18:00:00.000Z' }],
  ['an organization that is no id', { orgId: TENANT.toUpperCase() }],
  ['personal data about nobody', { personal: { email: { from: 'a' } } }],
  ['personal data that is no object', { personal: { [TENANT]: 'a@b.example' } }],
])('a record with %s is none', (_, wrong) => {
  expect(() => received('acme', TENANT, { ...record({}), ...wrong })).toThrow();
});

test('a product may tell of attempts on its security', () => {
  const attempt = { ...record({}), action: 'security.permission.denied' };
  expect(received('acme', TENANT, attempt).action).toBe('security.permission.denied');
});
