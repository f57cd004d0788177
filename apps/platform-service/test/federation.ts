import { Browser, type Person, type TestProvider } from '@kit/testing/outside';
import {
  type CreateIdentityProvider,
  createIdentityProvider,
  finishFederatedSignIn,
  type IdentityProvider,
  redeemSignInCode,
  startFederatedSignIn,
  type Tokens,
} from '@platform/contracts';
import { exportJWK, generateKeyPair } from 'jose';
import { type PlatformWorld, platformWorld, type TestTenant } from './world.js';

export const APP = 'https://app.example.test';
export const API = 'https://api.example.test';
export const SECRET = 'a client secret that nobody may ever see';

/** PLATFORM that may reach a provider on this machine. */
export const federationWorld = (env: NodeJS.ProcessEnv = {}) =>
  platformWorld({
    PLATFORM_APP_URL: `${APP}/{tenant}`,
    PLATFORM_API_URL: API,
    PLATFORM_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8',
    PLATFORM_ALLOW_HTTP_TARGETS: 'true',
    PLATFORM_TARGET_PORTS: '*',
    ...env,
  });

/** A provider of the tenant, and the tenant as a client of the provider. */
export async function connect(
  world: PlatformWorld,
  tenant: TestTenant,
  op: TestProvider,
  more: Partial<CreateIdentityProvider> & { key: string },
): Promise<IdentityProvider> {
  const clientId = `${tenant.slug}-${more.key}`;
  const keyed = more.profile === 'idporten' || more.clientAuthentication === 'private_key_jwt';
  const pair = keyed ? await generateKeyPair('ES256', { extractable: true }) : null;
  const kid = `${clientId}-1`;
  const created = await world.done(
    createIdentityProvider,
    {
      name: `Provider ${more.key}`,
      issuer: op.issuer,
      clientId,
      ...(pair
        ? { clientKey: { ...(await exportJWK(pair.privateKey)), kid, alg: 'ES256' } }
        : { clientSecret: SECRET }),
      provisioning: 'everyone',
      ...more,
    },
    { token: tenant.token },
  );
  op.register({
    client_id: clientId,
    redirect_uris: [created.redirectUri],
    post_logout_redirect_uris: [created.postLogoutRedirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    backchannel_logout_uri: created.backchannelLogoutUri,
    backchannel_logout_session_required: true,
    ...(pair
      ? {
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' } as never] },
        }
      : { token_endpoint_auth_method: more.clientAuthentication ?? 'client_secret_basic', client_secret: SECRET }),
  });
  return created;
}

/** Somebody at a browser of their own, on the way through a provider. */
export class Visitor {
  readonly browser = new Browser();
  cookie: string | undefined;

  constructor(
    private readonly world: PlatformWorld,
    private readonly op: TestProvider,
    readonly provider: IdentityProvider,
    public person: Person,
  ) {}

  /** To the provider and back to our door; answers what the provider sent along. */
  async comeBack(more: { returnTo?: string; link?: string; fresh?: boolean } = {}): Promise<Record<string, string>> {
    const request = { provider: this.provider.id, ...more, ...(this.cookie && { browser: this.cookie }) };
    const { location, cookie } = await this.world.done(startFederatedSignIn, request);
    this.cookie = cookie?.value;
    this.op.state.person = this.person;
    const url = await this.browser.visit(location);
    if (!url.href.startsWith(this.provider.redirectUri)) throw new Error(`sent to ${url.href}`);
    return Object.fromEntries(url.searchParams);
  }

  /** Through the door, and into the app; answers what the app is told. */
  async enter(
    returned: Record<string, string>,
    cookie = this.cookie,
  ): Promise<{ code?: string; error?: string; url: URL }> {
    const request = { provider: this.provider.id, ...returned, ...(cookie && { browser: cookie }) };
    const { location } = await this.world.done(finishFederatedSignIn, request);
    const url = new URL(location);
    return { ...Object.fromEntries(url.searchParams), url };
  }

  async arrive(more: { returnTo?: string; link?: string; fresh?: boolean } = {}) {
    return this.enter(await this.comeBack(more));
  }

  redeem(code: string): Promise<Tokens> {
    return this.world.done(redeemSignInCode, { code, browser: this.cookie ?? '' });
  }

  /** All the way. */
  async signIn(): Promise<Tokens> {
    const { code, error } = await this.arrive();
    if (!code) throw new Error(`not signed in: ${error}`);
    return this.redeem(code);
  }
}
