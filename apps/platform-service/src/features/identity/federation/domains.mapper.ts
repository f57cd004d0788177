import type { Domain, DomainStatus } from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { recordNameOf, recordValueOf } from './domain/email-domain.js';

export interface DomainRow extends QueryResultRow {
  id: string;
  domain: string;
  challenge: string;
  status: DomainStatus;
  required_provider_id: string | null;
  verified_at: Date | null;
  checked_at: Date | null;
  missing_since: Date | null;
  created_at: Date;
  version: number;
}

export const toDomain = (row: DomainRow): Domain => ({
  id: row.id,
  domain: row.domain,
  status: row.status,
  recordName: recordNameOf(row.domain),
  recordValue: recordValueOf(row.challenge),
  requiredProviderId: row.required_provider_id,
  verifiedAt: row.verified_at?.toISOString() ?? null,
  checkedAt: row.checked_at?.toISOString() ?? null,
  missingSince: row.missing_since?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  version: row.version,
});
