import type { RequestContext, Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { Tokens } from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { sha256 } from '../../opaque-token.js';
import { firstToken, type RefreshToken, tokenText } from './domain/refresh-token.js';
import { type SecondStep, secondStepOf } from './factors/second-step.js';
import { sessionLimits } from './session-limits.js';
import { INSERT_SESSION } from './sessions.sql.js';
import { SigningKeys } from './signing-keys.js';

/**
 * How a user proved who they are, by the names of RFC 8176, and some of ours: `fed` by another identity provider, `key` by
 * an API key, `imp` not at all: somebody else acts on their behalf.
 */
export type SignInMethod = 'pwd' | 'otp' | 'rec' | 'hwk' | 'mfa' | 'fed' | 'mail' | 'key' | 'imp';

/** Somebody who has proved who they are. */
export interface Proven {
  readonly userId: string;
  readonly slug: string;
  readonly methods: readonly SignInMethod[];
  /** Hash of the password that was checked: the session begins only while it still is theirs. */
  readonly passwordHash?: string;
  /** Identity provider that vouched, and its session, by which it can end ours. */
  readonly provider?: { readonly key: string; readonly session: string | null };
  readonly impersonatorId?: string;
  /** When they did, where it was before now: at a provider that had them signed in already. */
  readonly authenticatedAt?: Date | null;
  /** Shorter than what holds for everybody, because whoever vouched demands it. */
  readonly limits?: { readonly idleSeconds: number; readonly absoluteSeconds: number };
}

/** A session that tokens can be made for, or what is still to be shown before there is one. */
export type BegunSession = LiveSession | SecondStep;

interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly slug: string;
  readonly token: RefreshToken;
  readonly impersonatorId?: string;
}

const HOUR_MS = 3_600_000;

const hoursOf = (seconds: number | undefined): number => (seconds === undefined ? Infinity : seconds / 3600);

export const later = (now: Date, hours: number): Date => new Date(now.getTime() + hours * HOUR_MS);

/** The last step of every way in: a session, and tokens for it. */
@Injectable()
export class SignIn {
  constructor(
    private readonly keys: SigningKeys,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  /**
   * A new session; null when the user may not sign in (any more). Where one factor is not enough there is no session yet,
   * and `tokens` says so once everything else of this transaction has committed.
   */
  async begin(tx: Tx, ctx: RequestContext, proven: Proven): Promise<BegunSession | null> {
    const secondStep = await secondStepOf(tx, proven);
    if (secondStep) return secondStep;
    const { userId, slug, methods, passwordHash, provider, impersonatorId, limits } = proven;
    const id = uuidv7();
    const token = firstToken(tx.tenantId);
    const { sessionIdleHours, sessionAbsoluteHours } = await sessionLimits(tx, this.config);
    const [session] = await tx.query(INSERT_SESSION, [
      tx.tenantId,
      id,
      userId,
      sha256(token.family),
      sha256(token.generation),
      later(tx.now, Math.min(sessionIdleHours, hoursOf(limits?.idleSeconds))),
      later(tx.now, Math.min(sessionAbsoluteHours, hoursOf(limits?.absoluteSeconds))),
      tx.now,
      ctx.ip,
      ctx.userAgent,
      passwordHash ?? null,
      methods,
      provider?.key ?? null,
      provider?.session ?? null,
      impersonatorId ?? null,
      limits?.idleSeconds ?? null,
      proven.authenticatedAt ?? null,
    ]);
    if (!session) return null;
    tx.audit({
      action: 'platform.session.login',
      entity: { type: 'session', id },
      actor: { kind: 'user', id: userId, ...(impersonatorId && { impersonatorId }) },
      changes: { methods },
    });
    return { id, userId, slug, token, ...(impersonatorId && { impersonatorId }) };
  }

  /**
   * Access and refresh token of a session; signing takes a moment, so outside of any transaction.
   * @throws Refusal MFA_REQUIRED, MFA_ENROLMENT_REQUIRED
   */
  async tokens(begun: BegunSession, now: Date): Promise<Tokens> {
    if ('secondStep' in begun) throw begun.secondStep;
    const { id, userId, slug, token, impersonatorId } = begun;
    const claims = { sub: userId, tid: token.tenantId, ten: slug, sid: id };
    const accessToken = await this.keys.sign(
      impersonatorId === undefined ? claims : { ...claims, act: { sub: impersonatorId } },
      now,
    );
    return {
      accessToken,
      expiresIn: this.config.accessTokenSeconds,
      refreshToken: tokenText(token),
      tokenType: 'Bearer',
    };
  }
}
