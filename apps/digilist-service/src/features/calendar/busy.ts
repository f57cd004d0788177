import type { Tx } from '@kit/service';
import { type Minute, MINUTES_A_DAY } from '../listings/index.js';
import { READ_BUSY } from './calendar.sql.js';
import type { Busy } from './domain/free-time.js';
import { unpackBusy } from './domain/packed-busy.js';

/** Longest buffer: what lies this close to a window can reach into it. */
export const MARGIN = MINUTES_A_DAY;

/** Who has which of these atoms between two instants, buffers that reach in included. One round trip. */
export async function readBusy(
  tx: Tx,
  atomIds: readonly string[],
  from: Minute,
  until: Minute,
): Promise<ReadonlyMap<string, readonly Busy[]>> {
  const { busy } = await tx.one<{ busy: string | null }>(READ_BUSY, [tx.tenantId, atomIds, from - MARGIN, until + MARGIN]);
  return unpackBusy(busy, from - MARGIN);
}
