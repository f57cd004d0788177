import { tenantTable } from '@kit/service';

/** Building blocks of the hand-written DDL, so that DOMAIN's table rules are stated once. */

export const SCHEMA = 'digilist';

/** Audit columns of a table whose rows change. `version` is the ETag. */
export const audited = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid NOT NULL,
  version integer NOT NULL DEFAULT 1 CHECK (version > 0)`;

/** Audit columns of a table that only grows. */
export const appended = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL`;

/** Columns of a copy of a PLATFORM aggregate: the source's version guards it, a tombstone keeps its row so that references hold. */
export const copied = `
  version bigint NOT NULL,
  deleted boolean NOT NULL DEFAULT false,
  projected_at timestamptz NOT NULL DEFAULT now()`;

type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** Row-level security and exactly the privileges that the service needs. */
export const secured = (table: string, ...grants: Privilege[]): string =>
  `${tenantTable(SCHEMA, table, { grants }).join(';\n')};`;

const PARTITIONS = 16;

/** Hash partitions by tenant. Row-level security is not inherited by partitions, and nobody is granted access around the parent. */
export const hashPartitions = (table: string): string =>
  Array.from({ length: PARTITIONS }, (_, remainder) => `${table}_${String(remainder).padStart(2, '0')}`)
    .map(
      (partition, remainder) => `
CREATE TABLE ${SCHEMA}.${partition} PARTITION OF ${SCHEMA}.${table} FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${remainder});
${tenantTable(SCHEMA, partition, { partition: true }).join(';\n')};`,
    )
    .join('\n');

/** `column text NOT NULL CHECK (column IN (…))`: text, because equality on enums is not leakproof and loses the index under RLS. */
export const oneOf = (column: string, values: readonly string[], fallback?: string): string =>
  `${column} text NOT NULL${fallback === undefined ? '' : ` DEFAULT '${fallback}'`} CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;
