import type { Secret } from '@kit/service';
import type {
  ClientAuthentication,
  IdentityProvider,
  Linking,
  ProviderProfile,
  Provisioning,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import type { ProviderSettings } from './domain/profile.js';
import { appUrlOf } from './domain/return-to.js';

export interface ProviderRow extends QueryResultRow {
  id: string;
  tenant_id: string;
  key: string;
  name: string;
  profile: ProviderProfile;
  issuer: string;
  client_id: string;
  client_authentication: ClientAuthentication;
  credential_sealed: string | null;
  client_key_id: string | null;
  credential_changed_at: Date;
  scopes: string[];
  acr_values: string[];
  minimum_acr: string | null;
  mfa_acr: string | null;
  linking: Linking;
  provisioning: Provisioning;
  default_role: string | null;
  status: 'enabled' | 'disabled' | 'deleted';
  created_at: Date;
  version: number;
}

/** A provider with what it takes to be its client. */
export interface OpenProvider extends ProviderSettings {
  readonly tenantId: string;
  readonly id: string;
  readonly version: number;
  readonly key: string;
  readonly name: string;
  readonly clientId: string;
  readonly credential: Secret;
  readonly linking: Linking;
  readonly provisioning: Provisioning;
  readonly defaultRole: string | null;
}

/** Where the API and the app are found. */
export interface Addresses {
  readonly apiUrl: string;
  readonly appUrl: string;
}

const under = ({ apiUrl }: Addresses, slug: string, id: string, path: string): string =>
  `${appUrlOf(apiUrl, slug).replace(/\/$/, '')}/api/v1/auth/oidc/${id}/${path}`;

export const redirectUriOf = (addresses: Addresses, slug: string, id: string): string =>
  under(addresses, slug, id, 'callback');

export const startUrlOf = (addresses: Addresses, slug: string, id: string): string =>
  under(addresses, slug, id, 'start');

/** The way to write the app's address that a provider compares letter by letter. */
export const afterLogoutOf = ({ appUrl }: Addresses, slug: string): string => new URL(appUrlOf(appUrl, slug)).href;

export const settingsOf = (row: ProviderRow): ProviderSettings => ({
  profile: row.profile,
  issuer: row.issuer,
  clientAuthentication: row.client_authentication,
  scopes: row.scopes,
  acrValues: row.acr_values,
  minimumAcr: row.minimum_acr,
  mfaAcr: row.mfa_acr,
});

export const toOpenProvider = (row: ProviderRow, credential: Secret): OpenProvider => ({
  ...settingsOf(row),
  tenantId: row.tenant_id,
  id: row.id,
  version: row.version,
  key: row.key,
  name: row.name,
  clientId: row.client_id,
  credential,
  linking: row.linking,
  provisioning: row.provisioning,
  defaultRole: row.default_role,
});

export function toIdentityProvider(row: ProviderRow, addresses: Addresses, slug: string): IdentityProvider {
  const { profile, issuer, clientAuthentication, scopes, acrValues, minimumAcr, mfaAcr } = settingsOf(row);
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    profile,
    issuer,
    clientId: row.client_id,
    clientAuthentication,
    clientKeyId: row.client_key_id,
    credentialChangedAt: row.credential_changed_at.toISOString(),
    scopes: [...scopes],
    acrValues: [...acrValues],
    minimumAcr,
    mfaAcr,
    linking: row.linking,
    provisioning: row.provisioning,
    defaultRole: row.default_role,
    enabled: row.status === 'enabled',
    redirectUri: redirectUriOf(addresses, slug, row.id),
    postLogoutRedirectUri: afterLogoutOf(addresses, slug),
    frontchannelLogoutUri: under(addresses, slug, row.id, 'frontchannel-logout'),
    backchannelLogoutUri: under(addresses, slug, row.id, 'backchannel-logout'),
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
