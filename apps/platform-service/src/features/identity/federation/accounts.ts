import { NOT_FOUND, Refusal } from '@kit/contracts';
import { LOGGER, type Logger, type Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  ACCOUNT_EXISTS,
  ACCOUNT_INACTIVE,
  ACCOUNT_LINKED_ELSEWHERE,
  ACCOUNT_NOT_LINKED,
  ASSURANCE_TOO_LOW,
  accountLinked,
  type UserStatus,
  userState,
  userStatusChanged,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Vault } from '../../../secrets/index.js';
import { GrantsService } from '../../access/index.js';
import { toUserState, type UserRow } from '../identity.mapper.js';
import { insertUser } from '../users.service.js';
import { LOCK_USER, SET_BIRTH_DATE, UPDATE_USER } from '../users.sql.js';
import {
  FIND_BY_NATIONAL_ID,
  FIND_LINK,
  FIND_NAMESAKE,
  INSERT_LINK,
  IS_OUR_DOMAIN,
  KEEP_NATIONAL_ID,
  NOTE_USE,
  ONE_AT_A_TIME,
  UNLINK,
} from './accounts.sql.js';
import { domainOfEmail } from './domain/email-domain.js';
import { birthDateIn } from './domain/national-id.js';
import { reaches } from './domain/profile.js';
import { type Namesake, recognise } from './domain/recognition.js';
import type { Identity } from './openid.js';
import type { OpenProvider } from './providers.mapper.js';

export interface LinkRow extends QueryResultRow {
  id: string;
  user_id: string;
  created_at: Date;
  last_used_at: Date | null;
  version: number;
}

interface LinkedRow extends QueryResultRow {
  id: string;
  user_id: string;
  status: UserStatus;
}

interface NamesakeRow extends QueryResultRow {
  id: string;
  status: UserStatus;
  has_password: boolean;
  has_passkey: boolean;
  has_link: boolean;
}

type Provider = Pick<OpenProvider, 'id' | 'key'>;
type Person = Pick<Identity, 'subject' | 'nationalId'>;

const REFUSALS = new Map([ACCOUNT_EXISTS, ACCOUNT_INACTIVE, ACCOUNT_NOT_LINKED].map((code) => [code.code, code]));
/** Of users whose provider knows no address of theirs. Nothing is ever delivered below .invalid (RFC 2606). */
const withoutAddress = (userId: string): string => `${userId}@no-address.invalid`;
export const hasAddress = (email: string): boolean => !email.endsWith('.invalid');

/** Who an identity of a provider is here. */
@Injectable()
export class FederatedAccounts {
  constructor(
    private readonly vault: Vault,
    private readonly grants: GrantsService,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The user that has come. @throws Refusal ASSURANCE_TOO_LOW, ACCOUNT_NOT_LINKED, ACCOUNT_EXISTS, ACCOUNT_INACTIVE */
  async recognise(tx: Tx, provider: OpenProvider, identity: Identity): Promise<string> {
    requireAssurance(provider, identity);
    const person = identity.nationalId === null ? identity.subject : await this.indexOf(tx, identity.nationalId);
    await tx.query(ONE_AT_A_TIME, [tx.tenantId, provider.key, person]);
    const [linked] = await tx.query<LinkedRow>(FIND_LINK, [tx.tenantId, provider.key, identity.subject]);
    const samePerson = linked ? null : await this.samePerson(tx, provider, identity);
    const recognition = recognise({
      linking: provider.linking,
      provisioning: provider.provisioning,
      linked: linked ? { userId: linked.user_id, status: linked.status } : null,
      samePerson: samePerson ? { userId: samePerson.user_id, status: samePerson.status } : null,
      email: identity.email,
      domainIsOurs: await isOurDomain(tx, identity.email),
      namesake: await namesakeOf(tx, identity.email),
    });
    switch (recognition.kind) {
      case 'refused':
        throw new Refusal(REFUSALS.get(recognition.code) ?? ACCOUNT_NOT_LINKED);
      case 'known':
        if (linked) await tx.query(NOTE_USE, [tx.tenantId, linked.id, tx.now]);
        await keepBirthDate(tx, recognition.userId, identity);
        return recognition.userId;
      case 'moved':
        if (samePerson) await this.move(tx, samePerson, provider, identity);
        return recognition.userId;
      case 'link':
        if (recognition.activate) await activate(tx, recognition.userId);
        await this.link(tx, recognition.userId, provider, identity);
        return recognition.userId;
      case 'create':
        return this.create(tx, provider, identity, recognition.email);
    }
  }

  /** @throws Refusal ACCOUNT_LINKED_ELSEWHERE */
  async link(tx: Tx, userId: string, provider: Provider, person: Person): Promise<LinkRow> {
    const same = await this.samePerson(tx, provider, person);
    if (same && same.user_id !== userId) throw new Refusal(ACCOUNT_LINKED_ELSEWHERE);
    const values = [tx.tenantId, uuidv7(), userId, provider.key, provider.id, person.subject, tx.now, userId];
    const [link] = await tx.query<LinkRow>(INSERT_LINK, values);
    if (!link) throw new Refusal(ACCOUNT_LINKED_ELSEWHERE);
    if (person.nationalId !== null) {
      const place = { table: 'oauth_accounts', column: 'national_id_sealed', row: link.id, subject: userId };
      const sealed = await this.vault.seal(tx, person.nationalId, place);
      await tx.query(KEEP_NATIONAL_ID, [tx.tenantId, link.id, sealed, await this.indexOf(tx, person.nationalId)]);
    }
    await keepBirthDate(tx, userId, person);
    tx.emit(accountLinked, { id: link.id, version: link.version, data: { userId, provider: provider.key } });
    tx.audit({
      action: 'platform.account-link.create',
      entity: { type: 'account_link', id: link.id },
      actor: { kind: 'user', id: userId },
      changes: { userId, provider: provider.key },
    });
    return link;
  }

  private async create(tx: Tx, provider: OpenProvider, identity: Identity, email: string | null): Promise<string> {
    const id = uuidv7();
    const address = email ?? withoutAddress(id);
    const name = identity.name ?? email ?? provider.name;
    await insertUser(tx, { id, kind: 'person', email: address, name, passwordHash: null, vouchedFor: true });
    await this.link(tx, id, provider, identity);
    const roleKey = provider.defaultRole;
    if (roleKey !== null) {
      await this.grants.give(tx, { userId: id, roleKey, scope: 'user' }).catch((error: unknown) => {
        // Somebody has given up the role since; that is no reason to turn people away.
        if (!(error instanceof Refusal) || error.code !== NOT_FOUND.code) throw error;
        this.log.warn({ provider: provider.key }, 'the role of new users is not there any more');
      });
    }
    return id;
  }

  private async samePerson(tx: Tx, provider: Provider, { nationalId }: Person): Promise<LinkedRow | null> {
    if (nationalId === null) return null;
    const index = await this.indexOf(tx, nationalId);
    const [found] = await tx.query<LinkedRow>(FIND_BY_NATIONAL_ID, [tx.tenantId, provider.key, index]);
    return found ?? null;
  }

  /** The provider knows the same person by another subject from now on. */
  private async move(tx: Tx, link: LinkedRow, provider: Provider, person: Person): Promise<void> {
    await tx.query(UNLINK, [tx.tenantId, link.id, tx.now, link.user_id]);
    await this.link(tx, link.user_id, provider, person);
  }

  private indexOf(tx: Tx, nationalId: string): Promise<string> {
    return this.vault.blindIndex(tx, nationalId, 'oauth_accounts.national_id');
  }
}

/** @throws Refusal ASSURANCE_TOO_LOW */
export function requireAssurance({ acrValues, minimumAcr }: OpenProvider, { acr }: Identity): void {
  if (!reaches(acrValues, acr, minimumAcr)) throw new Refusal(ASSURANCE_TOO_LOW);
}

async function isOurDomain(tx: Tx, email: string | null): Promise<boolean> {
  const domain = email === null ? null : domainOfEmail(email);
  return domain !== null && (await tx.query(IS_OUR_DOMAIN, [tx.tenantId, domain])).length > 0;
}

async function namesakeOf(tx: Tx, email: string | null): Promise<Namesake | null> {
  const [row] = email === null ? [] : await tx.query<NamesakeRow>(FIND_NAMESAKE, [tx.tenantId, email]);
  if (!row) return null;
  const { id: userId, status, has_password: hasPassword, has_passkey: hasPasskey, has_link: hasLink } = row;
  return { userId, status, hasPassword, hasPasskey, hasLink };
}

/** The provider knows when its people were born, whatever somebody has written here. */
async function keepBirthDate(tx: Tx, userId: string, { nationalId }: Pick<Identity, 'nationalId'>): Promise<void> {
  const birthDate = nationalId === null ? null : birthDateIn(nationalId);
  if (birthDate === null) return;
  const [changed] = await tx.query<UserRow>(SET_BIRTH_DATE, [tx.tenantId, userId, birthDate, tx.now]);
  if (!changed) return;
  const { id, version } = changed;
  tx.state(userState, { id, version, data: toUserState(tx.tenantId, changed) });
  tx.audit({
    action: 'platform.user.update',
    entity: { type: 'user', id },
    actor: { kind: 'user', id },
    changes: { fields: ['birth_date'] },
  });
}

/** Who was invited has come: the provider vouches that the address is theirs. */
async function activate(tx: Tx, userId: string): Promise<void> {
  const [before] = await tx.query<UserRow>(LOCK_USER, [tx.tenantId, userId]);
  if (before?.status !== 'invited') return;
  const values = [tx.tenantId, userId, before.name, before.locale, 'active', tx.now, userId, before.birth_date];
  const [after] = await tx.query<UserRow>(UPDATE_USER, values);
  if (!after) return;
  const { id, version } = after;
  tx.emit(userStatusChanged, { id, version, data: { from: before.status, to: after.status } });
  tx.state(userState, { id, version, data: toUserState(tx.tenantId, after) });
}
