import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { AuditAnchor } from '@platform/contracts';
import { canonicalJson } from '../../../canonical-json.js';
import {
  BEGINNING,
  type ChainedRecord,
  type ChainRecord,
  ChainWalk,
  chained,
  GENESIS,
  hashedPart,
  hashedText,
} from './chain.js';
import { anchorOf, byPlace, isSignedBy } from './checkpoint.js';

const KEY = Buffer.alloc(32, 1);
const TENANT = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

const record = (n: number): Omit<ChainRecord, 'seq'> => ({
  format: 3,
  tenantId: TENANT,
  id: `01980a3e-7c10-7b3e-9f57-${String(n).padStart(12, '0')}`,
  occurredAt: new Date(1_760_000_000_000 + n).toISOString(),
  recordedAt: new Date(1_760_000_001_000 + n).toISOString(),
  product: 'acme',
  action: 'acme.report.publish',
  actorKind: 'user',
  actorId: TENANT,
  impersonatorId: null,
  entityType: 'report',
  entityId: String(n),
  orgId: null,
  outcome: 'done',
  reason: null,
  changes: { title: { from: 'a', to: `b${n}` } },
  requestId: `request-${n}`,
  ip: null,
  userAgent: null,
  personal: { [TENANT]: `v1.sealed.${n}` },
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  sessionId: TENANT,
});

const untraced = (n: number) => ({ ...record(n), traceId: null, sessionId: null });

const LENGTH = 20;
const chain = (): ChainedRecord[] =>
  chained(
    KEY,
    BEGINNING,
    Array.from({ length: LENGTH }, (_, n) => record(n + 1)),
  );
const headAt = (rows: ChainedRecord[], seq: number) => {
  const { hash, publicHash } = rows[seq - 1] as ChainedRecord;
  return { seq, hash, publicHash: publicHash as Buffer };
};
const headOf = (rows: ChainedRecord[]) => headAt(rows, LENGTH);

function verify(rows: ChainedRecord[], head = headOf(chain())) {
  const walk = new ChainWalk(KEY, BEGINNING);
  const found = walk.walk([...rows].sort((a, b) => a.seq - b.seq)) ?? walk.end(head);
  return found && `${found.kind} ${found.seq}`;
}

const at = (rows: ChainedRecord[], seq: number): ChainedRecord => rows[seq - 1] as ChainedRecord;
const renumbered = (rows: ChainedRecord[]) => rows.map((row, n) => ({ ...row, seq: n + 1 }));

describe('the chain', () => {
  test('holds as it was written, in one walk or in pages', () => {
    const rows = chain();
    expect(verify(rows)).toBeNull();
    const walk = new ChainWalk(KEY, BEGINNING);
    expect(walk.walk(rows.slice(0, 7)) ?? walk.walk(rows.slice(7)) ?? walk.end(headOf(rows))).toBeNull();
    expect(walk.checked).toBe(LENGTH);
  });

  const CHANGES: [keyof ChainRecord, unknown][] = [
    ['id', '01980a3e-7c10-7b3e-9f57-ffffffffffff'],
    ['occurredAt', '1970-01-01T00:00:00.000Z'],
    ['recordedAt', '1970-01-01T00:00:00.000Z'],
    ['product', 'other'],
    ['action', 'acme.report.read'],
    ['actorKind', 'job'],
    ['actorId', null],
    ['impersonatorId', TENANT],
    ['entityType', 'archive'],
    ['entityId', '8'],
    ['orgId', TENANT],
    ['outcome', 'refused'],
    ['reason', 'because'],
    ['changes', { title: { from: 'a', to: 'c' } }],
    ['requestId', 'request-8'],
    ['traceId', null],
    ['traceId', '4bf92f3577b34da6a3ce929d0e0e4737'],
    ['sessionId', null],
    ['format', 1],
    ['format', 2],
    ['ip', '192.0.2.1'],
    ['userAgent', 'Test/1.0'],
    ['personal', null],
    ['personal', { [TENANT]: 'v1.sealed.8' }],
    ['tenantId', '01980a3e-7c10-7b3e-9f57-aaaaaaaaaaaa'],
  ];
  test.each(CHANGES)('breaks where %s was changed', (field, value) => {
    const rows = chain();
    rows[6] = { ...at(rows, 7), [field]: value };
    expect(verify(rows)).toBe('RECORD_CHANGED 7');
  });

  test('breaks where a hash was changed', () => {
    const rows = chain();
    rows[6] = { ...at(rows, 7), hash: Buffer.alloc(32, 9) };
    expect(verify(rows)).toBe('RECORD_CHANGED 7');
    rows[6] = { ...at(chain(), 7), prevHash: Buffer.alloc(32, 9) };
    expect(verify(rows)).toBe('RECORD_CHANGED 7');
  });

  test('breaks where a record was deleted, even when the rest was moved up', () => {
    const rows = chain().filter(({ seq }) => seq !== 7);
    expect(verify(rows)).toBe('RECORD_MISSING 7');
    expect(verify(renumbered(rows))).toBe('RECORD_MISSING 7');
  });

  test('breaks at the beginning when that was deleted', () => {
    expect(verify(chain().slice(1))).toBe('RECORD_MISSING 1');
  });

  test('breaks where a record was inserted, under a number of its own or a taken one', () => {
    const rows = chain();
    const forged = { ...at(rows, 7), id: '01980a3e-7c10-7b3e-9f57-eeeeeeeeeeee', action: 'acme.report.read' };
    expect(verify([...rows, forged])).toBe('RECORD_INSERTED 7');
    expect(verify([forged, ...rows])).toBe('RECORD_INSERTED 7');
    expect(verify(renumbered([...rows.slice(0, 6), forged, ...rows.slice(6)]))).toBe('RECORD_INSERTED 7');
  });

  test('breaks where a genuine record stands twice', () => {
    const rows = chain();
    expect(verify([...rows, { ...at(rows, 3), seq: LENGTH + 1 }])).toMatch(/21$/);
  });

  test.each([
    [7, 8],
    [7, 15],
    [1, 20],
  ])('breaks where %i and %i were swapped', (a, b) => {
    const rows = chain();
    const swapped = rows.map((row) =>
      row.seq === a ? { ...at(rows, b), seq: a } : row.seq === b ? { ...at(rows, a), seq: b } : row,
    );
    expect(verify(swapped)).toBe(`RECORDS_SWAPPED ${a}`);
  });

  test('breaks where its tail was cut', () => {
    expect(verify(chain().slice(0, 15))).toBe('TAIL_CUT 16');
    expect(verify([])).toBe('TAIL_CUT 1');
  });

  test('breaks where its head was turned back', () => {
    const rows = chain();
    expect(verify(rows, headAt(rows, 15))).toBe('RECORD_INSERTED 16');
    expect(verify(rows, { ...headOf(rows), hash: GENESIS })).toBe(`RECORD_CHANGED ${LENGTH}`);
  });

  test('cannot be sealed again without the key', () => {
    const rows = chain();
    const forged = chained(Buffer.alloc(32, 2), headAt(rows, 6), [
      { ...record(7), action: 'acme.report.read' },
      ...rows.slice(7),
    ]);
    expect(verify([...rows.slice(0, 6), ...forged])).toBe('RECORD_CHANGED 7');
  });
});

describe('whoever has the key of the chain and writes it anew', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const anchor = (rows: ChainedRecord[], seq: number): AuditAnchor => {
    const head = headAt(rows, seq);
    const time = new Date(1_760_000_002_000);
    return anchorOf({ kid: 'k1', privateKey }, { tenant: TENANT, kind: 'anchor', head, count: 5, time });
  };
  const resealed = (rows: ChainedRecord[], from: number) => [
    ...rows.slice(0, from - 1),
    ...chained(KEY, headAt(rows, from - 1), [{ ...at(rows, from), action: 'acme.report.read' }, ...rows.slice(from)]),
  ];
  const walked = (rows: ChainedRecord[], anchors: AuditAnchor[]) => {
    const walk = new ChainWalk(KEY, BEGINNING);
    const beyond = anchors.filter(({ seq }) => seq > rows.length);
    const found = walk.walk(rows, rows.length, byPlace(anchors)) ?? walk.end(headAt(rows, rows.length), beyond);
    return found && `${found.kind} ${found.mismatch} ${found.seq}`;
  };

  test('passes without anchors', () => {
    expect(walked(resealed(chain(), 11), [])).toBeNull();
  });

  test('is found by the first anchor behind it, from the last one that still holds', () => {
    const anchors = [anchor(chain(), 5), anchor(chain(), 10), anchor(chain(), 15), anchor(chain(), 20)];
    expect(walked(chain(), anchors)).toBeNull();
    expect(walked(resealed(chain(), 11), anchors)).toBe('RESEALED anchor_mismatch 11');
    expect(walked(resealed(chain(), 2), anchors)).toBe('RESEALED anchor_mismatch 1');
  });

  test('is found where the tail was cut and the head turned back', () => {
    expect(walked(chain().slice(0, 12), [anchor(chain(), 10)])).toBeNull();
    expect(walked(chain().slice(0, 12), [anchor(chain(), 15)])).toBe('TAIL_CUT anchor_mismatch 13');
  });

  test('cannot sign what they wrote', () => {
    const genuine = anchor(chain(), 10);
    expect(isSignedBy(publicKey, genuine)).toBe(true);
    for (const forged of [
      { ...genuine, seq: 11 },
      { ...genuine, head: '00'.repeat(32) },
      { ...genuine, publicHead: '00'.repeat(32) },
      { ...genuine, kind: 'retention' as const },
      { ...genuine, tenant: '01980a3e-7c10-7b3e-9f57-000000000000' },
      { ...genuine, time: '2026-12-01T00:00:00.000Z' },
      { ...genuine, kid: 'k2' },
    ]) {
      expect(isSignedBy(publicKey, forged)).toBe(false);
    }
  });
});

test.each([
  ['row_hash_mismatch', { action: 'acme.report.read' }],
  ['row_hash_mismatch', { hash: Buffer.alloc(32, 9) }],
  ['row_hash_mismatch', { rowId: '01980a3e-7c10-7b3e-9f57-ffffffffffff' }],
  ['prev_hash_mismatch', { prevHash: Buffer.alloc(32, 9) }],
  ['public_hash_mismatch', { publicHash: Buffer.alloc(32, 9) }],
  ['sequence_mismatch', { seq: 9 }],
])('a break says which comparison failed: %s', (mismatch, change) => {
  const rows = chain();
  rows[6] = { ...at(rows, 7), ...change };
  expect(new ChainWalk(KEY, BEGINNING).walk(rows)).toMatchObject({ mismatch, seq: 7 });
});

test('a chain that goes on from records of the first format holds as before', () => {
  const [a, b] = chained(KEY, BEGINNING, [
    { ...untraced(1), format: 1 as const, ip: '192.0.2.1', personal: null },
    { ...untraced(2), format: 1 as const, ip: '192.0.2.1', personal: null },
  ]) as [ChainedRecord, ChainedRecord];
  const [c] = chained(KEY, { seq: 2, hash: b.hash, publicHash: GENESIS }, [record(3)]) as [ChainedRecord];
  expect(new ChainWalk(KEY, BEGINNING).walk([a, b, c])).toBeNull();
  // Address and user agent lay outside.
  expect(new ChainWalk(KEY, BEGINNING).walk([a, { ...b, ip: null }, c])).toBeNull();
  expect(new ChainWalk(KEY, BEGINNING).walk([a, { ...b, reason: 'because' }, c])).toMatchObject({ seq: 2 });
});

test('a chain that goes on from records of the second format holds, and nobody adds to those what was not hashed', () => {
  const rows = chained(KEY, BEGINNING, [
    { ...untraced(1), format: 2 as const },
    { ...untraced(2), format: 2 as const },
    record(3),
  ]);
  const walked = (...changed: ChainedRecord[]) => new ChainWalk(KEY, BEGINNING).walk(changed);
  const [a, b, c] = rows as [ChainedRecord, ChainedRecord, ChainedRecord];
  expect(walked(a, b, c)).toBeNull();
  expect(walked(a, { ...b, traceId: c.traceId }, c)).toMatchObject({ kind: 'RECORD_CHANGED', seq: 2 });
  expect(walked(a, { ...b, sessionId: TENANT }, c)).toMatchObject({ kind: 'RECORD_CHANGED', seq: 2 });
});

test.each([1, 2, 3] as const)('the text of a record of format %i is its canonical JSON', (format) => {
  const plain = { ...record(1), seq: 1, format };
  const changes = { b: 1, a: 'å"\n\u2028', none: null };
  const full = { ...plain, impersonatorId: TENANT, orgId: TENANT, reason: '"\\', ip: 'x', userAgent: '👋', changes };
  for (const one of [plain, full, { ...plain, actorId: null, entityId: null, changes: null, personal: null }]) {
    expect(hashedText(one)).toBe(canonicalJson(hashedPart(one)));
  }
});

test('equal values have one text, whatever the order of their keys', () => {
  expect(canonicalJson({ b: [1, { d: 1.5, c: null }], a: 'å"\n', undefined: undefined })).toBe(
    '{"a":"å\\"\\n","b":[1,{"c":null,"d":1.5}]}',
  );
  expect(canonicalJson(JSON.parse('{"z":1.0,"a":1e2}'))).toBe('{"a":100,"z":1}');
});
