import { Refusal, TENANT_MISMATCH, TENANT_SUSPENDED, VALIDATION_FAILED } from '@kit/contracts';
import { originIn, type RequestContext, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type AcceptedInvitation,
  type AcceptInvitation,
  GRANT_EXISTS,
  INVITATION_ADDRESS_UNVERIFIED,
  INVITATION_EXPIRED,
  INVITATION_INVALID,
  INVITATION_OUTDATED,
  invitationAccepted,
  memberAdded,
  membershipState,
  userState,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { parseOpaqueToken } from '../../../opaque-token.js';
import { GrantsService, type WantedGrant } from '../../access/index.js';
import {
  guessableWords,
  insertUser,
  Passwords,
  setFirstPassword,
  toUserState,
  type UserRow,
} from '../../identity/index.js';
import { giveBack, SEATS } from '../../licensing/index.js';
import { type MembershipRow, toMembershipState } from '../tenancy.mapper.js';
import { INSERT_MEMBERSHIP } from '../tenancy.sql.js';
import { promisedGrants } from './invitations.service.js';
import {
  END_INVITATION,
  INVITATION_BY_TOKEN,
  INVITED_USER_BY_EMAIL,
  type InvitationRow,
  type InvitedUserRow,
  LOCK_BY_TOKEN,
  LOCK_INVITED_USER,
  PLACE,
  type PlaceRow,
  WELCOME_USER,
} from './invitations.sql.js';

/** Accepting an invitation: single use, for the invited address only, in the name of whoever invited. */
@Injectable()
export class AcceptanceService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passwords: Passwords,
    private readonly grants: GrantsService,
  ) {}

  async accept(ctx: RequestContext, request: AcceptInvitation): Promise<AcceptedInvitation> {
    const token = parseOpaqueToken(request.token);
    if (!token) throw new Refusal(INVITATION_INVALID);
    const { tenantId, hash: tokenHash } = token;
    const callerId = await this.caller(ctx, tenantId);
    const { invitation, needs, words } = await this.work.runAs(originIn(tenantId, ctx), async (tx) => {
      const [found] = await tx.query<InvitationRow>(INVITATION_BY_TOKEN, [tenantId, tokenHash]);
      await this.requireOpen(tx, found);
      const user = await this.userOf(tx, found as InvitationRow, INVITED_USER_BY_EMAIL);
      const { email } = found as InvitationRow;
      return {
        invitation: found as InvitationRow,
        needs: user?.status === 'active' ? null : (user ?? 'user'),
        words: await guessableWords(tx, { email, name: request.name ?? null }),
      };
    });
    const passwordHash = needs === null ? null : await this.firstPassword(request, needs === 'user', words);
    // Whoever invited gives what was promised: it is in their name, and as much as they may give today.
    const origin = originIn(tenantId, ctx, invitation.created_by);
    return this.work.runAs(origin, async (tx) => {
      const [row] = await tx.query<InvitationRow>(LOCK_BY_TOKEN, [tenantId, tokenHash]);
      const place = await this.requireOpen(tx, row);
      return this.welcome(tx, row as InvitationRow, place, { ...request, passwordHash, callerId });
    });
  }

  /** Who is signed in accepts for themselves, and only in their own tenant. */
  private async caller(ctx: RequestContext, tenantId: string): Promise<string | null> {
    const { principal } = ctx;
    const named = await this.work.run(ctx, async (tx) => tx.tenantId);
    if (named !== tenantId) throw new Refusal(principal.kind === 'user' ? TENANT_MISMATCH : INVITATION_INVALID);
    return principal.kind === 'user' ? principal.userId : null;
  }

  private async requireOpen(tx: Tx, row: InvitationRow | undefined): Promise<PlaceRow> {
    if (!row) throw new Refusal(INVITATION_INVALID);
    if (row.status === 'expired' || (row.status === 'pending' && row.expires_at <= tx.now))
      throw new Refusal(INVITATION_EXPIRED);
    if (row.status !== 'pending') throw new Refusal(INVITATION_INVALID);
    const place = await tx.one<PlaceRow>(PLACE, [tx.tenantId, row.org_id]);
    if (place.tenant_status !== 'active') throw new Refusal(TENANT_SUSPENDED);
    if (place.org_status === 'archived') throw new Refusal(INVITATION_OUTDATED);
    return place;
  }

  private async userOf(tx: Tx, { email, org_id }: InvitationRow, read: typeof LOCK_INVITED_USER) {
    const [user] = await tx.query<InvitedUserRow>(read, [tx.tenantId, email, org_id]);
    if (user && user.status !== 'active' && user.status !== 'invited') throw new Refusal(INVITATION_INVALID);
    return user ?? null;
  }

  private async firstPassword({ name, password }: AcceptInvitation, named: boolean, words: string[]): Promise<string> {
    const missing = [...(named && name === undefined ? ['name'] : []), ...(password === undefined ? ['password'] : [])];
    if (missing.length > 0 || password === undefined) {
      const errors = missing.map((path) => ({ path, code: 'REQUIRED', message: `${path} must be given` }));
      throw new Refusal(VALIDATION_FAILED, { errors });
    }
    return this.passwords.hash(password, { words });
  }

  private async welcome(
    tx: Tx,
    invitation: InvitationRow,
    place: PlaceRow,
    { name, passwordHash, callerId }: { name?: string; passwordHash: string | null; callerId: string | null },
  ): Promise<AcceptedInvitation> {
    const { id, email, org_id: orgId, locale } = invitation;
    const known = await this.userOf(tx, invitation, LOCK_INVITED_USER);
    if (callerId !== null && known?.id !== callerId) throw new Refusal(INVITATION_ADDRESS_UNVERIFIED);
    if (known?.status !== 'active' && passwordHash === null) throw new Refusal(INVITATION_INVALID);
    const userId =
      known?.id ?? (await insertUser(tx, { kind: 'person', email, name: name ?? email, locale, passwordHash })).id;
    await this.settle(tx, invitation, userId, known, { name, passwordHash });
    if (orgId !== null) await this.join(tx, userId, orgId);
    await this.grantPromised(tx, userId, invitation);
    const row = await tx.one<InvitationRow>(END_INVITATION, [tx.tenantId, id, 'accepted', userId, tx.now, tx.actorId]);
    tx.emit(invitationAccepted, { id, version: row.version, data: { orgId, userId } });
    tx.audit({
      action: 'platform.invitation.accept',
      entity: { type: 'invitation', id },
      actor: { kind: 'user', id: userId },
      changes: { userId, orgId, roleIds: row.role_ids },
      ...(orgId !== null && { orgId }),
    });
    return { userId, tenant: place.tenant_slug, email, orgId };
  }

  /** The seat that the invitation held is the user's now, or free again where the user has one already. */
  private async settle(
    tx: Tx,
    { holds_seat: holdsSeat }: InvitationRow,
    userId: string,
    known: InvitedUserRow | null,
    { name, passwordHash }: { name?: string; passwordHash: string | null },
  ): Promise<void> {
    const opens = known?.status === 'invited' && passwordHash !== null;
    if (holdsSeat && known?.takes_seat) await giveBack(tx, SEATS, 1);
    if (opens) await setFirstPassword(tx, userId, passwordHash);
    if (known && !opens && !holdsSeat) return;
    const values = [tx.tenantId, userId, opens, holdsSeat, opens ? (name ?? null) : null, tx.now, tx.actorId];
    const user = await tx.one<UserRow>(WELCOME_USER, values);
    tx.state(userState, { id: userId, version: user.version, data: toUserState(tx.tenantId, user) });
  }

  private async join(tx: Tx, userId: string, orgId: string): Promise<void> {
    const values = [tx.tenantId, uuidv7(), userId, orgId, tx.now, tx.actorId];
    const [row] = await tx.query<MembershipRow>(INSERT_MEMBERSHIP, values);
    if (!row) return;
    const { id, version } = row;
    tx.emit(memberAdded, { id, version, data: { orgId, userId } });
    tx.state(membershipState, { id, version, data: toMembershipState(tx.tenantId, row) });
  }

  private async grantPromised(tx: Tx, userId: string, invitation: InvitationRow): Promise<void> {
    const outdated = (error: unknown): never => {
      throw error instanceof Refusal ? new Refusal(INVITATION_OUTDATED, { details: { reason: error.code } }) : error;
    };
    const wanted = await promisedGrants(tx, invitation.org_id, invitation.role_ids).catch(outdated);
    for (const grant of wanted) await this.give(tx, userId, grant).catch(outdated);
  }

  private async give(tx: Tx, userId: string, grant: WantedGrant): Promise<void> {
    try {
      await this.grants.giveOwn(tx, userId, grant);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== GRANT_EXISTS.code) throw error;
    }
  }
}
