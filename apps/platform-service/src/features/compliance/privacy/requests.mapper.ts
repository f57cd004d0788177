import type { Tx } from '@kit/service';
import { type Blocker, type DataSubjectRequest, type DataSubjectRequestState } from '@platform/contracts';
import { KeyDestroyed, type Vault } from '../../../secrets/index.js';
import { isOpen, restricts } from './domain/request-lifecycle.js';
import type { RequestRow, ShownRow } from './requests.sql.js';

const REQUESTS = 'data_subject_requests';

/** Where free text about a request lies. */
export const textOf = (column: string, { id, user_id }: Pick<RequestRow, 'id' | 'user_id'>) => ({
  table: REQUESTS,
  column,
  row: id,
  subject: user_id,
});

export const holdReason = (row: string, subject: string) => ({
  table: 'legal_holds',
  column: 'reason_sealed',
  row,
  subject,
});

/** The text, or null when there is none or the person it is about was erased. */
export async function openOrNull(
  vault: Vault,
  tx: Tx,
  sealed: string | null,
  place: Parameters<Vault['open']>[2],
): Promise<string | null> {
  if (!sealed) return null;
  try {
    return (await vault.open(tx, sealed, place)).reveal();
  } catch (error) {
    if (error instanceof KeyDestroyed) return null;
    throw error;
  }
}

export async function toRequest(vault: Vault, tx: Tx, row: ShownRow): Promise<DataSubjectRequest> {
  const open = (column: 'details_sealed' | 'extension_reason_sealed' | 'answer_sealed') =>
    openOrNull(vault, tx, row[column], textOf(column, row));
  return {
    id: row.id,
    userId: row.user_id,
    kind: row.kind,
    status: row.status,
    details: await open('details_sealed'),
    receivedAt: row.received_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    overdue: row.overdue_at !== null || (isOpen(row.status) && row.due_at <= tx.now),
    extensionReason: await open('extension_reason_sealed'),
    identityMethod: row.identity_method,
    participants: row.participants.map((participant) => ({
      key: participant.participant,
      status: participant.status,
      reason: participant.reason,
      attempts: participant.attempts,
      askedAt: instant(participant.asked_at),
      answeredAt: instant(participant.answered_at),
      erased: participant.erased,
      retained: participant.retained,
    })),
    blockedBy: await blockersOf(vault, tx, row),
    answer: await open('answer_sealed'),
    restricts: isRestricting(row),
    downloadUntil: row.download_until?.toISOString() ?? null,
    closedAt: row.closed_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}

async function blockersOf(vault: Vault, tx: Tx, row: ShownRow): Promise<Blocker[]> {
  const holds: Blocker[] = [];
  for (const { id, reason_sealed } of row.holds) {
    const reason = await openOrNull(vault, tx, reason_sealed, holdReason(id, row.user_id));
    holds.push({ kind: 'legal_hold', reason: reason ?? '' });
  }
  if (row.blocked_by === 'last_administrator')
    holds.push({ kind: 'last_administrator', reason: 'Somebody else has to become an administrator first.' });
  if (row.blocked_by === 'undelivered_messages')
    holds.push({ kind: 'undelivered_messages', reason: 'Messages that name the person are still on their way.' });
  return holds;
}

export const toRequestState = (tenantId: string, row: RequestRow, awaiting: string[]): DataSubjectRequestState => ({
  id: row.id,
  tenantId,
  userId: row.user_id,
  kind: row.kind,
  status: row.status,
  awaiting,
  restricts: isRestricting(row),
  version: row.version,
});

const isRestricting = ({ kind, status, lifted_at }: RequestRow) => restricts({ kind, status, liftedAt: lifted_at });

/** jsonb writes instants with an offset and without milliseconds' padding; the contract has one form. */
const instant = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());
