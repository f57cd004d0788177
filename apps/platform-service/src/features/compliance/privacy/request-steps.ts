import type { Tx } from '@kit/service';
import { dataSubjectRequestStarted, dataSubjectRequestState, type IdentityMethod } from '@platform/contracts';
import { toRequestState } from './requests.mapper.js';
import {
  INSERT_PARTICIPANTS,
  LOCK_PARTICIPANTS,
  LOCK_REQUEST,
  type ParticipantRow,
  type RequestRow,
  START_REQUEST,
} from './requests.sql.js';

export const factOf = (row: RequestRow) => ({
  id: row.id,
  version: row.version,
  data: { userId: row.user_id, kind: row.kind, dueAt: row.due_at.toISOString() },
});

/** From here on every product is asked, and nothing completes before each has answered. */
export async function startRequest(
  tx: Tx,
  row: RequestRow,
  identity: { method: IdentityMethod; noteSealed: string | null },
): Promise<RequestRow> {
  const values = [tx.tenantId, row.id, tx.now, tx.actorId, identity.method, identity.noteSealed];
  const after = await tx.one<RequestRow>(START_REQUEST, values);
  await tx.query(INSERT_PARTICIPANTS, [tx.tenantId, row.id, tx.now, tx.actorId]);
  tx.emit(dataSubjectRequestStarted, factOf(after));
  tx.audit({
    action: 'platform.data-subject-request.identify',
    entity: { type: 'data_subject_request', id: row.id },
    changes: { kind: row.kind, method: identity.method },
  });
  await publishRequest(tx, after);
  return after;
}

/** Tells the products how the request stands and who still has to answer. */
export async function publishRequest(tx: Tx, row: RequestRow): Promise<void> {
  const participants = await tx.query<ParticipantRow>(LOCK_PARTICIPANTS, [tx.tenantId, row.id]);
  const waiting = row.status === 'in_progress' ? participants.filter(({ status }) => status === 'waiting') : [];
  const awaiting = waiting.map(({ participant }) => participant).filter((participant) => participant !== 'platform');
  const data = toRequestState(tx.tenantId, row, awaiting);
  tx.state(dataSubjectRequestState, { id: row.id, version: row.version, data });
}

/** Tells the products again how these requests stand. Answers how many there are. */
export async function publishRequests(tx: Tx, ids: string[]): Promise<number> {
  let published = 0;
  for (const id of ids) {
    const [row] = await tx.query<RequestRow>(LOCK_REQUEST, [tx.tenantId, id]);
    if (!row) continue;
    await publishRequest(tx, row);
    published++;
  }
  return published;
}
