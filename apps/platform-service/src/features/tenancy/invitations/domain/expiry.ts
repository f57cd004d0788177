import type { InvitationStatus } from '@platform/contracts';

const DAY_MS = 86_400_000;

export const inDays = (now: Date, days: number): Date => new Date(now.getTime() + days * DAY_MS);

/** As a reader sees it: what has run out has expired, even before the job has written so. */
export const statusAt = (row: { status: InvitationStatus; expires_at: Date }, now: Date): InvitationStatus =>
  row.status === 'pending' && row.expires_at <= now ? 'expired' : row.status;
