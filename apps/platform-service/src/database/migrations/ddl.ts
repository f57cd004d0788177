import { globalTable, type TenantTableOptions, tenantTable } from '@kit/service';
import type { QueryRunner } from 'typeorm';

/** Columns of every table whose rows change. */
export const CHANGES = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid NOT NULL,
  version integer NOT NULL DEFAULT 1 CHECK (version > 0)`;

/** Global rows are written by the system role on behalf of a product, not by a user. */
export const GLOBAL_CHANGES = `
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL DEFAULT 'platform',
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by text NOT NULL DEFAULT 'platform',
  version integer NOT NULL DEFAULT 1 CHECK (version > 0)`;

/** Identity of a tenant-scoped row, and the tenant it can never leave. */
export const TENANT_ROW = `
  tenant_id uuid NOT NULL REFERENCES platform.tenants (tenant_id),
  id uuid NOT NULL DEFAULT uuidv7(),
  PRIMARY KEY (tenant_id, id)`;

/** Rows end by a status, not by DELETE; the few tables where that is not so say it. */
export const ROWS_STAY: TenantTableOptions = { grants: ['SELECT', 'INSERT', 'UPDATE'] };
export const APPEND_ONLY: TenantTableOptions = { grants: ['SELECT', 'INSERT'] };

export const tenantScoped = (table: string, options: TenantTableOptions = ROWS_STAY): string[] =>
  tenantTable('platform', table, options);

export const global = (table: string): string[] => globalTable('platform', table);

export async function run(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await runner.query(statement);
}
