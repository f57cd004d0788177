import { expect, test } from '@jest/globals';
import type { AuditRecord } from '@kit/contracts';
import { canonicalJson } from './canonical-json.js';
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
    TENANT,
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
])('a record with %s is none', (_, wrong) => {
  expect(() => received('acme', TENANT, { ...record({}), ...wrong })).toThrow();
});
