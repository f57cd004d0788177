/**
 * Every column that holds sealed text, and the SQL for the row it was sealed for (`Place.row`). What is not here is not
 * sealed anew when a data key changes, so a column that is missing keeps its old key in use; a spec compares the list
 * with the database.
 */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** `id` unless told. */
  readonly row?: string;
  /** The table has no tenant: what lies there is sealed with the keys of the system tenant. */
  readonly global?: true;
  /** Never sealed anew: what stands there is part of something signed. Its keys stay. */
  readonly kept?: true;
}

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'audit_logs', column: 'personal', kept: true },
  { table: 'data_subject_bundle_chunks', column: 'content_sealed' },
  { table: 'data_subject_parts', column: 'content_sealed' },
  { table: 'data_subject_requests', column: 'answer_sealed' },
  { table: 'data_subject_requests', column: 'details_sealed' },
  { table: 'data_subject_requests', column: 'extension_reason_sealed' },
  { table: 'data_subject_requests', column: 'identity_note_sealed' },
  { table: 'federated_sign_ins', column: 'secrets_sealed' },
  { table: 'gdpr_consents', column: 'evidence_sealed' },
  { table: 'identity_providers', column: 'credential_sealed' },
  { table: 'integration_configs', column: 'secrets_sealed' },
  { table: 'integration_configs', column: 'token_sealed' },
  { table: 'legal_holds', column: 'reason_sealed' },
  { table: 'mails', column: 'content_sealed' },
  { table: 'oauth_accounts', column: 'national_id_sealed' },
  { table: 'system_configs', column: 'value_sealed', global: true },
  { table: 'totp_factors', column: 'secret_sealed' },
  { table: 'webhook_attempts', column: 'response_sealed' },
  { table: 'webhook_messages', column: 'content_sealed' },
  { table: 'webhook_secrets', column: 'secret_sealed' },
];
