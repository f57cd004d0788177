import type { FeatureFlag, FlagChange, FlagSegment, FlagVersion } from '@platform/contracts';
import { NIL, v5 as uuidv5 } from 'uuid';
import { staleReasons } from './domain/stale.js';
import type { ChangeRow, FlagRow, SegmentRow, VersionRow } from './flags.sql.js';

/** Flags go by key; where an id is wanted, it follows from the key. */
export const aggregateId = (key: string): string => uuidv5(key, NIL);

export const toFlag = (row: FlagRow, now: Date): FeatureFlag => ({
  key: row.key,
  description: row.description,
  purpose: row.purpose,
  owner: row.owner,
  expectedEnd: row.expected_end,
  clientExposed: row.client_exposed,
  definition: row.definition,
  status: row.status,
  lastEvaluatedAt: row.last_evaluated_at?.toISOString() ?? null,
  stale: staleReasons(
    {
      definition: row.definition,
      expectedEnd: row.expected_end,
      changedAt: row.definition_changed_at,
      createdAt: row.created_at,
      lastEvaluatedAt: row.last_evaluated_at,
    },
    now,
  ),
  version: row.version,
});

export const toVersion = (row: VersionRow): FlagVersion => ({
  version: row.flag_version,
  definition: row.definition,
  changedBy: row.created_by,
  changedAt: row.created_at.toISOString(),
});

export const toChange = (row: ChangeRow): FlagChange => ({
  id: row.id,
  key: row.key,
  baseVersion: row.base_version,
  definition: row.definition,
  applyAt: row.apply_at?.toISOString() ?? null,
  status: row.status,
  proposedBy: row.created_by,
  approvals: row.approved_by.length,
  version: row.version,
});

export const toSegment = ({ key, description, conditions, version }: SegmentRow): FlagSegment => ({
  key,
  description,
  when: conditions,
  version,
});
