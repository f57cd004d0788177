import type { UserStatus } from '@platform/contracts';

export type RequestKind = 'registration' | 'verification' | 'email_change' | 'password_reset';

const HOUR_MS = 3_600_000;
export const VERIFICATION_MS = 24 * HOUR_MS;
export const RESET_MS = HOUR_MS;

/** Nobody fills the mailbox of somebody else. */
export const MAILS_PER_HOUR = 5;
export const MAILS_WINDOW_MS = HOUR_MS;

/** What is known of the address that somebody typed. */
export interface KnownOfAddress {
  readonly userId: string | null;
  readonly status: UserStatus | null;
  readonly hasPassword: boolean;
  /** A registration whose link has not been followed yet. */
  readonly registrationId: string | null;
  readonly mailsLately: number;
}

export type Reply =
  | 'open_account'
  | 'open_account_again'
  | 'already_registered'
  | 'reset_link'
  | 'no_password'
  | 'confirm_address'
  | 'address_taken'
  | 'nothing';

/** Which mail an address gets. The answer to the request itself says none of this. */
export function replyTo(kind: RequestKind, known: KnownOfAddress): Reply {
  if (known.mailsLately >= MAILS_PER_HOUR) return 'nothing';
  const { userId, status, hasPassword, registrationId } = known;
  if (kind === 'email_change') return userId === null ? 'confirm_address' : 'address_taken';
  if (userId === null) {
    if (kind === 'registration') return 'open_account';
    return registrationId === null ? 'nothing' : 'open_account_again';
  }
  // Somebody invited, suspended or gone gets an account back from an administrator, not from themselves.
  if (status !== 'active') return 'nothing';
  if (kind !== 'password_reset') return 'already_registered';
  return hasPassword ? 'reset_link' : 'no_password';
}
