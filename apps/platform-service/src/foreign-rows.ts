import { ForeignRowsObserver, ownersOf } from '@kit/service';
import { Injectable } from '@nestjs/common';

/** Tables whose ids callers name; the lookup role may read whose they are. */
export const NAMED_BY_CALLERS = {
  user: 'users',
  organization: 'organizations',
  session: 'sessions',
  role: 'roles',
  user_role: 'user_roles',
  role_separation: 'role_separations',
  api_key: 'api_keys',
  passkey: 'passkeys',
  invitation: 'invitations',
  identity_provider: 'identity_providers',
  account_link: 'oauth_accounts',
  domain: 'domains',
  integration: 'integration_configs',
  webhook: 'webhook_endpoints',
  webhook_delivery: 'webhook_deliveries',
  webhook_replay: 'webhook_replays',
  data_subject_request: 'data_subject_requests',
  legal_hold: 'legal_holds',
} as const;

/** Watches for ids of another tenant's rows. */
@Injectable()
export class ForeignRows extends ForeignRowsObserver {
  protected override readonly owners = ownersOf('platform', 'tenants', NAMED_BY_CALLERS);
}
