import { Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ConfirmEnrolment,
  type EnrolmentChallenge,
  MFA_CHALLENGE_INVALID,
  MFA_CODE_INVALID,
  type Tokens,
  type TotpEnrolment,
  type VerifyMfa,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { type OpaqueToken, parseOpaqueToken, sha256 } from '../../../opaque-token.js';
import { type BegunSession, SignIn, type SignInMethod } from '../sign-in.js';
import { Codes } from './codes.js';
import { type Holder, lockHolder } from './holder.js';
import { CLAIM_SIGN_IN, COUNT_WRONG_CODE, DELETE_SIGN_IN } from './sign-in-challenges.sql.js';

const MOST_WRONG_CODES = 5;

interface Waiting extends QueryResultRow {
  id: string;
  user_id: string;
  methods: SignInMethod[];
  password_digest: Buffer | null;
}

/** A sign-in that has come this far, with whoever is signing in. */
interface Claimed {
  readonly waiting: Waiting;
  readonly holder: Holder;
}

/** Answered instead of thrown, because what was counted must be committed. */
type Outcome = BegunSession | Refusal;

/** From the first step of signing in to a session, by a challenge that says who is signing in. */
@Injectable()
export class SecondStepService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly codes: Codes,
    private readonly signIn: SignIn,
  ) {}

  verify(ctx: RequestContext, { challenge, code }: VerifyMfa): Promise<Tokens> {
    return this.completing(ctx, challenge, async (tx, token) => {
      const claimed = await this.claim(tx, ctx, token, 'verify');
      if (!claimed) return new Refusal(MFA_CHALLENGE_INVALID);
      const proof = await this.codes.take(tx, claimed.holder, code);
      if (proof instanceof Refusal) return proof;
      if (proof === 'wrong') return this.wrong(tx, claimed);
      return this.complete(tx, ctx, claimed, proof);
    });
  }

  beginEnrolment(ctx: RequestContext, { challenge }: EnrolmentChallenge): Promise<TotpEnrolment> {
    const token = parsed(challenge);
    return this.work.runAs(nobodyIn(token, ctx), async (tx) => {
      const claimed = await this.claim(tx, ctx, token, 'enrol');
      if (!claimed) throw new Refusal(MFA_CHALLENGE_INVALID);
      return this.codes.enrol(tx, claimed.holder);
    });
  }

  confirmEnrolment(ctx: RequestContext, { challenge, code }: ConfirmEnrolment): Promise<Tokens> {
    return this.completing(ctx, challenge, async (tx, token) => {
      const claimed = await this.claim(tx, ctx, token, 'enrol');
      if (!claimed) return new Refusal(MFA_CHALLENGE_INVALID);
      if (!(await this.codes.confirm(tx, claimed.holder, code))) return this.wrong(tx, claimed);
      return this.complete(tx, ctx, claimed, 'otp');
    });
  }

  private async completing(
    ctx: RequestContext,
    challenge: string,
    attempt: (tx: Tx, token: OpaqueToken) => Promise<Outcome>,
  ): Promise<Tokens> {
    const token = parsed(challenge);
    const outcome = await this.work.runAs(nobodyIn(token, ctx), (tx) => attempt(tx, token));
    if (outcome instanceof Refusal) throw outcome;
    return this.signIn.tokens(outcome, ctx.now);
  }

  /** The challenge, if it still stands: not expired, not used up, and the password is still the one that was checked. */
  private async claim(
    tx: Tx,
    ctx: RequestContext,
    { hash }: OpaqueToken,
    purpose: 'verify' | 'enrol',
  ): Promise<Claimed | null> {
    const [waiting] = await tx.query<Waiting>(CLAIM_SIGN_IN, [
      tx.tenantId,
      hash,
      purpose,
      tx.now,
      MOST_WRONG_CODES,
      ctx.tenantHint,
    ]);
    const holder = waiting ? await lockHolder(tx, waiting.user_id) : null;
    if (!waiting || holder?.status !== 'active') return null;
    // A factor set up meanwhile is the one to be asked for.
    if ((purpose === 'verify') !== (holder.totp_id !== null)) return null;
    const { password_digest: digest } = waiting;
    const same = digest === null || (holder.password_hash !== null && digest.equals(sha256(holder.password_hash)));
    return same ? { waiting, holder } : null;
  }

  private async wrong(tx: Tx, { waiting, holder }: Claimed): Promise<Refusal> {
    await tx.query(COUNT_WRONG_CODE, [tx.tenantId, waiting.id, tx.now]);
    tx.audit({
      action: 'platform.session.login',
      entity: { type: 'user', id: holder.id },
      actor: { kind: 'user', id: holder.id },
      outcome: 'refused',
      reason: MFA_CODE_INVALID.code,
    });
    return new Refusal(MFA_CODE_INVALID);
  }

  private async complete(
    tx: Tx,
    ctx: RequestContext,
    { waiting, holder }: Claimed,
    proof: 'otp' | 'rec',
  ): Promise<Outcome> {
    await tx.query(DELETE_SIGN_IN, [tx.tenantId, waiting.id]);
    const begun = await this.signIn.begin(tx, ctx, {
      userId: holder.id,
      slug: holder.slug,
      methods: [...waiting.methods, proof, 'mfa'],
      ...(waiting.password_digest && holder.password_hash && { passwordHash: holder.password_hash }),
    });
    return begun ?? new Refusal(MFA_CHALLENGE_INVALID);
  }
}

/** Whoever is still signed in as somebody else is, here, nobody yet. */
const nobodyIn = ({ tenantId }: OpaqueToken, ctx: RequestContext) =>
  originIn(tenantId, { ...ctx, principal: { kind: 'anonymous' } });

/** @throws Refusal MFA_CHALLENGE_INVALID */
function parsed(challenge: string): OpaqueToken {
  const token = parseOpaqueToken(challenge);
  if (!token) throw new Refusal(MFA_CHALLENGE_INVALID);
  return token;
}
