import { type Redirect, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type FinishFederatedSignIn,
  RETURN_URL_NOT_ALLOWED,
  SIGN_IN_ATTEMPT_INVALID,
  type StartFederatedSignIn,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { isSecret, newOpaqueToken, parseOpaqueToken, randomSecret, sha256 } from '../../../opaque-token.js';
import { Vault } from '../../../secrets/index.js';
import { FederatedAccounts, requireAssurance } from './accounts.js';
import { CLAIM_RETURN, CLAIM_TICKET, FAIL_SIGN_IN, HAND_OVER, SEAL_SECRETS, START_SIGN_IN } from './attempts.sql.js';
import { Directory, type Place } from './directory.js';
import { reaches } from './domain/profile.js';
import { appUrlOf, returnUrl, withParameter } from './domain/return-to.js';
import { type Identity, type OneTime, OpenId } from './openid.js';
import { type OpenProvider, redirectUriOf } from './providers.mapper.js';

/** How long somebody may take at the provider. */
const AWAY_MS = 10 * 60_000;
/** How long the app may take to fetch the tokens. */
const CODE_MS = 60_000;

interface Claimed extends QueryResultRow {
  id: string;
  purpose: 'sign_in' | 'link';
  user_id: string | null;
  return_to: string;
  secrets_sealed: string;
}

/** Somebody who has come back, and what only their sign-in knows. */
interface Returning {
  readonly provider: OpenProvider;
  readonly attempt: Claimed;
  readonly oneTime: OneTime;
}

/** Who was found to have come, as it waits for a link to be confirmed. */
export type WaitingPerson = Pick<Identity, 'subject' | 'nationalId'>;

export const secretsPlace = (id: string, subject?: string | null) => ({
  table: 'federated_sign_ins',
  column: 'secrets_sealed',
  row: id,
  ...(subject && { subject }),
});

/** The way to an identity provider and back. */
@Injectable()
export class SignInAttempts {
  constructor(
    private readonly work: UnitOfWork,
    private readonly directory: Directory,
    private readonly openId: OpenId,
    private readonly accounts: FederatedAccounts,
    private readonly vault: Vault,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  /**
   * Everything that the way back will be held against stays here; the browser gets the state, and a cookie that tells
   * it from other browsers. It keeps the one it has, so that several sign-ins can go on in it.
   */
  async start(ctx: RequestContext, request: StartFederatedSignIn): Promise<Redirect> {
    const place = await this.directory.placeOf(ctx, request.provider);
    const returnTo = returnUrl(this.appOf(place), request.returnTo);
    if (returnTo === null) throw new Refusal(RETURN_URL_NOT_ALLOWED);
    const { tenantId, slug } = place;
    const origin = originIn(tenantId, ctx);
    const provider = await this.work.runAs(origin, (tx) => this.directory.open(tx, request.provider));
    const state = newOpaqueToken(tenantId);
    const oneTime: OneTime = { verifier: randomSecret(), nonce: randomSecret(), fresh: request.fresh ?? false };
    const redirectUri = redirectUriOf(this.config, slug, provider.id);
    const { locale } = ctx;
    const location = await this.openId.authorizationUrl(provider, oneTime, { state: state.text, redirectUri, locale });
    const browser = isSecret(request.browser) ? request.browser : randomSecret();
    const values = { state: state.hash, browser: sha256(browser), oneTime, returnTo };
    await this.work.runAs(origin, (tx) => this.remember(tx, provider, request.link, values));
    const maxAge = this.config.sessionAbsoluteHours * 3600;
    return { location, cookie: { name: 'oidc', value: browser, maxAge } };
  }

  /** Always ends in the app: with a code, or with the code of what went wrong. */
  async finish(ctx: RequestContext, request: FinishFederatedSignIn): Promise<Redirect> {
    const place = await this.directory.placeOf(ctx, request.provider);
    const origin = originIn(place.tenantId, ctx);
    const returning = await this.work.runAs(origin, (tx) => this.claim(tx, request));
    if (!returning) return { location: withParameter(this.appOf(place), 'error', SIGN_IN_ATTEMPT_INVALID.code) };
    const { attempt } = returning;
    try {
      const identity = await this.identify(place, returning, request);
      const code = await this.work.runAs(origin, (tx) => this.handOver(tx, returning, identity));
      return { location: withParameter(attempt.return_to, 'code', code) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.work.runAs(origin, (tx) => failed(tx, returning, error));
      return { location: withParameter(attempt.return_to, 'error', error.code) };
    }
  }

  private async remember(
    tx: Tx,
    provider: OpenProvider,
    ticket: string | undefined,
    { state, browser, oneTime, returnTo }: { state: Buffer; browser: Buffer; oneTime: OneTime; returnTo: string },
  ): Promise<void> {
    const expires = new Date(tx.now.getTime() + AWAY_MS);
    const seal = (id: string) => this.vault.seal(tx, JSON.stringify(oneTime), secretsPlace(id));
    if (ticket === undefined) {
      const id = uuidv7();
      const secrets = await seal(id);
      const values = [tx.tenantId, id, provider.id, returnTo, state, browser, secrets, expires, tx.now, tx.actorId];
      await tx.query(START_SIGN_IN, values);
      return;
    }
    const presented = parseOpaqueToken(ticket);
    if (presented?.tenantId !== tx.tenantId) throw new Refusal(SIGN_IN_ATTEMPT_INVALID);
    const values = [tx.tenantId, provider.id, presented.hash, state, tx.now, browser, expires];
    const [claimed] = await tx.query<{ id: string }>(CLAIM_TICKET, values);
    if (!claimed) throw new Refusal(SIGN_IN_ATTEMPT_INVALID);
    await tx.query(SEAL_SECRETS, [tx.tenantId, claimed.id, await seal(claimed.id)]);
  }

  private async claim(tx: Tx, request: FinishFederatedSignIn): Promise<Returning | null> {
    const provider = await this.directory.open(tx, request.provider);
    const state = parseOpaqueToken(request.state);
    const known = state !== null && state.tenantId === tx.tenantId && isSecret(request.browser);
    const values = known ? [tx.tenantId, provider.id, state.hash, sha256(request.browser as string), tx.now] : null;
    const [attempt] = values ? await tx.query<Claimed>(CLAIM_RETURN, values) : [];
    if (!attempt) {
      refused(tx, provider, SIGN_IN_ATTEMPT_INVALID.code, null);
      return null;
    }
    const sealed = await this.vault.open(tx, attempt.secrets_sealed, secretsPlace(attempt.id));
    return { provider, attempt, oneTime: JSON.parse(sealed.reveal()) as OneTime };
  }

  private identify(
    { slug }: Place,
    { provider, oneTime }: Returning,
    { state, code, iss, error }: FinishFederatedSignIn,
  ): Promise<Identity> {
    const returned = new URL(redirectUriOf(this.config, slug, provider.id));
    for (const [name, value] of Object.entries({ state, code, iss, error })) {
      if (value !== undefined) returned.searchParams.set(name, value);
    }
    return this.openId.identify(provider, returned, state as string, oneTime);
  }

  /** Says who has come, and gives a code out for it. */
  private async handOver(tx: Tx, { provider, attempt }: Returning, identity: Identity): Promise<string> {
    const code = newOpaqueToken(tx.tenantId);
    const { subject, nationalId, session, authenticatedAt } = identity;
    const link = attempt.purpose === 'link';
    if (link) requireAssurance(provider, identity);
    const userId = link ? (attempt.user_id as string) : await this.accounts.recognise(tx, provider, identity);
    const waiting: WaitingPerson = { subject, nationalId };
    const sealed = link ? await this.vault.seal(tx, JSON.stringify(waiting), secretsPlace(attempt.id, userId)) : null;
    const strong = provider.mfaAcr !== null && reaches(provider.acrValues, identity.acr, provider.mfaAcr);
    const methods = strong ? ['fed', 'mfa'] : ['fed'];
    const expires = new Date(tx.now.getTime() + CODE_MS);
    const values = [
      tx.tenantId,
      attempt.id,
      userId,
      code.hash,
      expires,
      methods,
      session,
      sealed,
      tx.now,
      authenticatedAt,
    ];
    await tx.one(HAND_OVER, values);
    return code.text;
  }

  private appOf({ slug }: Place): string {
    return appUrlOf(this.config.appUrl, slug);
  }
}

async function failed(tx: Tx, { provider, attempt }: Returning, { code }: Refusal): Promise<void> {
  await tx.query(FAIL_SIGN_IN, [tx.tenantId, attempt.id, code, tx.now]);
  refused(tx, provider, code, attempt.user_id);
}

function refused(tx: Tx, { key }: OpenProvider, reason: string, userId: string | null): void {
  tx.audit({
    action: 'platform.session.login',
    entity: { type: 'user', id: userId },
    outcome: 'refused',
    reason,
    changes: { provider: key },
  });
}
