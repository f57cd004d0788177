import { CHECKPOINT } from './compliance.sql.js';

/** Run by the system role, which sees all tenants. */

/** Partitions of the month of $2 and of those that come after it. */
export const ENSURE_PARTITIONS = 'SELECT platform.ensure_audit_partitions($1, $2)';

/** Whole months after this one that there are partitions for. */
export const MONTHS_AHEAD = `
  SELECT count(*)::integer AS months FROM platform.audit_partitions() WHERE begins_at > now()`;

/** Tenants whose log has grown since it was last signed, longer ago than $1. */
export const UNANCHORED = `
  SELECT tenant_id AS "tenantId" FROM platform.audit_heads WHERE seq > anchored_seq AND anchored_at <= $1`;

export const KEYS = `
  SELECT kid, public_jwk AS jwk, private_key_sealed AS sealed, status FROM platform.audit_keys WHERE kind = $1`;

export const PUT_KEY = `
  INSERT INTO platform.audit_keys (id, kind, kid, public_jwk, private_key_sealed, status)
  VALUES ($2::text::uuid, $1, $2::text, $3, $4, 'active') ON CONFLICT (kind) WHERE status = 'active' DO NOTHING`;

export const RESEAL_KEY = `
  UPDATE platform.audit_keys SET private_key_sealed = $2, updated_at = now(), version = version + 1 WHERE kid = $1`;

/** All tenants' anchors; the files of each are written in order. */
export const TENANTS_WITH_ANCHORS = `
  SELECT tenant_id AS "tenantId", max(seq) AS seq FROM platform.audit_checkpoints GROUP BY tenant_id`;

export const ANCHORS_AFTER = `
  SELECT ${CHECKPOINT} FROM platform.audit_checkpoints WHERE tenant_id = $1 AND seq > $2 ORDER BY seq, kind LIMIT 1000`;

/** Months that ended at or before $1, oldest first. */
export const ENDED_PARTITIONS = `
  SELECT name, begins_at AS "beginsAt", ends_at AS "endsAt" FROM platform.audit_partitions()
  WHERE ends_at <= $1 ORDER BY begins_at`;

/** Where each tenant's part of a month ends. */
export const LAST_OF_PARTITION = `
  SELECT DISTINCT ON (tenant_id) tenant_id AS "tenantId", seq, hash, public_hash
  FROM platform.audit_logs WHERE recorded_at >= $1 AND recorded_at < $2 ORDER BY tenant_id, seq DESC`;

/** Nobody places a hold while this transaction looks for holds and drops. */
export const LOCK_HOLDS = 'LOCK TABLE platform.audit_holds IN SHARE MODE';

export const TENANTS_ON_HOLD = `
  SELECT DISTINCT tenant_id AS "tenantId" FROM platform.audit_holds WHERE status = 'active' AND tenant_id = ANY ($1)`;

export const DROP_PARTITION = 'SELECT platform.drop_audit_partition($1)';
