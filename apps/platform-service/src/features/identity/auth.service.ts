import { type Locale, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  AUTH_INVALID_CREDENTIALS,
  AUTH_REFRESH_INVALID,
  AUTH_REFRESH_REUSED,
  type Login,
  normalizeEmail,
  type Refresh,
  type Tokens,
  type UserStatus,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { Mails } from '../../mail/index.js';
import { sha256 } from '../../opaque-token.js';
import { passwordLocked } from './accounts.mails.js';
import { decideRefresh } from './domain/refresh-decision.js';
import { openSuccessor, parseToken, type RefreshToken, sealSuccessor, successorOf } from './domain/refresh-token.js';
import { type EndedSession, sessionsEnded } from './end-sessions.js';
import { requirePasswordAllowed } from './federation/sso-required.js';
import { LoginThrottle, type ThrottleKeys } from './login-throttle.js';
import { Passwords } from './passwords.js';
import { sessionLimits } from './session-limits.js';
import { END_SESSION, FIND_ACCOUNT, FIND_FAMILY, RENEW_PASSWORD_HASH, ROTATE } from './sessions.sql.js';
import { type BegunSession, later, SignIn } from './sign-in.js';

interface Account extends QueryResultRow {
  id: string;
  email: string;
  locale: Locale;
  status: UserStatus;
  slug: string;
  secret_hash: string;
}

interface SessionHolder extends QueryResultRow {
  id: string;
  user_id: string;
  slug: string;
  impersonator_id: string | null;
}

interface Family extends SessionHolder {
  status: 'active' | 'ended';
  current_hash: Buffer;
  previous_hash: Buffer | null;
  successor_sealed: Buffer | null;
  rotated_at: Date | null;
  idle_expires_at: Date;
  absolute_expires_at: Date;
  tenant_status: string;
}

/** A session to issue tokens for, or why there is none. */
type Outcome = { session: SessionHolder; token: RefreshToken } | { refused: typeof AUTH_REFRESH_INVALID };

/** Signing in and staying signed in. */
@Injectable()
export class AuthService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly mails: Mails,
    private readonly signIn: SignIn,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  async login(ctx: RequestContext, { email, password }: Login): Promise<Tokens> {
    const { account, keys } = await this.work.run(ctx, async (tx) => {
      await requirePasswordAllowed(tx, email);
      const keys = this.throttle.keysOf(tx, email, ctx.ip);
      await this.throttle.admit(tx, keys);
      const [found] = await tx.query<Account>(FIND_ACCOUNT, [tx.tenantId, normalizeEmail(email)]);
      return { account: found ?? null, keys };
    });
    // Outside the transaction: it takes its time, and a connection is worth more than that.
    const matches = await this.passwords.matches(account?.secret_hash ?? null, password);
    if (!matches || account?.status !== 'active') {
      await this.failed(ctx, account, keys);
      throw new Refusal(AUTH_INVALID_CREDENTIALS);
    }
    const renewed = await this.passwords.renewed(account.secret_hash, password);
    const session = await this.begin(ctx, account, keys, renewed);
    if (!session) throw new Refusal(AUTH_INVALID_CREDENTIALS);
    return this.signIn.tokens(session, ctx.now);
  }

  async refresh(ctx: RequestContext, { refreshToken }: Refresh): Promise<Tokens> {
    const presented = parseToken(refreshToken);
    if (!presented) throw new Refusal(AUTH_REFRESH_INVALID);
    const outcome = await this.work.runAs(originIn(presented.tenantId, ctx), (tx) => this.rotate(tx, ctx, presented));
    if ('refused' in outcome) throw new Refusal(outcome.refused);
    return this.signIn.tokens(begunOf(outcome), ctx.now);
  }

  private begin(
    ctx: RequestContext,
    { id, slug, secret_hash }: Account,
    keys: ThrottleKeys,
    renewedHash: string | null,
  ): Promise<BegunSession | null> {
    // Renewed first: a second step that follows is bound to the hash there is then.
    const proven = { userId: id, slug, methods: ['pwd'] as const, passwordHash: renewedHash ?? secret_hash };
    return this.work.run(ctx, async (tx) => {
      await this.throttle.passed(tx, keys);
      if (renewedHash) await tx.query(RENEW_PASSWORD_HASH, [tx.tenantId, id, secret_hash, renewedHash]);
      return this.signIn.begin(tx, ctx, proven);
    });
  }

  private async failed(ctx: RequestContext, account: Account | null, keys: ThrottleKeys): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      const { locked } = await this.throttle.failed(tx, keys);
      tx.audit({
        action: 'platform.session.login',
        entity: { type: 'user', id: account?.id ?? null },
        outcome: 'refused',
        reason: AUTH_INVALID_CREDENTIALS.code,
      });
      if (locked && account) await this.mails.queue(tx, passwordLocked(account));
    });
  }

  /** Answers instead of throwing: what it finds out about a stolen token must be committed before it is refused. */
  private async rotate(tx: Tx, ctx: RequestContext, presented: RefreshToken): Promise<Outcome> {
    const { tenantId, family } = presented;
    const familyHash = sha256(family);
    const presentedHash = sha256(presented.generation);
    const successor = successorOf(presented);
    const [rotated] = await tx.query<SessionHolder>(ROTATE, [
      tenantId,
      familyHash,
      presentedHash,
      sha256(successor.generation),
      sealSuccessor(presented, successor),
      tx.now,
      later(tx.now, (await sessionLimits(tx, this.config)).sessionIdleHours),
      ctx.tenantHint,
    ]);
    if (rotated) return { session: rotated, token: successor };

    const [found] = await tx.query<Family>(FIND_FAMILY, [tenantId, familyHash, ctx.tenantHint]);
    if (found?.tenant_status !== 'active') return { refused: AUTH_REFRESH_INVALID };
    const decision = decideRefresh(toRefreshable(found), presentedHash, tx.now);
    if (decision === 'replay' && found.successor_sealed) {
      return { session: found, token: openSuccessor(presented, found.successor_sealed) };
    }
    if (decision !== 'reuse') return { refused: AUTH_REFRESH_INVALID };
    const values = [tenantId, found.id, tx.now, 'reuse', found.user_id];
    await sessionsEnded(tx, await tx.query<EndedSession>(END_SESSION, values), 'reuse');
    return { refused: AUTH_REFRESH_REUSED };
  }
}

const begunOf = ({ session, token }: { session: SessionHolder; token: RefreshToken }): BegunSession => ({
  id: session.id,
  userId: session.user_id,
  slug: session.slug,
  token,
  ...(session.impersonator_id && { impersonatorId: session.impersonator_id }),
});

const toRefreshable = (row: Family) => ({
  status: row.status,
  currentHash: row.current_hash,
  previousHash: row.previous_hash,
  rotatedAt: row.rotated_at,
  idleExpiresAt: row.idle_expires_at,
  absoluteExpiresAt: row.absolute_expires_at,
});
