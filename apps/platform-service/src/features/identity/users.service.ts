import { FORBIDDEN, NOT_FOUND, Refusal, STALE_VERSION, VALIDATION_FAILED } from '@kit/contracts';
import { expectedVersion, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type CreateUser,
  EMAIL_TAKEN,
  type LocaleCode,
  normalizeEmail,
  type UpdateUser,
  USER_STATUS_INVALID,
  type User,
  type UserKind,
  userCreated,
  userState,
  userStatusChanged,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { requireAnAdministratorLeft } from '../../last-administrator.js';
import { seatFollowsStatus, takeSeatFor } from '../../seats.js';
import { mayBecome } from './domain/user-status.js';
import { endSessionsOf } from './end-sessions.js';
import { guessableWords } from './guessable-words.js';
import { toUser, toUserState, type UserRow } from './identity.mapper.js';
import { Passwords } from './passwords.js';
import { requireTenantReach } from './sessions.service.js';
import { INSERT_PASSWORD, INSERT_USER, LOCK_USER, UPDATE_USER } from './users.sql.js';

export interface NewUser {
  readonly id?: string;
  readonly kind: UserKind;
  readonly email: string;
  readonly name: string;
  readonly locale?: LocaleCode | null;
  /** Without one a person is invited and cannot sign in yet. */
  readonly passwordHash: string | null;
  /** Active without a password: an identity provider vouches for them. */
  readonly vouchedFor?: boolean;
}

@Injectable()
export class UsersService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
  ) {}

  async create(ctx: RequestContext, request: CreateUser): Promise<User> {
    const { email, name, locale, password } = request;
    const words = await allowedFirst(this.work, ctx, (tx) => {
      requireTenantReach(tx);
      return guessableWords(tx, { email, name });
    });
    const passwordHash = password === undefined ? null : await this.passwords.hash(password, { words });
    return this.work.run(ctx, async (tx) => {
      requireTenantReach(tx);
      const user = await insertUser(tx, { kind: 'person', email, name, locale, passwordHash });
      await takeSeatFor(tx, user.id);
      return toUser(user);
    });
  }

  update(ctx: RequestContext, request: UpdateUser): Promise<User> {
    return this.work.run(ctx, async (tx) => {
      const [before] = await tx.query<UserRow>(LOCK_USER, [tx.tenantId, request.id]);
      const own = tx.reach.own && request.id === tx.actorId;
      if (!before || !(tx.reach.tenant || own)) throw new Refusal(before ? FORBIDDEN : NOT_FOUND);
      if (before.version !== expectedVersion(ctx)) throw new Refusal(STALE_VERSION);
      const { name = before.name, locale = before.locale, status = before.status } = request;
      const { birthDate = before.birth_date } = request;
      if (status !== before.status) requireStatusChange(tx, before, status);
      if (birthDate !== before.birth_date) requireBirthDate(tx, birthDate);
      const [after] = await tx.query<UserRow>(UPDATE_USER, [
        tx.tenantId,
        request.id,
        name,
        locale,
        status,
        tx.now,
        tx.actorId,
        birthDate,
      ]);
      if (!after) throw new Refusal(NOT_FOUND);
      if (status !== before.status) await this.statusChanged(tx, before, after);
      tx.state(userState, { id: after.id, version: after.version, data: toUserState(tx.tenantId, after) });
      tx.audit({
        action: 'platform.user.update',
        entity: { type: 'user', id: after.id },
        changes: { status: after.status, fields: changedFields(before, after) },
      });
      return toUser(after);
    });
  }

  private async statusChanged(tx: Tx, before: UserRow, after: UserRow): Promise<void> {
    tx.emit(userStatusChanged, {
      id: after.id,
      version: after.version,
      data: { from: before.status, to: after.status },
    });
    await seatFollowsStatus(tx, after.id, before.status, after.status);
    if (after.status === 'active') return;
    await endSessionsOf(tx, after.id, 'user_inactive');
    await requireAnAdministratorLeft(tx);
  }
}

/** Adds a user to the tenant of the transaction. @throws Refusal EMAIL_TAKEN */
export async function insertUser(tx: Tx, user: NewUser): Promise<UserRow> {
  const { id = uuidv7(), kind, email, name, locale = null, passwordHash, vouchedFor = false } = user;
  const status = kind === 'person' && passwordHash === null && !vouchedFor ? 'invited' : 'active';
  const [row] = await tx.query<UserRow>(INSERT_USER, [
    tx.tenantId,
    id,
    kind,
    normalizeEmail(email),
    name,
    locale,
    status,
    tx.now,
    tx.actorId,
  ]);
  if (!row) throw new Refusal(EMAIL_TAKEN);
  if (passwordHash !== null) await tx.query(INSERT_PASSWORD, [tx.tenantId, id, passwordHash, tx.now, tx.actorId]);
  tx.emit(userCreated, { id, version: row.version, data: { kind, status } });
  tx.state(userState, { id, version: row.version, data: toUserState(tx.tenantId, row) });
  tx.audit({ action: 'platform.user.create', entity: { type: 'user', id }, changes: { kind, status } });
  return row;
}

/** For a user who could not sign in yet; the status is the caller's business. */
export async function setFirstPassword(tx: Tx, userId: string, passwordHash: string): Promise<void> {
  await tx.query(INSERT_PASSWORD, [tx.tenantId, userId, passwordHash, tx.now, tx.actorId]);
}

/**
 * Asks whether the caller may, before a core is kept busy for them. The use case asks again: this transaction is over
 * by then, and the idempotency key belongs to the other one.
 */
export const allowedFirst = <T>(
  work: UnitOfWork,
  ctx: RequestContext,
  require: (tx: Tx) => T | Promise<T>,
): Promise<T> => work.run({ ...ctx, idempotencyKey: null }, async (tx) => require(tx));

/** @throws Refusal FORBIDDEN, USER_STATUS_INVALID */
function requireStatusChange(tx: Tx, before: UserRow, status: User['status']): void {
  requireTenantReach(tx);
  // Nobody locks themselves out, and nobody stops the jobs of the tenant.
  const self = before.id === tx.actorId;
  if (self || before.kind === 'service' || !mayBecome(before.status, status)) {
    throw new Refusal(USER_STATUS_INVALID, { details: { from: before.status, to: status } });
  }
}

/** Nobody says themselves how old they are: others rely on it. @throws Refusal FORBIDDEN, VALIDATION_FAILED */
function requireBirthDate(tx: Tx, birthDate: string | null): void {
  requireTenantReach(tx);
  if (birthDate === null || (birthDate >= '1850-01-01' && birthDate <= tx.now.toISOString().slice(0, 10))) return;
  const message = 'birthDate lies between 1850 and today.';
  throw new Refusal(VALIDATION_FAILED, { errors: [{ path: 'birthDate', code: 'OUT_OF_RANGE', message }] });
}

const changedFields = (before: UserRow, after: UserRow): string[] =>
  (['name', 'locale', 'status', 'birth_date'] as const).filter((field) => before[field] !== after[field]);
