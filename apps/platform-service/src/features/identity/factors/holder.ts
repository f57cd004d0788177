import type { Locale } from '@kit/contracts';
import type { Tx } from '@kit/service';
import type { ProofMethod, UserKind, UserStatus } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { HAS_TOTP, LOCK_HOLDER, READ_HOLDER } from './factors.sql.js';

/** A user with every way to prove who they are. */
export interface Holder extends QueryResultRow {
  id: string;
  email: string;
  kind: UserKind;
  status: UserStatus;
  locale: Locale;
  slug: string;
  tenant_name: string;
  password_hash: string | null;
  /** Good beside a second factor only. */
  password_is_short: boolean;
  totp_id: string | null;
  totp_confirmed_at: Date | null;
  recovery_codes: number;
  passkeys: number;
  providers: number;
}

export async function readHolder(tx: Tx, userId: string): Promise<Holder | null> {
  const [holder] = await tx.query<Holder>(READ_HOLDER, [tx.tenantId, userId]);
  return holder ?? null;
}

/** Read after the lock, so that what another transaction has just changed is seen. */
export async function lockHolder(tx: Tx, userId: string): Promise<Holder | null> {
  await tx.query(LOCK_HOLDER, [tx.tenantId, userId]);
  return readHolder(tx, userId);
}

/** Whether a password alone does not let this user in, as the password policy wants to know. */
export async function hasSecondFactor(tx: Tx, userId: string): Promise<boolean> {
  const [found] = await tx.query(HAS_TOTP, [tx.tenantId, userId]);
  return found !== undefined;
}

/** What the holder can confirm with that they are who they are; a password is not enough beside a second factor. */
export function proofMethodsOf(holder: Holder): ProofMethod[] {
  const { totp_id: totp, recovery_codes: codes, passkeys, password_hash: password } = holder;
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(totp && codes > 0 ? (['recovery_code'] as const) : []),
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    ...(password !== null && !totp ? (['password'] as const) : []),
  ];
}
