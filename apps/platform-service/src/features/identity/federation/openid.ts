import { Refusal } from '@kit/contracts';
import { LOGGER, type Logger } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  IDENTITY_PROVIDER_INVALID,
  IDENTITY_PROVIDER_UNAVAILABLE,
  LOGOUT_TOKEN_INVALID,
  normalizeEmail,
  SIGN_IN_NOT_COMPLETED,
  SIGN_IN_PROOF_INVALID,
} from '@platform/contracts';
import { createRemoteJWKSet, type JWK, type JWTVerifyGetKey, customFetch as joseFetch, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { SafeHttp } from '../../integrations/index.js';
import { privateKeyOf } from './client-key.js';
import { askedFor } from './domain/profile.js';
import { providerFetch } from './provider-http.js';
import { isSilence, nameOfTrouble } from './provider-trouble.js';
import type { OpenProvider } from './providers.mapper.js';

const FRESH_MS = 10 * 60_000;
/** As long as a sign-in may take on its way back. */
const FRESH_SECONDS = 600;
const TIMEOUT_SECONDS = 10;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** What an ID token or logout token may be signed with: never a secret that both sides know, never nothing. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What only this sign-in knows, from the way there to the way back. */
export interface OneTime {
  readonly verifier: string;
  readonly nonce: string;
  /** Somebody already signed in there must show again who they are. */
  readonly fresh: boolean;
}

/** Who the provider says has come. */
export interface Identity {
  readonly subject: string;
  readonly acr: string | undefined;
  readonly session: string | null;
  /** When they showed it to the provider, where it says so. */
  readonly authenticatedAt: Date | null;
  /** Only an address that the provider says it has verified. */
  readonly email: string | null;
  readonly name: string | null;
  readonly nationalId: string | null;
}

interface Known {
  readonly configuration: oidc.Configuration;
  readonly keys: JWTVerifyGetKey | null;
  readonly until: number;
}

/** OpenID Connect as a client of whatever providers tenants have. Nothing of what it fetches or fails over is logged. */
@Injectable()
export class OpenId {
  private readonly known = new Map<string, Known>();
  private readonly fetch: oidc.CustomFetch;

  constructor(
    http: SafeHttp,
    @Inject(CONFIG) private readonly config: PlatformConfig,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.fetch = providerFetch(http);
  }

  /** Asks the provider who it is. @throws Refusal IDENTITY_PROVIDER_UNAVAILABLE, IDENTITY_PROVIDER_INVALID */
  async introduce(provider: OpenProvider): Promise<void> {
    await this.of(provider);
  }

  /** Address of the provider's sign-in page. @throws Refusal IDENTITY_PROVIDER_UNAVAILABLE */
  async authorizationUrl(
    provider: OpenProvider,
    { verifier, nonce, fresh }: OneTime,
    { state, redirectUri, locale }: { state: string; redirectUri: string; locale: string },
  ): Promise<string> {
    const { configuration } = await this.of(provider);
    const levels = askedFor(provider);
    const parameters = {
      redirect_uri: redirectUri,
      scope: provider.scopes.join(' '),
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ui_locales: locale,
      ...(fresh && { max_age: '0' }),
      ...(levels.length > 0 && { acr_values: levels.join(' ') }),
    };
    const pushed = configuration.serverMetadata().pushed_authorization_request_endpoint !== undefined;
    try {
      const url = pushed
        ? await oidc.buildAuthorizationUrlWithPAR(configuration, parameters)
        : oidc.buildAuthorizationUrl(configuration, parameters);
      return url.href;
    } catch (error) {
      throw this.refusal(provider, error, 'authorization');
    }
  }

  /**
   * What a provider sent the browser back with, exchanged for a verified identity.
   * @throws Refusal IDENTITY_PROVIDER_UNAVAILABLE, SIGN_IN_NOT_COMPLETED, SIGN_IN_PROOF_INVALID
   */
  async identify(
    provider: OpenProvider,
    returned: URL,
    state: string,
    { verifier, nonce, fresh }: OneTime,
  ): Promise<Identity> {
    const { configuration } = await this.of(provider);
    try {
      const checks = {
        pkceCodeVerifier: verifier,
        expectedNonce: nonce,
        expectedState: state,
        idTokenExpected: true,
        ...(fresh && { maxAge: FRESH_SECONDS }),
      };
      const tokens = await oidc.authorizationCodeGrant(configuration, returned, checks);
      const claims = tokens.claims();
      // The library asks for azp where there are several audiences; wrong it must not be anywhere.
      if (!claims || (claims.azp !== undefined && claims.azp !== provider.clientId)) {
        throw new Refusal(SIGN_IN_PROOF_INVALID);
      }
      const complete = typeof claims.email === 'string' && typeof claims.name === 'string';
      const asked =
        provider.profile === 'generic' && !complete && configuration.serverMetadata().userinfo_endpoint !== undefined;
      const more = asked ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
      return identityOf(provider, claims, { ...more, ...claims });
    } catch (error) {
      throw this.refusal(provider, error, 'callback');
    }
  }

  /** Where the provider signs its browser out, or null when it has no such place. */
  async endSessionUrl(provider: OpenProvider, postLogoutRedirectUri: string): Promise<string | null> {
    const { configuration } = await this.of(provider);
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
    // No id_token_hint: an ID token may hold the national identity number, and would stand in the address.
    return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: postLogoutRedirectUri }).href;
  }

  /** Whose sessions a logout token ends. @throws Refusal LOGOUT_TOKEN_INVALID, IDENTITY_PROVIDER_UNAVAILABLE */
  async loggedOut(
    provider: OpenProvider,
    token: string,
    now: Date,
  ): Promise<{ session: string | null; subject: string | null }> {
    const { keys } = await this.of(provider);
    if (!keys) throw new Refusal(LOGOUT_TOKEN_INVALID);
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: provider.issuer,
        audience: provider.clientId,
        algorithms: ALGORITHMS,
        currentDate: now,
        clockTolerance: 60,
        maxTokenAge: '10 minutes',
        requiredClaims: ['iat', 'jti', 'events'],
      });
      const { events, nonce, sid, sub } = payload as Record<string, unknown>;
      const session = typeof sid === 'string' ? sid : null;
      const subject = typeof sub === 'string' ? sub : null;
      const isLogout = typeof events === 'object' && events !== null && LOGOUT_EVENT in events;
      // With a nonce it would be an ID token that somebody sends in its place.
      if (!isLogout || nonce !== undefined || (session === null && subject === null)) {
        throw new Refusal(LOGOUT_TOKEN_INVALID);
      }
      return { session, subject };
    } catch (error) {
      if (isSilence(error)) throw this.refusal(provider, error, 'logout');
      throw new Refusal(LOGOUT_TOKEN_INVALID);
    }
  }

  private async of(provider: OpenProvider): Promise<Known> {
    const name = `${provider.tenantId}/${provider.id}/${provider.version}`;
    const known = this.known.get(name);
    if (known && known.until > Date.now()) return known;
    const fresh = await this.discover(provider);
    if (this.known.size >= 1_000) this.known.clear();
    this.known.set(name, fresh);
    return fresh;
  }

  private async discover(provider: OpenProvider): Promise<Known> {
    try {
      const authentication = await clientAuthentication(provider);
      const configuration = await oidc.discovery(new URL(provider.issuer), provider.clientId, {}, authentication, {
        [oidc.customFetch]: this.fetch,
        timeout: TIMEOUT_SECONDS,
        execute: [
          // Signatures are checked although the token came straight from the provider.
          oidc.enableNonRepudiationChecks,
          ...(this.config.allowHttpTargets ? [oidc.allowInsecureRequests] : []),
        ],
      });
      const metadata = configuration.serverMetadata();
      // Letter by letter: a provider of many customers that leaves a gap in its name could vouch with any of them.
      if (metadata.issuer !== provider.issuer) throw new Refusal(IDENTITY_PROVIDER_INVALID);
      const keys = metadata.jwks_uri
        ? createRemoteJWKSet(new URL(metadata.jwks_uri), { [joseFetch]: this.fetch as never })
        : null;
      return { configuration, keys, until: Date.now() + FRESH_MS };
    } catch (error) {
      throw this.refusal(provider, error, 'discovery');
    }
  }

  /** The log names the kind of trouble only: causes hold what the provider answered. */
  private refusal(provider: OpenProvider, error: unknown, step: string): Refusal {
    if (error instanceof Refusal) return error;
    this.log.warn({ provider: provider.key, step, trouble: nameOfTrouble(error) }, 'an identity provider was no help');
    if (isSilence(error)) return new Refusal(IDENTITY_PROVIDER_UNAVAILABLE, { retryAfter: 5 });
    if (step === 'discovery') return new Refusal(IDENTITY_PROVIDER_INVALID);
    if (error instanceof oidc.AuthorizationResponseError) return new Refusal(SIGN_IN_NOT_COMPLETED);
    return new Refusal(step === 'authorization' ? IDENTITY_PROVIDER_UNAVAILABLE : SIGN_IN_PROOF_INVALID);
  }
}

async function clientAuthentication(provider: OpenProvider): Promise<oidc.ClientAuth> {
  const credential = provider.credential.reveal();
  if (provider.clientAuthentication === 'client_secret_basic') return oidc.ClientSecretBasic(credential);
  if (provider.clientAuthentication === 'client_secret_post') return oidc.ClientSecretPost(credential);
  return oidc.PrivateKeyJwt(await privateKeyOf(JSON.parse(credential) as JWK));
}

function identityOf(provider: OpenProvider, claims: oidc.IDToken, all: Record<string, unknown>): Identity {
  const text = (name: string, max: number): string | null => {
    const value = all[name];
    return typeof value === 'string' && value !== '' && value.length <= max ? value : null;
  };
  if (claims.sub.length > 255) throw new Refusal(SIGN_IN_PROOF_INVALID);
  const email = all.email_verified === true ? text('email', 254) : null;
  const both = [text('given_name', 100), text('family_name', 100)].filter((part) => part !== null).join(' ');
  return {
    subject: claims.sub,
    acr: typeof claims.acr === 'string' ? claims.acr : undefined,
    session: typeof claims.sid === 'string' && claims.sid.length <= 300 ? claims.sid : null,
    authenticatedAt: typeof claims.auth_time === 'number' ? new Date(claims.auth_time * 1000) : null,
    email: email === null ? null : normalizeEmail(email),
    name: text('name', 200) ?? (both === '' ? null : both),
    nationalId: provider.profile === 'idporten' ? text('pid', 50) : null,
  };
}
