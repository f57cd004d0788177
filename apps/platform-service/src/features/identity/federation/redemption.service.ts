import { Refusal, TENANT_SUSPENDED } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  ACCOUNT_INACTIVE,
  type ProviderProfile,
  type RedeemSignInCode,
  SIGN_IN_CODE_INVALID,
  type Tokens,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { isSecret, parseOpaqueToken, sha256 } from '../../../opaque-token.js';
import { type EndedSession, sessionsEnded } from '../end-sessions.js';
import { type BegunSession, SignIn, type SignInMethod } from '../sign-in.js';
import { END_REDEEMED, NOTE_SESSION, REDEEM_CODE } from './attempts.sql.js';
import { IDPORTEN_LIMITS } from './domain/profile.js';

export interface RedeemedRow extends QueryResultRow {
  id: string;
  user_id: string;
  methods: SignInMethod[];
  provider_session: string | null;
  authenticated_at: Date | null;
  secrets_sealed: string | null;
  provider_id: string;
  provider: string;
  provider_name: string;
  profile: ProviderProfile;
  slug: string;
  tenant_status: string;
}

/** The row that a code stands for, if it may be redeemed now, by this browser, for this purpose. */
export async function redeem(
  tx: Tx,
  { code, browser }: RedeemSignInCode,
  purpose: 'sign_in' | 'link',
): Promise<RedeemedRow | null> {
  const presented = parseOpaqueToken(code);
  if (presented?.tenantId !== tx.tenantId || !isSecret(browser)) return null;
  const values = [tx.tenantId, presented.hash, sha256(browser), purpose, tx.now];
  const [row] = await tx.query<RedeemedRow>(REDEEM_CODE, values);
  return row ?? null;
}

/** From the code that the app was returned to with, to a session. */
@Injectable()
export class Redemption {
  constructor(
    private readonly work: UnitOfWork,
    private readonly signIn: SignIn,
  ) {}

  async tokens(ctx: RequestContext, request: RedeemSignInCode): Promise<Tokens> {
    const presented = parseOpaqueToken(request.code);
    if (!presented) throw new Refusal(SIGN_IN_CODE_INVALID);
    const origin = originIn(presented.tenantId, ctx);
    // What it finds out about a code used twice must be committed before it is refused.
    const outcome = await this.work.runAs(origin, (tx) => this.begin(tx, ctx, request, presented.hash));
    if (outcome instanceof Refusal) throw outcome;
    return this.signIn.tokens(outcome, ctx.now);
  }

  private async begin(
    tx: Tx,
    ctx: RequestContext,
    request: RedeemSignInCode,
    codeHash: Buffer,
  ): Promise<BegunSession | Refusal> {
    const row = await redeem(tx, request, 'sign_in');
    if (!row) {
      const ended = await tx.query<EndedSession>(END_REDEEMED, [tx.tenantId, codeHash, tx.now]);
      await sessionsEnded(tx, ended, 'reuse');
      return new Refusal(SIGN_IN_CODE_INVALID);
    }
    if (row.tenant_status !== 'active') return new Refusal(TENANT_SUSPENDED);
    const begun = await this.signIn.begin(tx, ctx, {
      userId: row.user_id,
      slug: row.slug,
      methods: row.methods,
      provider: { key: row.provider, session: row.provider_session },
      authenticatedAt: row.authenticated_at,
      ...(row.profile === 'idporten' && { limits: IDPORTEN_LIMITS }),
    });
    // A provider answers for its own factors, so there is never a second step here.
    if (!begun || 'secondStep' in begun) return new Refusal(ACCOUNT_INACTIVE);
    await tx.query(NOTE_SESSION, [tx.tenantId, row.id, begun.id]);
    return begun;
  }
}
