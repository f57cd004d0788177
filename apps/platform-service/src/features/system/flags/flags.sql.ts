import { statement } from '@kit/service';
import type { FlagChangeStatus, FlagCondition, FlagDefinition, FlagPurpose } from '@platform/contracts';

export interface FlagRow extends Record<string, unknown> {
  key: string;
  description: string;
  purpose: FlagPurpose;
  owner: string;
  expected_end: string | null;
  client_exposed: boolean;
  definition: FlagDefinition;
  definition_changed_at: Date;
  status: 'active' | 'archived';
  last_evaluated_at: Date | null;
  created_at: Date;
  version: number;
}

export interface VersionRow extends Record<string, unknown> {
  flag_version: number;
  definition: FlagDefinition;
  created_by: string;
  created_at: Date;
}

export interface ChangeRow extends Record<string, unknown> {
  id: string;
  key: string;
  base_version: number;
  definition: FlagDefinition;
  apply_at: Date | null;
  approved_by: string[];
  status: FlagChangeStatus;
  created_by: string;
  version: number;
}

export interface SegmentRow extends Record<string, unknown> {
  key: string;
  description: string;
  conditions: FlagCondition[];
  version: number;
}

const FLAG = `SELECT f.key, f.description, f.purpose, f.owner, to_char(f.expected_end, 'YYYY-MM-DD') AS expected_end,
    f.client_exposed, f.definition, f.definition_changed_at, f.status, f.created_at, f.version, u.last_evaluated_at
  FROM platform.feature_flags f LEFT JOIN platform.feature_flag_uses u ON u.key = f.key`;

export const LIST_FLAGS = statement(
  'flags-list',
  `${FLAG} WHERE ($1::text IS NULL OR f.key > $1) AND ($2::text IS NULL OR f.product = $2 OR (f.product IS NULL AND $2 = 'platform'))
     AND ($3::text IS NULL OR f.status = $3) ORDER BY f.key LIMIT $4`,
);
export const FIND_FLAG = statement('flags-find', `${FLAG} WHERE f.key = $1`);
export const LIST_VERSIONS = statement(
  'flags-list-versions',
  `SELECT flag_version, definition, created_by, created_at FROM platform.feature_flag_versions
   WHERE key = $1 AND ($2::int IS NULL OR flag_version < $2) ORDER BY flag_version DESC LIMIT $3`,
);
export const FIND_VERSION = statement(
  'flags-find-version',
  `SELECT flag_version, definition, created_by, created_at FROM platform.feature_flag_versions
   WHERE key = $1 AND flag_version = $2`,
);
const CHANGE = `SELECT id, key, base_version, definition, apply_at, approved_by, status, created_by, version
  FROM platform.feature_flag_changes`;
export const LIST_CHANGES = statement(
  'flag-changes-list',
  `${CHANGE} WHERE ($1::uuid IS NULL OR id < $1) AND ($2::text IS NULL OR status = $2) ORDER BY id DESC LIMIT $3`,
);
export const LIST_SEGMENTS = statement(
  'flag-segments-list',
  `SELECT key, description, conditions, version FROM platform.feature_flag_segments
   WHERE ($1::text IS NULL OR key > $1) ORDER BY key LIMIT $2`,
);

/** Rises with every change of any flag or segment: rows are never deleted. */
export const SET_VERSION = `
  SELECT concat((SELECT coalesce(sum(version), 0) + count(*) FROM platform.feature_flags), '.',
                (SELECT coalesce(sum(version), 0) + count(*) FROM platform.feature_flag_segments)) AS version`;
export const ACTIVE_FLAGS = `
  SELECT key, version, client_exposed AS "clientExposed", definition FROM platform.feature_flags WHERE status = 'active'
  ORDER BY key`;
export const ALL_SEGMENTS = 'SELECT key, conditions FROM platform.feature_flag_segments';

// The statements below are run by the system role: global tables are read-only for everybody else.

/** Definitions refer to each other, so they change one after the other. */
export const LOCK_FLAGS = statement('flags-lock', "SELECT pg_advisory_xact_lock(hashtext('platform.feature_flags'))");
export const KNOWN_DEFINITIONS = statement(
  'flags-definitions',
  "SELECT key, definition FROM platform.feature_flags WHERE status = 'active'",
);
export const INSERT_FLAG = statement(
  'flags-insert',
  `INSERT INTO platform.feature_flags (key, product, description, purpose, owner, expected_end, client_exposed, definition,
     definition_changed_at, created_at, created_by, updated_at, updated_by)
   SELECT $1, (SELECT key FROM platform.products WHERE key = split_part($1, '.', 1)), $2, $3, $4, $5, $6, $7, $8, $8, $9, $8, $9
   ON CONFLICT (key) DO NOTHING RETURNING version`,
);
export const UPDATE_FLAG = statement(
  'flags-update',
  `UPDATE platform.feature_flags
   SET description = $3, owner = $4, expected_end = $5, client_exposed = $6, status = $7, definition = $8::jsonb,
     definition_changed_at = CASE WHEN definition = $8::jsonb THEN definition_changed_at ELSE $9 END,
     updated_at = $9, updated_by = $10, version = version + 1
   WHERE key = $1 AND version = $2 RETURNING version`,
);
export const INSERT_VERSION = statement(
  'flags-insert-version',
  `INSERT INTO platform.feature_flag_versions (key, flag_version, definition, created_at, created_by)
   VALUES ($1, $2, $3, $4, $5)`,
);
export const INSERT_CHANGE = statement(
  'flag-changes-insert',
  `INSERT INTO platform.feature_flag_changes (key, base_version, definition, apply_at, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $6, $5, $6)
   RETURNING id, key, base_version, definition, apply_at, approved_by, status, created_by, version`,
);
export const LOCK_CHANGE = statement('flag-changes-lock', `${CHANGE} WHERE id = $1 FOR UPDATE`);
export const UPDATE_CHANGE = statement(
  'flag-changes-update',
  `UPDATE platform.feature_flag_changes
   SET status = $2, approved_by = $3, updated_at = $4, updated_by = $5, version = version + 1
   WHERE id = $1 RETURNING id, key, base_version, definition, apply_at, approved_by, status, created_by, version`,
);
export const DUE_CHANGES = statement(
  'flag-changes-due',
  `${CHANGE} WHERE status = 'approved' AND (apply_at IS NULL OR apply_at <= $1) ORDER BY id FOR UPDATE SKIP LOCKED`,
);
export const PUT_SEGMENT = statement(
  'flag-segments-put',
  `INSERT INTO platform.feature_flag_segments (key, description, conditions, created_at, created_by, updated_at, updated_by)
   VALUES ($1, $2, $3, $4, $5, $4, $5)
   ON CONFLICT (key) DO UPDATE SET description = excluded.description, conditions = excluded.conditions,
     updated_at = excluded.updated_at, updated_by = excluded.updated_by, version = feature_flag_segments.version + 1
   RETURNING key, description, conditions, version`,
);
export const KNOWN_SEGMENTS = statement('flag-segments-known', 'SELECT key FROM platform.feature_flag_segments');
export const MARK_USED = `
  INSERT INTO platform.feature_flag_uses (key, last_evaluated_at)
  SELECT key, $2 FROM platform.feature_flags WHERE key = ANY ($1::text[])
  ON CONFLICT (key) DO UPDATE SET last_evaluated_at = excluded.last_evaluated_at`;
