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
  /** Never sealed anew: what stands there is part of something signed. Its keys stay. */
  readonly kept?: true;
}

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'federated_sign_ins', column: 'secrets_sealed' },
  { table: 'identity_providers', column: 'credential_sealed' },
  { table: 'integration_configs', column: 'secrets_sealed' },
  { table: 'integration_configs', column: 'token_sealed' },
  { table: 'mails', column: 'content_sealed' },
  { table: 'oauth_accounts', column: 'national_id_sealed' },
  { table: 'totp_factors', column: 'secret_sealed' },
  { table: 'webhook_attempts', column: 'response_sealed' },
  { table: 'webhook_messages', column: 'content_sealed' },
  { table: 'webhook_secrets', column: 'secret_sealed' },
];
