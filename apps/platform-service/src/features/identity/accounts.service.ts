import { Refusal, STALE_VERSION, SYSTEM_TENANT_ID } from '@kit/contracts';
import { expectedVersion, originIn, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  ACCOUNT_TOKEN_INVALID,
  type AccountEmail,
  type AccountToken,
  EMAIL_TAKEN,
  EMAIL_UNCHANGED,
  emailChanged,
  type LocaleCode,
  type MailPromised,
  normalizeEmail,
  REGISTRATION_CLOSED,
  type Register,
  type UpdateMe,
  type User,
  userState,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Mails } from '../../mail/index.js';
import { parseOpaqueToken } from '../../opaque-token.js';
import { GrantsService } from '../access/index.js';
import { readSetting } from '../settings/index.js';
import { AccountRequestsWorker } from './account-requests.worker.js';
import { addressAboutToChange, addressChanged, type Recipient } from './accounts.mails.js';
import {
  ADDRESS_TAKEN,
  INSERT_REQUEST,
  LOCK_ADDRESS,
  OWN_ACCOUNT,
  SET_EMAIL,
  UPDATE_OWN,
  USE_TOKEN,
  VOID_OF_USER,
  VOID_REGISTRATIONS,
} from './accounts.sql.js';
import type { RequestKind } from './domain/account-request.js';
import { requireFreshAuthentication } from './factors/freshness.js';
import { guessableWords } from './guessable-words.js';
import { toUser, toUserState, type UserRow } from './identity.mapper.js';
import { giveNewcomerRoles } from './newcomer-roles.js';
import { Passwords } from './passwords.js';
import { insertUser } from './users.service.js';
import { LOCK_USER } from './users.sql.js';

/** What somebody asks for; whether it is theirs to ask a worker finds out. */
export interface AccountRequest {
  readonly kind: RequestKind;
  readonly email: string;
  readonly userId?: string;
  readonly name?: string;
  readonly locale?: LocaleCode;
  readonly passwordHash?: string;
}

export interface OwnAccount extends QueryResultRow, Recipient {
  id: string;
  name: string;
  status: string;
  secret_hash: string | null;
}

interface UsedRequest extends QueryResultRow {
  kind: RequestKind;
  email: string;
  user_id: string | null;
  name: string | null;
  locale: LocaleCode | null;
  password_hash: string | null;
}

const ACTIONS: Record<RequestKind, string> = {
  registration: 'platform.account.register',
  verification: 'platform.account.resend-verification',
  email_change: 'platform.account.change-email',
  password_reset: 'platform.account.forgot-password',
};

const PROMISED: MailPromised = { next: 'check_mail' };

/** Opening an account of one's own, and keeping its address and name up. */
@Injectable()
export class AccountsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly mails: Mails,
    private readonly worker: AccountRequestsWorker,
    private readonly grants: GrantsService,
  ) {}

  async register(ctx: RequestContext, { email, name, password, locale }: Register): Promise<MailPromised> {
    const words = await this.work.run(ctx, async (tx) => {
      // Nobody walks into the tenant of those who run all others.
      const open = tx.tenantId !== SYSTEM_TENANT_ID && (await readSetting(tx, 'platform.registration')) === 'open';
      if (!open) throw new Refusal(REGISTRATION_CLOSED);
      return guessableWords(tx, { email, name });
    });
    const passwordHash = await this.passwords.hash(password, { words });
    const request = { kind: 'registration', email, name, locale: locale ?? ctx.locale, passwordHash } as const;
    return this.work.run(ctx, (tx) => this.ask(tx, request));
  }

  resend(ctx: RequestContext, { email }: AccountEmail): Promise<MailPromised> {
    return this.work.run(ctx, (tx) => this.ask(tx, { kind: 'verification', email, locale: ctx.locale }));
  }

  forgotPassword(ctx: RequestContext, { email }: AccountEmail): Promise<MailPromised> {
    return this.work.run(ctx, (tx) => this.ask(tx, { kind: 'password_reset', email, locale: ctx.locale }));
  }

  changeEmail(ctx: RequestContext, { email }: AccountEmail): Promise<MailPromised> {
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      await requireFreshAuthentication(tx, ctx);
      const own = await tx.one<OwnAccount>(OWN_ACCOUNT, [tx.tenantId, userId]);
      if (normalizeEmail(email) === own.email) throw new Refusal(EMAIL_UNCHANGED);
      await this.mails.queue(tx, addressAboutToChange(own));
      return this.ask(tx, { kind: 'email_change', email, userId, locale: own.locale });
    });
  }

  async verify(ctx: RequestContext, { token }: AccountToken): Promise<void> {
    const parsed = parseOpaqueToken(token);
    if (!parsed) throw new Refusal(ACCOUNT_TOKEN_INVALID);
    await this.work.runAs(originIn(parsed.tenantId, ctx), async (tx) => {
      const kinds: RequestKind[] = ['registration', 'email_change'];
      const values = [tx.tenantId, parsed.hash, kinds, tx.now, ctx.tenantHint];
      const [request] = await tx.query<UsedRequest>(USE_TOKEN, values);
      if (!request) throw new Refusal(ACCOUNT_TOKEN_INVALID);
      if (request.kind === 'registration') await this.open(tx, request);
      else await this.moveTo(tx, request);
    });
  }

  updateMe(ctx: RequestContext, request: UpdateMe): Promise<User> {
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const before = await tx.one<UserRow>(LOCK_USER, [tx.tenantId, userId]);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { name = before.name, locale = before.locale } = request;
      const after = await tx.one<UserRow>(UPDATE_OWN, [tx.tenantId, userId, name, locale, tx.now]);
      tx.state(userState, { id: userId, version: after.version, data: toUserState(tx.tenantId, after) });
      const fields = Object.keys(request);
      tx.audit({ action: 'platform.user.update', entity: { type: 'user', id: userId }, changes: { fields } });
      return toUser(after);
    });
  }

  private async ask(tx: Tx, request: AccountRequest): Promise<MailPromised> {
    const { kind, email, userId = null, name = null, locale = null, passwordHash = null } = request;
    const id = uuidv7();
    const row = [tx.tenantId, id, kind, normalizeEmail(email), userId, name, locale, passwordHash];
    await tx.query(INSERT_REQUEST, [...row, tx.now, tx.actorId]);
    tx.audit({ action: ACTIONS[kind], entity: { type: 'account_request', id } });
    tx.afterCommit(() => this.worker.wake());
    return PROMISED;
  }

  private async open(tx: Tx, { email, name, locale, password_hash: passwordHash }: UsedRequest): Promise<void> {
    const user = await insertUser(tx, { kind: 'person', email, name: name as string, locale, passwordHash });
    await giveNewcomerRoles(tx, this.grants, user.id);
    await tx.query(VOID_REGISTRATIONS, [tx.tenantId, email, tx.now, tx.actorId]);
  }

  private async moveTo(tx: Tx, { email, user_id: userId }: UsedRequest): Promise<void> {
    await tx.query(LOCK_ADDRESS, [tx.tenantId, email]);
    const before = await tx.one<OwnAccount>(OWN_ACCOUNT, [tx.tenantId, userId]);
    const [taken] = await tx.query(ADDRESS_TAKEN, [tx.tenantId, email]);
    if (taken) throw new Refusal(EMAIL_TAKEN);
    const [after] = await tx.query<UserRow>(SET_EMAIL, [tx.tenantId, userId, email, tx.now]);
    if (!after) throw new Refusal(ACCOUNT_TOKEN_INVALID);
    // Links that went to the old address, or to another new one.
    await tx.query(VOID_OF_USER, [tx.tenantId, userId, ['email_change', 'password_reset'], tx.now, userId]);
    await this.mails.queue(tx, addressChanged(before));
    tx.emit(emailChanged, { id: after.id, version: after.version, data: { by: 'verification' } });
    tx.state(userState, { id: after.id, version: after.version, data: toUserState(tx.tenantId, after) });
    tx.audit({
      action: 'platform.user.change-email',
      entity: { type: 'user', id: after.id },
      actor: { kind: 'user', id: after.id },
      changes: { fields: ['email'] },
    });
  }
}
