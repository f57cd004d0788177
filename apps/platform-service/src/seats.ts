import { statement, type Tx } from '@kit/service';
import type { UserStatus } from '@platform/contracts';
import { giveBack, SEATS, takeTotal } from './features/licensing/index.js';

const MARK = statement(
  'seats-mark-user',
  'UPDATE platform.users SET takes_seat = true WHERE tenant_id = $1 AND id = $2',
);
const TAKES = statement(
  'seats-of-user',
  'SELECT takes_seat, status FROM platform.users WHERE tenant_id = $1 AND id = $2',
);

const seated = (status: UserStatus): boolean => status === 'active' || status === 'invited';

/**
 * A user whom the tenant itself has added takes one of its seats; whoever registers on their own does not.
 * @throws Refusal LIMIT_EXCEEDED
 */
export async function takeSeatFor(tx: Tx, userId: string): Promise<void> {
  await takeTotal(tx, SEATS, 1);
  await tx.query(MARK, [tx.tenantId, userId]);
}

/** A user who is suspended or leaves gives the seat back; whoever returns takes one again. @throws Refusal LIMIT_EXCEEDED */
export async function seatFollowsStatus(tx: Tx, userId: string, from: UserStatus, to: UserStatus): Promise<void> {
  if (seated(from) === seated(to)) return;
  const { takes_seat: takes } = await tx.one<{ takes_seat: boolean }>(TAKES, [tx.tenantId, userId]);
  if (!takes) return;
  if (seated(to)) await takeTotal(tx, SEATS, 1);
  else await giveBack(tx, SEATS, 1);
}

/** For whoever goes for good; to be called before the user's row says so. */
export async function giveSeatOfBack(tx: Tx, userId: string): Promise<void> {
  const { takes_seat: takes, status } = await tx.one<{ takes_seat: boolean; status: UserStatus }>(TAKES, [
    tx.tenantId,
    userId,
  ]);
  if (takes && seated(status)) await giveBack(tx, SEATS, 1);
}
