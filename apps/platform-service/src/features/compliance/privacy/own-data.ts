import type { Tx } from '@kit/service';
import { v7 as uuidv7 } from 'uuid';
import type { Vault } from '../../../secrets/index.js';
import type { PersonRow } from './person.js';
import { personalData } from './personal-data.js';
import { openOrNull } from './requests.mapper.js';
import { PUT_PART, type RequestRow } from './requests.sql.js';

export const partPlace = (row: string, subject: string) => ({
  table: 'data_subject_parts',
  column: 'content_sealed',
  row,
  subject,
});

/** What PLATFORM itself holds, handed over like any product hands over its own. Answers how many parts. */
export async function reportOwnData(tx: Tx, vault: Vault, row: RequestRow, person: PersonRow): Promise<number> {
  const { tenantId } = tx;
  const open = (sealed: string, place: Parameters<Vault['open']>[2]) => openOrNull(vault, tx, sealed, place);
  let part = 0;
  const subject = { tenantId, userId: person.id, email: person.email };
  for await (const { category, table, records } of personalData.export(tx, subject, open)) {
    part += 1;
    const id = uuidv7();
    const content = records.map((record) => ({ table, ...record }));
    const sealed = await vault.seal(tx, JSON.stringify(content), partPlace(id, person.id));
    await tx.query(PUT_PART, [tenantId, id, row.id, 'platform', part, category, sealed, tx.now, tx.actorId]);
  }
  return part;
}
