import { appendFile, readFile } from 'node:fs/promises';
import { jobOrigin, LOGGER, type Logger, Relay, SYSTEM_DATABASE, type Tx } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { dataSubjectErased, membershipState, userRoleState, userState } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { inSystemTransaction } from '../../../database/system-transaction.js';
import { requireAnAdministratorLeft } from '../../../last-administrator.js';
import { giveSeatOfBack } from '../../../seats.js';
import { Vault } from '../../../secrets/index.js';
import { toUserRoleState, type UserRoleRow } from '../../access/index.js';
import { endSessionsOf, toUserState, type UserRow } from '../../identity/index.js';
import { type MembershipRow, toMembershipState } from '../../tenancy/index.js';
import { LOCK_PERSON } from './consents.sql.js';
import {
  ALL_ERASURES,
  END_MEMBERSHIPS,
  ERASE_USER,
  INSERT_ERASURE,
  KEYS_OF_ERASED,
  LIFT_HOLDS,
  RESTORED_USERS,
  REVOKE_GRANTS,
  UNDONE_ERASURES,
} from './erasure.sql.js';
import type { PersonRow } from './person.js';
import { personalData } from './personal-data.js';

export interface Tombstone {
  readonly tenantId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly pseudonym: string;
  readonly erasedAt: string;
}

interface Restored {
  tenantId: string;
  userId: string;
  serviceUserId: string;
}

/**
 * Forgets a person: what stands about them is deleted or replaced, their key destroyed, and an id with a pseudonym stays
 * for what the law keeps. Runs as the system role, because the service's own may not delete.
 */
@Injectable()
export class ErasureService implements OnApplicationBootstrap {
  constructor(
    private readonly vault: Vault,
    @Inject(SYSTEM_DATABASE) private readonly system: DataSource,
    @Inject(CONFIG) private readonly config: PlatformConfig,
    private readonly relay: Relay,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** After an older backup was restored, those who had been erased are back: not for long. */
  async onApplicationBootstrap(): Promise<void> {
    const reapplied = await this.reapply();
    if (reapplied > 0) this.log.warn({ users: reapplied }, 'erasures were applied again to restored data');
  }

  /** A transaction of the system role that may erase. */
  async run<T>(tenantId: string, actorId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    let done: Tx | null = null;
    const result = await inSystemTransaction(this.system, jobOrigin(tenantId, 'erasure', actorId), (tx) => {
      done = tx;
      return work(tx);
    });
    (done as Tx | null)?.committed();
    this.relay.wakeAfterCommit();
    return result;
  }

  /** Erases in the caller's transaction. Answers how many rows per category. */
  async erase(tx: Tx, person: PersonRow, requestId: string, known?: Tombstone): Promise<Record<string, number>> {
    const { tenantId, now, actorId } = tx;
    const userId = person.id;
    const pseudonym = known?.pseudonym ?? (await this.pseudonymOf(tx, userId));
    const erasedAt = known?.erasedAt ?? now.toISOString();
    await endSessionsOf(tx, userId, 'erased');
    for (const row of await tx.query<MembershipRow>(END_MEMBERSHIPS, [tenantId, userId, now, actorId]))
      tx.state(membershipState, { id: row.id, version: row.version, data: toMembershipState(tenantId, row) });
    const grants = await tx.query<UserRoleRow & Record<string, unknown>>(REVOKE_GRANTS, [
      tenantId,
      userId,
      now,
      actorId,
    ]);
    for (const row of grants) tx.state(userRoleState, { id: row.id, version: row.version, data: toUserRoleState(row) });
    await tx.query(LIFT_HOLDS, [tenantId, userId, now, actorId]);
    const erased = await personalData.erase(tx, { tenantId, userId, email: person.email }, pseudonym);
    await giveSeatOfBack(tx, userId);
    const user = await tx.one<UserRow>(ERASE_USER, [tenantId, userId, new Date(erasedAt), actorId, pseudonym]);
    // Who was erased once stays erased, whoever is left; a new erasure waits until somebody else is appointed.
    if (!known && grants.some(({ scope }) => scope === 'tenant' || scope === 'saas'))
      await requireAnAdministratorLeft(tx);
    await this.vault.destroy(tx, userId);
    await tx.query(INSERT_ERASURE, [tenantId, userId, requestId, pseudonym, new Date(erasedAt), actorId]);
    tx.state(userState, { id: userId, version: user.version, data: toUserState(tenantId, user) });
    tx.emit(dataSubjectErased, { id: userId, version: user.version, data: { requestId } });
    tx.audit({ action: 'platform.user.erase', entity: { type: 'user', id: userId }, changes: { requestId, erased } });
    // Outside the database, so that no restored backup can bring the person back unnoticed. Not before it is true.
    tx.afterCommit(() => {
      this.note([{ tenantId, userId, requestId, pseudonym, erasedAt }]).catch((error: unknown) =>
        this.log.error({ err: error }, 'an erasure could not be noted outside the database; the next start does it'),
      );
    });
    return erased;
  }

  /** Erases again whoever stands in the list of the erased and is back. Answers how many. */
  async reapply(): Promise<number> {
    const listed = await this.listed();
    await this.noteMissing(listed);
    const byUser = new Map(listed.map((each) => [`${each.tenantId}/${each.userId}`, each]));
    const inDatabase: (Restored & Tombstone & { erasedAt: Date | string })[] = await this.system.query(UNDONE_ERASURES);
    for (const { erasedAt, ...each } of inDatabase)
      byUser.set(`${each.tenantId}/${each.userId}`, { ...each, erasedAt: new Date(erasedAt).toISOString() });
    const all = [...byUser.values()];
    const ids = [all.map(({ tenantId }) => tenantId), all.map(({ userId }) => userId)];
    const restored: Restored[] = await this.system.query(RESTORED_USERS, ids);
    for (const { tenantId, userId, serviceUserId } of restored) {
      const known = byUser.get(`${tenantId}/${userId}`);
      if (!known) continue;
      await this.run(tenantId, serviceUserId, async (tx) => {
        const person = await tx.one<PersonRow>(LOCK_PERSON, [tenantId, userId]);
        await this.erase(tx, person, known.requestId, known);
      });
    }
    return restored.length;
  }

  /** What somebody did just before they were erased may be logged just after, under a key made anew: that one goes too. */
  async destroyLateKeys(): Promise<void> {
    const late: Restored[] = await this.system.query(KEYS_OF_ERASED);
    for (const { tenantId, userId, serviceUserId } of late)
      await this.run(tenantId, serviceUserId, (tx) => this.vault.destroy(tx, userId));
  }

  /** Keyed by the tenant: the same person in two tenants has two of them. */
  private async pseudonymOf(tx: Tx, userId: string): Promise<string> {
    const index = await this.vault.blindIndex(tx, userId, 'users.pseudonym');
    return `erased-${Buffer.from(index, 'base64url').toString('hex').slice(0, 32)}`;
  }

  private async note(tombstones: readonly Tombstone[]): Promise<void> {
    const { erasureLog } = this.config;
    const lines = tombstones.map((tombstone) => `${JSON.stringify(tombstone)}\n`).join('');
    if (erasureLog && lines !== '') await appendFile(erasureLog, lines, { mode: 0o600 });
  }

  /** What a process that died between commit and note left out. */
  private async noteMissing(listed: readonly Tombstone[]): Promise<void> {
    if (!this.config.erasureLog) return;
    const noted = new Set(listed.map(({ tenantId, userId }) => `${tenantId}/${userId}`));
    const all: (Tombstone & { erasedAt: Date | string })[] = await this.system.query(ALL_ERASURES);
    const missing = all.filter(({ tenantId, userId }) => !noted.has(`${tenantId}/${userId}`));
    await this.note(missing.map((each) => ({ ...each, erasedAt: new Date(each.erasedAt).toISOString() })));
  }

  private async listed(): Promise<Tombstone[]> {
    if (!this.config.erasureLog) return [];
    const text = await readFile(this.config.erasureLog, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as Tombstone]));
  }
}
