import { SYSTEM_TENANT_ID } from '@kit/contracts';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';

// All of these run as the system role: keys are changed in all tenants at once.

const UNDER_OTHER_KEKS = 'wrapped IS NOT NULL AND kek_id <> $1';

/** Where each data key lies, and how many of them are no longer sealed with. */
export const COUNT_KEYS = `
  SELECT kek_id AS "kekId", count(*)::int AS keys FROM platform.data_keys
  WHERE wrapped IS NOT NULL GROUP BY kek_id ORDER BY kek_id`;

export const KEYS_TO_WRAP = `
  SELECT tenant_id AS "tenantId", id, kek_id AS "kekId", wrapped FROM platform.data_keys
  WHERE ${UNDER_OTHER_KEKS} AND (tenant_id, id) > ($2, $3) ORDER BY tenant_id, id LIMIT $4`;

/** Only if nobody was faster: the key it replaces must still be the one that was read. */
export const WRAP_KEY = `
  UPDATE platform.data_keys SET kek_id = $4, wrapped = $5, updated_at = now(), version = version + 1
  WHERE tenant_id = $1 AND id = $2 AND kek_id = $3 AND wrapped IS NOT NULL`;

/** From now on new ones are made. Keys of hashes stay: the hashes would have to be made anew from what nobody kept. */
export const RETIRE_KEYS = `
  UPDATE platform.data_keys SET status = 'retired', updated_at = now(), version = version + 1
  WHERE status = 'active' AND purpose = 'seal' AND ($1::uuid IS NULL OR tenant_id = $1)
  RETURNING id`;

export const RETIRED_KEYS = `
  SELECT tenant_id AS "tenantId", id, subject_id AS "subjectId" FROM platform.data_keys
  WHERE status = 'retired' ORDER BY tenant_id, id`;

/** Columns whose values may be replaced. */
export const REWRITABLE = SEALED_COLUMNS.filter(({ kept }) => !kept);

const tenantOf = ({ global }: SealedColumn): string => (global ? `'${SYSTEM_TENANT_ID}'::uuid` : 't.tenant_id');

/** Values of one column that lie under one key. `$3` bounds how many. */
export const valuesUnder = (column: SealedColumn): string => `
  SELECT t.${column.row ?? 'id'}::text AS row, t.${column.column} AS sealed FROM platform.${column.table} t
  WHERE ${tenantOf(column)} = $1 AND starts_with(t.${column.column}, 'v1.' || $2 || '.') LIMIT $3`;

/** Replaces a value by itself under another key, unless it has changed meanwhile. Says nothing new, so no new version. */
export const replaceValue = (column: SealedColumn): string => `
  UPDATE platform.${column.table} t SET ${column.column} = $4
  WHERE ${tenantOf(column)} = $1 AND t.${column.row ?? 'id'}::text = $2 AND t.${column.column} = $3`;

/** How many values of all tenants lie under keys that are no longer sealed with. */
export const COUNT_UNDER_RETIRED = `
  SELECT coalesce(sum(n), 0)::int AS values FROM (
    ${REWRITABLE.map(
      (column) => `
    SELECT count(*) AS n FROM platform.data_keys k JOIN platform.${column.table} t
      ON ${tenantOf(column)} = k.tenant_id AND starts_with(t.${column.column}, 'v1.' || k.id || '.')
    WHERE k.status = 'retired'`,
    ).join(' UNION ALL ')}
  ) counted`;
