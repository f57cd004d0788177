import type { AuditExportFormat } from '@platform/contracts';
import { canonicalJson } from '../../../canonical-json.js';
import { type ChainedRecord, hashedPart, hashedText } from './chain.js';
import { ocsfEvent } from './ocsf.js';

/** What is personal, opened for who exports. It is not what was hashed: the proof covers the ciphertext. */
export interface OpenedPart {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly personal: object | null;
}

export interface ExportFormat {
  readonly contentType: string;
  readonly extension: string;
  /** Before the first record. */
  readonly header: string;
  line(record: ChainedRecord, opened: OpenedPart): string;
  proof(proof: object): string;
}

const COLUMNS = [
  'seq',
  'recordedAt',
  'occurredAt',
  'product',
  'action',
  'outcome',
  'reason',
  'actorKind',
  'actorId',
  'impersonatorId',
  'entityType',
  'entityId',
  'orgId',
  'requestId',
  'traceId',
  'sessionId',
] as const;

/** RFC 4180; what a spreadsheet would take for a formula is quoted as text. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? canonicalJson(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const json = (value: object): string => `${JSON.stringify(value)}\n`;
const hex = (record: ChainedRecord): string | null => record.publicHash?.toString('hex') ?? null;

export const EXPORT_FORMATS: Record<AuditExportFormat, ExportFormat> = {
  jsonl: {
    contentType: 'application/jsonl',
    extension: 'jsonl',
    header: '',
    line: (record, opened) => json({ record: hashedPart(record), publicHash: hex(record), opened }),
    proof: (proof) => json({ proof }),
  },
  csv: {
    contentType: 'text/csv',
    extension: 'csv',
    header: `${[...COLUMNS, 'changes', 'ip', 'userAgent', 'personal', 'publicHash', 'record'].join(',')}\r\n`,
    line: (record, { ip, userAgent, personal }) => {
      const told = [...COLUMNS.map((column) => record[column]), record.changes, ip, userAgent, personal, hex(record)];
      return `${[...told, hashedText(record)].map(cell).join(',')}\r\n`;
    },
    proof: (proof) => `proof,${cell(proof)}\r\n`,
  },
  ocsf: {
    contentType: 'application/jsonl',
    extension: 'ocsf.jsonl',
    header: '',
    line: (record, { ip, userAgent }) => {
      const canonical = hashedText(record);
      const event = ocsfEvent(record, canonical, { ip, userAgent });
      const unmapped = { changes: record.changes, trace_id: record.traceId, public_hash: hex(record) };
      return json({ ...event, unmapped });
    },
    proof: (proof) => json({ proof }),
  },
};

/** The beginning of a text that fits, never ending within a pair of surrogates. */
export function fitting(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
