import type { DataSubjectRequestKind, DataSubjectRequestStatus, ParticipantStatus } from '@platform/contracts';

const FOLLOWS: Record<DataSubjectRequestStatus, readonly DataSubjectRequestStatus[]> = {
  received: ['identity_check', 'in_progress', 'refused', 'cancelled'],
  identity_check: ['in_progress', 'refused', 'cancelled'],
  in_progress: ['completed', 'refused', 'cancelled'],
  completed: [],
  refused: [],
  cancelled: [],
};

export const mayFollow = (from: DataSubjectRequestStatus, to: DataSubjectRequestStatus): boolean =>
  FOLLOWS[from].includes(to);

export const isOpen = (status: DataSubjectRequestStatus): boolean => FOLLOWS[status].length > 0;

/** Nobody needs to decide on these: they are met, or refused by whom they concern. */
const BY_ITSELF: readonly DataSubjectRequestKind[] = ['access', 'portability', 'erasure', 'restriction'];
export const meetsItself = (kind: DataSubjectRequestKind): boolean => BY_ITSELF.includes(kind);

export const isExport = (kind: DataSubjectRequestKind): boolean => kind === 'access' || kind === 'portability';

/** A restriction holds from the moment we know who asks, for as long as it is not lifted. */
export const restricts = (request: {
  kind: DataSubjectRequestKind;
  status: DataSubjectRequestStatus;
  liftedAt: Date | null;
}): boolean =>
  request.kind === 'restriction' &&
  (request.status === 'in_progress' || request.status === 'completed') &&
  request.liftedAt === null;

const HOUR = 3_600_000;
const LONGEST = 24 * HOUR;

/** How long a product may be silent before it is asked again: a quarter of an hour at first, then ever longer, a day at most. */
export const patience = (attempts: number): number => Math.min((HOUR / 4) * 2 ** Math.max(attempts - 1, 0), LONGEST);

export const isSilent = (status: ParticipantStatus): boolean => status === 'waiting';
