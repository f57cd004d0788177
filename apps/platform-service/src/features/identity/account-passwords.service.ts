import { FORBIDDEN, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  ACCOUNT_TOKEN_INVALID,
  type ChangePassword,
  PASSWORD_WRONG,
  passwordChanged,
  type ResetPassword,
  userState,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { Mails } from '../../mail/index.js';
import { parseOpaqueToken } from '../../opaque-token.js';
import { passwordLocked, passwordSet } from './accounts.mails.js';
import type { OwnAccount } from './accounts.service.js';
import {
  FIND_TOKEN,
  OWN_ACCOUNT,
  REPLACE_PASSWORD,
  SET_PASSWORD,
  TOUCH_USER,
  USE_TOKEN,
  VOID_OF_USER,
} from './accounts.sql.js';
import type { RequestKind } from './domain/account-request.js';
import { needsSecondFactor } from './domain/password-policy.js';
import { endSessionsOf } from './end-sessions.js';
import { hasSecondFactor } from './factors/holder.js';
import { guessableWords } from './guessable-words.js';
import { toUserState, type UserRow } from './identity.mapper.js';
import { LoginThrottle, type ThrottleKeys } from './login-throttle.js';
import { type PasswordFor, Passwords } from './passwords.js';
import { LOCK_USER } from './users.sql.js';

const RESET: RequestKind[] = ['password_reset'];

interface TokenRow extends QueryResultRow {
  user_id: string;
  email: string;
  name: string;
}

/** A new password in place of a forgotten or an old one. Both end what the old one had let in. */
@Injectable()
export class AccountPasswordsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly throttle: LoginThrottle,
    private readonly mails: Mails,
  ) {}

  async reset(ctx: RequestContext, { token, password }: ResetPassword): Promise<void> {
    const parsed = parseOpaqueToken(token);
    if (!parsed) throw new Refusal(ACCOUNT_TOKEN_INVALID);
    const origin = originIn(parsed.tenantId, ctx);
    const presented = (tx: Tx) => [tx.tenantId, parsed.hash, RESET, tx.now, ctx.tenantHint];
    // Looked at first: no core is kept busy for a link that opens nothing, and no link spent for a password that won't do.
    const { userId, rules } = await this.work.runAs(origin, async (tx) => {
      const [found] = await tx.query<TokenRow>(FIND_TOKEN, presented(tx));
      if (!found) throw new Refusal(ACCOUNT_TOKEN_INVALID);
      return { userId: found.user_id, rules: await rulesFor(tx, found.user_id, found) };
    });
    const hash = await this.passwords.hash(password, rules);
    await this.work.runAs(origin, async (tx) => {
      const [used] = await tx.query<TokenRow>(USE_TOKEN, presented(tx));
      if (!used) throw new Refusal(ACCOUNT_TOKEN_INVALID);
      await tx.query(LOCK_USER, [tx.tenantId, userId]);
      const own = await tx.one<OwnAccount>(OWN_ACCOUNT, [tx.tenantId, userId]);
      if (own.status !== 'active') throw new Refusal(ACCOUNT_TOKEN_INVALID);
      await tx.query(SET_PASSWORD, [tx.tenantId, own.id, hash, tx.now, needsSecondFactor(password)]);
      await this.throttle.forgive(tx, own.email);
      await this.passwordIsNew(tx, own, 'reset', null);
    });
  }

  async change(ctx: RequestContext, { currentPassword, password }: ChangePassword): Promise<void> {
    const { userId, sessionId, impersonatorId } = userOf(ctx);
    if (impersonatorId) throw new Refusal(FORBIDDEN);
    const { own, keys, rules } = await this.work.run(ctx, async (tx) => {
      const own = await tx.one<OwnAccount>(OWN_ACCOUNT, [tx.tenantId, userId]);
      const keys = this.throttle.keysOf(tx, own.email, ctx.ip);
      await this.throttle.admit(tx, keys);
      return { own, keys, rules: await rulesFor(tx, userId, own) };
    });
    if (!(await this.passwords.matches(own.secret_hash, currentPassword))) {
      await this.guessed(ctx, own, keys);
      throw new Refusal(PASSWORD_WRONG);
    }
    const hash = await this.passwords.hash(password, rules);
    await this.work.run(ctx, async (tx) => {
      await this.throttle.passed(tx, keys);
      await tx.query(LOCK_USER, [tx.tenantId, userId]);
      const values = [tx.tenantId, userId, hash, own.secret_hash, tx.now, needsSecondFactor(password)];
      const replaced = await tx.query(REPLACE_PASSWORD, values);
      if (replaced.length === 0) throw new Refusal(PASSWORD_WRONG);
      await this.passwordIsNew(tx, own, 'change', sessionId);
    });
  }

  private async passwordIsNew(
    tx: Tx,
    own: OwnAccount,
    by: 'change' | 'reset',
    butForSession: string | null,
  ): Promise<void> {
    await endSessionsOf(tx, own.id, 'password_changed', butForSession);
    await tx.query(VOID_OF_USER, [tx.tenantId, own.id, RESET, tx.now, own.id]);
    await this.mails.queue(tx, passwordSet(own));
    const user = await tx.one<UserRow>(TOUCH_USER, [tx.tenantId, own.id, tx.now]);
    tx.emit(passwordChanged, { id: user.id, version: user.version, data: { by } });
    tx.state(userState, { id: user.id, version: user.version, data: toUserState(tx.tenantId, user) });
    tx.audit({
      action: `platform.user.${by}-password`,
      entity: { type: 'user', id: own.id },
      actor: { kind: 'user', id: own.id },
    });
  }

  private async guessed(ctx: RequestContext, own: OwnAccount, keys: ThrottleKeys): Promise<void> {
    await this.work.run(ctx, async (tx) => {
      const { locked } = await this.throttle.failed(tx, keys);
      tx.audit({
        action: 'platform.user.change-password',
        entity: { type: 'user', id: own.id },
        outcome: 'refused',
        reason: PASSWORD_WRONG.code,
      });
      if (locked) await this.mails.queue(tx, passwordLocked(own));
    });
  }
}

async function rulesFor(tx: Tx, userId: string, account: { email: string; name: string }): Promise<PasswordFor> {
  return { words: await guessableWords(tx, account), hasSecondFactor: await hasSecondFactor(tx, userId) };
}
