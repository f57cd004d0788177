import { isDeepStrictEqual } from 'node:util';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import type { RequestContext, Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type ChangeScim,
  type CreateScim,
  type DeleteScim,
  EMAIL_TAKEN,
  emailChanged,
  type GetScim,
  type ListScim,
  SCIM_ADDRESS_UNPROVEN,
  SCIM_UNIQUENESS,
  type ScimUser,
  type ScimUserList,
  userState,
  userStatusChanged,
} from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { requireAnAdministratorLeft } from '../../../last-administrator.js';
import { Mails } from '../../../mail/index.js';
import { seatFollowsStatus, takeSeatFor } from '../../../seats.js';
import { GrantsService } from '../../access/index.js';
import { addressChanged, type Recipient } from '../accounts.mails.js';
import { ADDRESS_TAKEN, LOCK_ADDRESS, OWN_ACCOUNT, VOID_OF_USER } from '../accounts.sql.js';
import { endSessionsOf } from '../end-sessions.js';
import { toUserState, type UserRow } from '../identity.mapper.js';
import { insertUser } from '../users.service.js';
import { attributesOf, known, type Values } from './domain/attributes.js';
import { conditionsOf } from './domain/filter.js';
import { patched } from './domain/patch.js';
import { type Person, personIn, statusAfter } from './domain/person.js';
import {
  bodyIn,
  documentOfUser,
  isId,
  listOf,
  picked,
  requireId,
  type ScimUserRow,
  toScimUser,
  windowOf,
} from './scim.mapper.js';
import {
  EXTERNAL_ID_TAKEN,
  GET_SCIM_USER,
  LET_GO,
  LOCK_BY_ADDRESS,
  LOCK_SCIM_USER,
  UPDATE_PERSON,
  UPSERT_SCIM_USER,
  usersPage,
  usersTotal,
  VERIFIED_DOMAIN,
} from './scim.sql.js';
import { ScimCaller } from './scim-caller.js';
import { ScimMembership } from './scim-membership.js';
import { requireVersion } from './versions.js';

/** People as the directory sees them: those it has brought, or taken over. Nobody else is shown to it. */
@Injectable()
export class ScimUsersService {
  constructor(
    private readonly caller: ScimCaller,
    private readonly grants: GrantsService,
    private readonly membership: ScimMembership,
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  list(ctx: RequestContext, request: ListScim): Promise<ScimUserList> {
    return this.caller.run(ctx, request, async (tx) => {
      const conditions = conditionsOf('User', request.filter);
      const { startIndex, count } = windowOf(request);
      if (conditions.id !== undefined && !isId(conditions.id)) return listOf(0, startIndex, []);
      const total = usersTotal(conditions);
      const page = usersPage(conditions, startIndex - 1, count);
      const { total: found } = await tx.one<{ total: number }>(total.statement, [tx.tenantId, ...total.values]);
      const rows = await tx.query<ScimUserRow>(page.statement, [tx.tenantId, ...page.values]);
      return listOf(
        found,
        startIndex,
        rows.map((row) => this.shown(row, request)),
      );
    });
  }

  get(ctx: RequestContext, request: GetScim): Promise<ScimUser> {
    return this.caller.run(ctx, request, async (tx) => {
      const row = await tx.one<ScimUserRow>(GET_SCIM_USER, [tx.tenantId, requireId(request.id)]);
      return this.shown(row, request);
    });
  }

  create(ctx: RequestContext, request: CreateScim): Promise<ScimUser> {
    return this.caller.run(ctx, request, async (tx) => {
      const person = personIn(known(attributesOf('User'), bodyIn(request.resource)));
      const [there] = await tx.query<UserRow>(LOCK_BY_ADDRESS, [tx.tenantId, person.email]);
      // Asked once the row is locked: of two that find the account at once, the second sees what the first one did.
      const [managed] = there ? await tx.query(GET_SCIM_USER, [tx.tenantId, there.id]) : [];
      if (managed || (there && there.kind !== 'person')) throw new Refusal(SCIM_UNIQUENESS);
      const user = there ?? (await this.insert(tx, person));
      await this.keep(tx, user.id, person, there ? 'adopted' : 'created');
      if (there) {
        tx.audit({
          action: 'platform.scim-user.adopt',
          entity: { type: 'user', id: user.id },
          changes: { externalId: person.externalId },
        });
      }
      // What the directory does not say of somebody new is that they are active.
      await this.write(tx, user, { ...person, active: person.active ?? true });
      return this.read(tx, user.id);
    });
  }

  replace(ctx: RequestContext, request: ChangeScim): Promise<ScimUser> {
    return this.change(ctx, request, () => known(attributesOf('User'), bodyIn(request.resource)));
  }

  patch(ctx: RequestContext, request: ChangeScim): Promise<ScimUser> {
    return this.change(ctx, request, (before) => patched('User', documentOfUser(before), bodyIn(request.resource)));
  }

  remove(ctx: RequestContext, request: DeleteScim): Promise<void> {
    return this.caller.run(ctx, request, async (tx) => {
      const before = await this.lock(tx, request);
      await this.membership.leaveAll(tx, before.id);
      await tx.query(LET_GO, [tx.tenantId, before.id, tx.now, tx.actorId]);
      tx.audit({ action: 'platform.scim-user.delete', entity: { type: 'user', id: before.id } });
      await this.write(tx, before, { ...before, active: false });
    });
  }

  private change(ctx: RequestContext, request: ChangeScim, wanted: (before: ScimUserRow) => Values): Promise<ScimUser> {
    return this.caller.run(ctx, request, async (tx) => {
      const before = await this.lock(tx, request);
      const document = wanted(before);
      const person = personIn(document);
      if (person.email !== before.email) await this.requireAddress(tx, before, person.email);
      const said = [person.kept, person.externalId];
      const touched = !isDeepStrictEqual(said, [before.attributes, before.external_id]);
      if (touched) await this.keep(tx, before.id, person, before.origin);
      await this.write(tx, before, person, touched);
      return this.read(tx, before.id);
    });
  }

  private async lock(tx: Tx, { id, ifMatch }: { id: string; ifMatch?: string }): Promise<ScimUserRow> {
    const row = await tx.one<ScimUserRow>(LOCK_SCIM_USER, [tx.tenantId, requireId(id)]);
    requireVersion(ifMatch, row.version);
    return row;
  }

  private async insert(tx: Tx, { email, name }: Person): Promise<UserRow> {
    const user = await insertUser(tx, { kind: 'person', email, name, passwordHash: null, vouchedFor: true }).catch(
      (error: unknown) => {
        throw error instanceof Refusal && error.code === EMAIL_TAKEN.code ? new Refusal(SCIM_UNIQUENESS) : error;
      },
    );
    await takeSeatFor(tx, user.id);
    return user;
  }

  private async keep(tx: Tx, id: string, { externalId, kept }: Person, origin: string): Promise<void> {
    if (externalId !== null) {
      const [taken] = await tx.query(EXTERNAL_ID_TAKEN, [tx.tenantId, externalId, id]);
      if (taken) throw new Refusal(SCIM_UNIQUENESS, { detail: 'The externalId is in use already.' });
    }
    await tx.query(UPSERT_SCIM_USER, [tx.tenantId, id, externalId, kept, origin, tx.now, tx.actorId]);
  }

  /** The row of the user, and what follows from each change of it. One that says nothing new changes no version. */
  private async write(
    tx: Tx,
    before: UserRow,
    { email, name, active }: Pick<Person, 'email' | 'name' | 'active'>,
    touched = false,
  ): Promise<void> {
    const { id } = before;
    const status = statusAfter(before.status, active);
    const changed = { email, name, status };
    const fields = (['email', 'name', 'status'] as const).filter((field) => before[field] !== changed[field]);
    if (fields.length === 0 && !touched) return;
    const moves = email !== before.email;
    const recipient = moves ? await tx.one<Recipient & Record<string, unknown>>(OWN_ACCOUNT, [tx.tenantId, id]) : null;
    const values = [tx.tenantId, id, email, name, status, tx.now, tx.actorId];
    const after = await tx.one<UserRow>(UPDATE_PERSON, values);
    tx.state(userState, { id, version: after.version, data: toUserState(tx.tenantId, after) });
    tx.audit({ action: 'platform.user.update', entity: { type: 'user', id }, changes: { by: 'scim', status, fields } });
    if (recipient) {
      // Links that went to the old address, or to another new one.
      await tx.query(VOID_OF_USER, [tx.tenantId, id, ['email_change', 'password_reset'], tx.now, tx.actorId]);
      await this.mails.queue(tx, addressChanged(recipient));
      tx.emit(emailChanged, { id, version: after.version, data: { by: 'directory' } });
    }
    if (status === before.status) return;
    tx.emit(userStatusChanged, { id, version: after.version, data: { from: before.status, to: status } });
    await seatFollowsStatus(tx, id, before.status, status);
    if (status === 'active') return;
    await endSessionsOf(tx, id, 'user_inactive');
    await requireAnAdministratorLeft(tx);
  }

  /**
   * Whoever says where a person's mail goes can sign in as them. Below a domain that the tenant has proved to own, its
   * directory could anyway; elsewhere the service account must hold all that the person holds.
   */
  private async requireAddress(tx: Tx, { id }: UserRow, email: string): Promise<void> {
    await tx.query(LOCK_ADDRESS, [tx.tenantId, email]);
    const [taken] = await tx.query(ADDRESS_TAKEN, [tx.tenantId, email]);
    if (taken) throw new Refusal(SCIM_UNIQUENESS);
    const [ours] = await tx.query(VERIFIED_DOMAIN, [tx.tenantId, email.slice(email.lastIndexOf('@') + 1)]);
    if (ours) return;
    await this.grants.requireNoMoreThan(tx, tx.actorId, id).catch((error: unknown) => {
      throw error instanceof Refusal && error.code !== NOT_FOUND.code ? new Refusal(SCIM_ADDRESS_UNPROVEN) : error;
    });
  }

  private async read(tx: Tx, id: string): Promise<ScimUser> {
    return toScimUser(await tx.one<ScimUserRow>(GET_SCIM_USER, [tx.tenantId, id]), this.config.apiUrl);
  }

  private shown(row: ScimUserRow, request: { attributes?: string; excludedAttributes?: string }): ScimUser {
    return picked(toScimUser(row, this.config.apiUrl), request);
  }
}
