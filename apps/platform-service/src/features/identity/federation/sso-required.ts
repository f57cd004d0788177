import { Refusal } from '@kit/contracts';
import { statement, type Tx } from '@kit/service';
import { SSO_REQUIRED } from '@platform/contracts';
import { domainOfEmail } from './domain/email-domain.js';

const REQUIRED_PROVIDER = statement(
  'identity-provider-required-for-domain',
  `SELECT p.key FROM platform.domains d
   JOIN platform.identity_providers p ON p.tenant_id = d.tenant_id AND p.id = d.required_provider_id
   WHERE d.tenant_id = $1 AND d.domain = $2 AND d.status = 'verified' AND p.status = 'enabled'`,
);

/** Asked before anything else, so that it tells nothing about which addresses have accounts. @throws Refusal SSO_REQUIRED */
export async function requirePasswordAllowed(tx: Tx, email: string): Promise<void> {
  const domain = domainOfEmail(email);
  const [provider] = domain === null ? [] : await tx.query<{ key: string }>(REQUIRED_PROVIDER, [tx.tenantId, domain]);
  if (provider) throw new Refusal(SSO_REQUIRED, { details: { provider: provider.key } });
}
