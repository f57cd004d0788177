import { randomBytes } from 'node:crypto';
import { FORBIDDEN, NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type ApiKey,
  type ApiKeyPage,
  apiKeyCreated,
  apiKeyRevoked,
  type CreateApiKey,
  type CreatedApiKey,
  type CreateServiceAccount,
  type ListApiKeys,
  type RevokeApiKey,
  type ServiceAccount,
  type ServiceAccountId,
  type ServiceAccountPage,
  userState,
  userStatusChanged,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { GrantsService } from '../../access/index.js';
import { type EndedSession, endSessionsOf, sessionsEnded } from '../end-sessions.js';
import { toUserState, type UserRow } from '../identity.mapper.js';
import { END_SESSION } from '../sessions.sql.js';
import { insertUser } from '../users.service.js';
import { UPDATE_USER } from '../users.sql.js';
import { newApiKey } from './domain/api-key.js';
import {
  type AccountRow,
  FIND_ACCOUNT_OF_MACHINE,
  INSERT_KEY,
  INSERT_KEY_SESSION,
  type KeyRow,
  LIST_ACCOUNTS,
  LIST_KEYS,
  LOCK_ACCOUNT_OF_MACHINE,
  REVOKE_KEYS,
} from './machines.sql.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;

/** Users that are programs, and the keys they sign in with. */
@Injectable()
export class ServiceAccountsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly grants: GrantsService,
  ) {}

  create(ctx: RequestContext, { name }: CreateServiceAccount): Promise<ServiceAccount> {
    return this.run(ctx, async (tx) => {
      const id = uuidv7();
      // An address that no mail reaches: users are told apart by theirs.
      const email = `${id}@service.invalid`;
      return toAccount(await insertUser(tx, { id, kind: 'service', email, name, passwordHash: null }));
    });
  }

  list(ctx: RequestContext, query: PageQuery): Promise<ServiceAccountPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.run(ctx, async (tx) => {
      const rows = await tx.query<AccountRow>(LIST_ACCOUNTS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ id }) => [id], toAccount);
    });
  }

  remove(ctx: RequestContext, { id }: ServiceAccountId): Promise<void> {
    return this.run(ctx, async (tx) => {
      const account = await tx.one<AccountRow>(LOCK_ACCOUNT_OF_MACHINE, [tx.tenantId, id]);
      const values = [tx.tenantId, id, account.name, null, 'deactivated', tx.now, tx.actorId, null];
      const user = await tx.one<UserRow>(UPDATE_USER, values);
      await this.revokeKeys(tx, id, null);
      await endSessionsOf(tx, id, 'user_inactive');
      tx.state(userState, { id, version: user.version, data: toUserState(tx.tenantId, user) });
      tx.emit(userStatusChanged, { id, version: user.version, data: { from: account.status, to: 'deactivated' } });
      tx.audit({ action: 'platform.service-account.remove', entity: { type: 'user', id } });
    });
  }

  createKey(ctx: RequestContext, { id, name, expiresInDays = DEFAULT_DAYS }: CreateApiKey): Promise<CreatedApiKey> {
    return this.run(ctx, async (tx) => {
      await tx.one(LOCK_ACCOUNT_OF_MACHINE, [tx.tenantId, id]);
      // Whoever holds a key of an account can do all that the account may.
      await this.grants.requireNoMoreThan(tx, userOf(ctx).userId, id);
      const { text, hash, last4 } = newApiKey(tx.tenantId);
      const expiresAt = new Date(tx.now.getTime() + expiresInDays * DAY_MS);
      const [keyId, sessionId] = [uuidv7(), uuidv7()];
      const unknown = [randomBytes(32), randomBytes(32)];
      await tx.query(INSERT_KEY_SESSION, [tx.tenantId, sessionId, id, ...unknown, expiresAt, tx.now, tx.actorId]);
      const values = [tx.tenantId, keyId, id, sessionId, name, hash, last4, expiresAt, tx.now, tx.actorId];
      const row = await tx.one<KeyRow>(INSERT_KEY, values);
      tx.emit(apiKeyCreated, { id: keyId, version: 1, data: { userId: id } });
      const changes = { userId: id, name, expiresAt: expiresAt.toISOString() };
      tx.audit({ action: 'platform.api-key.create', entity: { type: 'api_key', id: keyId }, changes });
      return { ...toKey(row), key: text };
    });
  }

  keys(ctx: RequestContext, query: ListApiKeys): Promise<ApiKeyPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.run(ctx, async (tx) => {
      await tx.one(FIND_ACCOUNT_OF_MACHINE, [tx.tenantId, query.id]);
      const rows = await tx.query<KeyRow>(LIST_KEYS, [tx.tenantId, query.id, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ id }) => [id], toKey);
    });
  }

  revokeKey(ctx: RequestContext, { id, keyId }: RevokeApiKey): Promise<void> {
    return this.run(ctx, async (tx) => {
      await tx.one(FIND_ACCOUNT_OF_MACHINE, [tx.tenantId, id]);
      if ((await this.revokeKeys(tx, id, keyId)) === 0) throw new Refusal(NOT_FOUND);
    });
  }

  private async revokeKeys(tx: Tx, accountId: string, keyId: string | null): Promise<number> {
    const revoked = await tx.query<KeyRow>(REVOKE_KEYS, [tx.tenantId, accountId, keyId, tx.now, tx.actorId]);
    for (const { id, version, session_id: sessionId } of revoked) {
      const ended = await tx.query<EndedSession>(END_SESSION, [tx.tenantId, sessionId, tx.now, 'revoked', tx.actorId]);
      await sessionsEnded(tx, ended, 'revoked');
      tx.emit(apiKeyRevoked, { id, version, data: { userId: accountId } });
      tx.audit({ action: 'platform.api-key.revoke', entity: { type: 'api_key', id }, changes: { userId: accountId } });
    }
    return revoked.length;
  }

  /** Service accounts belong to the tenant as a whole. */
  private run<T>(ctx: RequestContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant) throw new Refusal(FORBIDDEN);
      return work(tx);
    });
  }
}

const toAccount = ({ id, name, status, created_at, version }: AccountRow | UserRow): ServiceAccount => ({
  id,
  name,
  status,
  createdAt: created_at.toISOString(),
  version,
});

const toKey = ({ id, name, last4, status, created_at, expires_at, last_used_at }: KeyRow): ApiKey => ({
  id,
  name,
  last4,
  status,
  createdAt: created_at.toISOString(),
  expiresAt: expires_at.toISOString(),
  lastUsedAt: last_used_at?.toISOString() ?? null,
});
