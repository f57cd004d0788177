import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from './canonical-json.js';
import { type ChainedRecord, type ChainRecord, ChainWalk, chained, GENESIS } from './chain.js';

const KEY = Buffer.alloc(32, 1);
const TENANT = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

const record = (n: number): Omit<ChainRecord, 'seq'> => ({
  tenantId: TENANT,
  id: `01980a3e-7c10-7b3e-9f57-${String(n).padStart(12, '0')}`,
  occurredAt: new Date(1_760_000_000_000 + n),
  recordedAt: new Date(1_760_000_001_000 + n),
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
});

const LENGTH = 20;
const chain = (): ChainedRecord[] =>
  chained(
    KEY,
    { seq: 0, hash: GENESIS },
    Array.from({ length: LENGTH }, (_, n) => record(n + 1)),
  );
const headOf = (rows: ChainedRecord[]) => ({ seq: LENGTH, hash: (rows.at(-1) as ChainedRecord).hash });

function verify(rows: ChainedRecord[], head = headOf(chain())) {
  const walk = new ChainWalk(KEY, 0, GENESIS);
  const found = walk.walk([...rows].sort((a, b) => a.seq - b.seq)) ?? walk.end(head);
  return found && `${found.kind} ${found.seq}`;
}

const at = (rows: ChainedRecord[], seq: number): ChainedRecord => rows[seq - 1] as ChainedRecord;
const renumbered = (rows: ChainedRecord[]) => rows.map((row, n) => ({ ...row, seq: n + 1 }));

describe('the chain', () => {
  test('holds as it was written, in one walk or in pages', () => {
    const rows = chain();
    expect(verify(rows)).toBeNull();
    const walk = new ChainWalk(KEY, 0, GENESIS);
    expect(walk.walk(rows.slice(0, 7)) ?? walk.walk(rows.slice(7)) ?? walk.end(headOf(rows))).toBeNull();
    expect(walk.checked).toBe(LENGTH);
  });

  const CHANGES: [keyof ChainRecord, unknown][] = [
    ['id', '01980a3e-7c10-7b3e-9f57-ffffffffffff'],
    ['occurredAt', new Date(0)],
    ['recordedAt', new Date(0)],
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
    expect(verify(rows, { seq: 15, hash: at(rows, 15).hash })).toBe('RECORD_INSERTED 16');
    expect(verify(rows, { seq: LENGTH, hash: GENESIS })).toBe(`RECORD_CHANGED ${LENGTH}`);
  });

  test('cannot be sealed again without the key', () => {
    const rows = chain();
    const forged = chained(Buffer.alloc(32, 2), { seq: 6, hash: at(rows, 6).hash }, [
      { ...record(7), action: 'acme.report.read' },
      ...rows.slice(7),
    ]);
    expect(verify([...rows.slice(0, 6), ...forged])).toBe('RECORD_CHANGED 7');
  });
});

test('equal values have one text, whatever the order of their keys', () => {
  expect(canonicalJson({ b: [1, { d: 1.5, c: null }], a: 'å"\n', undefined: undefined })).toBe(
    '{"a":"å\\"\\n","b":[1,{"c":null,"d":1.5}]}',
  );
  expect(canonicalJson(JSON.parse('{"z":1.0,"a":1e2}'))).toBe('{"a":100,"z":1}');
});
