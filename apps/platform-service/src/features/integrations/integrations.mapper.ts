import type { Integration, IntegrationStatus, SecretHint } from '@platform/contracts';
import type { QueryResultRow } from 'pg';

export interface IntegrationRow extends QueryResultRow {
  id: string;
  kind: string;
  name: string;
  config: Record<string, unknown>;
  secrets_sealed: string | null;
  secret_hints: Record<string, SecretHint>;
  token_sealed: string | null;
  token_expires_at: Date | null;
  tested_at: Date | null;
  test_problem: string | null;
  status: IntegrationStatus;
  created_at: Date;
  version: number;
}

export const toIntegration = (row: IntegrationRow): Integration => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  config: row.config,
  secrets: row.secret_hints,
  status: row.status,
  tokenExpiresAt: row.token_expires_at?.toISOString() ?? null,
  lastTest: row.tested_at && { testedAt: row.tested_at.toISOString(), problem: row.test_problem },
  createdAt: row.created_at.toISOString(),
  version: row.version,
});
