import { NOT_FOUND, Refusal } from '@kit/contracts';
import { originIn, type RequestContext, requireOrg, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  GRANT_EXCEEDS_OWN,
  GRANT_SCOPE_INVALID,
  type GrantScope,
  INVITATION_CLOSED,
  INVITATION_EXISTS,
  type Invitation,
  type InvitationId,
  type Invite,
  invitationCreated,
  invitationExpired,
  invitationResent,
  invitationRevoked,
  MEMBERSHIP_EXISTS,
  normalizeEmail,
  ORGANIZATION_ARCHIVED,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Mails } from '../../../mail/index.js';
import { newOpaqueToken } from '../../../opaque-token.js';
import { GrantsService, type WantedGrant } from '../../access/index.js';
import { giveBack, SEATS, takeTotal } from '../../licensing/index.js';
import { readSetting } from '../../settings/index.js';
import { inDays } from './domain/expiry.js';
import { invitationMail } from './invitations.mails.js';
import { toInvitation } from './invitations.mapper.js';
import {
  END_INVITATION,
  GET_INVITATION,
  INSERT_INVITATION,
  INSERT_ROLES,
  INVITED_USER_BY_EMAIL,
  type InvitationRow,
  type InvitedUserRow,
  LOCK_INVITATION,
  LOCK_OVERDUE,
  PLACE,
  type PlaceRow,
  RENEW_INVITATION,
  ROLE_SCOPES,
} from './invitations.sql.js';

type NewInvitation = Omit<Invite, 'orgId'> & { readonly orgId?: string | null };

@Injectable()
export class InvitationsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly grants: GrantsService,
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  async create(ctx: RequestContext, request: Invite): Promise<Invitation> {
    const attempt = this.work.run(ctx, async (tx) => {
      requireOrg(tx.reach, request.orgId ?? null);
      await this.requireMayPromise(tx, userOf(ctx).userId, request.orgId ?? null, request.roleIds ?? []);
      return toInvitation(await this.invite(tx, request), tx.now);
    });
    return attempt.catch((error: unknown) => this.refused(ctx, request, error));
  }

  /**
   * Invites into the tenant of `tx`; what the inviter may promise has been asked before.
   * @throws Refusal NOT_FOUND, ORGANIZATION_ARCHIVED, INVITATION_EXISTS, MEMBERSHIP_EXISTS, LIMIT_EXCEEDED
   */
  async invite(tx: Tx, { email: given, orgId = null, roleIds = [], locale }: NewInvitation): Promise<InvitationRow> {
    const email = normalizeEmail(given);
    const place = await this.placeOf(tx, orgId);
    const [user] = await tx.query<InvitedUserRow>(INVITED_USER_BY_EMAIL, [tx.tenantId, email, orgId]);
    if (user?.member) throw new Refusal(MEMBERSHIP_EXISTS);
    await this.expireOverdue(tx, email);
    const holdsSeat = await this.takeSeat(tx, user);
    const token = newOpaqueToken(tx.tenantId);
    const id = uuidv7();
    const expiresAt = await this.expiry(tx);
    const [inserted] = await tx.query(INSERT_INVITATION, [
      tx.tenantId,
      id,
      email,
      orgId,
      locale ?? place.tenant_locale,
      token.hash,
      expiresAt,
      holdsSeat,
      tx.now,
      tx.actorId,
    ]);
    if (!inserted) throw new Refusal(INVITATION_EXISTS);
    await tx.query(INSERT_ROLES, [tx.tenantId, id, [...new Set(roleIds)], tx.now, tx.actorId]);
    const row = await tx.one<InvitationRow>(GET_INVITATION, [tx.tenantId, id]);
    await this.mail(tx, row, place, token.text);
    tx.emit(invitationCreated, { id, version: row.version, data: { orgId } });
    this.audit(tx, 'platform.invitation.create', row);
    return row;
  }

  resend(ctx: RequestContext, { id }: InvitationId): Promise<Invitation> {
    return this.work.run(ctx, async (tx) => {
      const before = await this.lock(tx, id);
      if (before.status !== 'pending' && before.status !== 'expired') throw new Refusal(INVITATION_CLOSED);
      // Whoever sends it again stands for what the first one promised.
      await this.requireMayPromise(tx, userOf(ctx).userId, before.org_id, before.role_ids);
      const place = await this.placeOf(tx, before.org_id);
      const [user] = await tx.query<InvitedUserRow>(INVITED_USER_BY_EMAIL, [tx.tenantId, before.email, before.org_id]);
      const holdsSeat = before.holds_seat || (await this.takeSeat(tx, user));
      const token = newOpaqueToken(tx.tenantId);
      const values = [token.hash, await this.expiry(tx), holdsSeat, tx.now, tx.actorId];
      const [row] = await tx.query<InvitationRow>(RENEW_INVITATION, [tx.tenantId, id, ...values]);
      if (!row) throw new Refusal(INVITATION_EXISTS);
      await this.mail(tx, row, place, token.text);
      tx.emit(invitationResent, { id, version: row.version, data: { orgId: row.org_id } });
      this.audit(tx, 'platform.invitation.resend', row);
      return toInvitation(row, tx.now);
    });
  }

  revoke(ctx: RequestContext, { id }: InvitationId): Promise<void> {
    return this.work.run(ctx, async (tx) => {
      const before = await this.lock(tx, id);
      if (before.status !== 'pending') throw new Refusal(INVITATION_CLOSED);
      const row = await this.end(tx, before, 'revoked');
      tx.emit(invitationRevoked, { id, version: row.version, data: { orgId: row.org_id } });
      this.audit(tx, 'platform.invitation.revoke', row);
    });
  }

  /** Ends those whose time is over, so that their seats are free again. */
  async expireOverdue(tx: Tx, email: string | null): Promise<void> {
    const overdue = await tx.query<InvitationRow>(LOCK_OVERDUE, [tx.tenantId, tx.now, email]);
    for (const one of overdue) {
      const row = await this.end(tx, one, 'expired');
      tx.emit(invitationExpired, { id: row.id, version: row.version, data: { orgId: row.org_id } });
    }
  }

  private async end(tx: Tx, before: InvitationRow, status: 'revoked' | 'expired'): Promise<InvitationRow> {
    if (before.holds_seat) await giveBack(tx, SEATS, 1);
    return tx.one<InvitationRow>(END_INVITATION, [tx.tenantId, before.id, status, null, tx.now, tx.actorId]);
  }

  /** What the caller cannot reach is, for them, not there. */
  private async lock(tx: Tx, id: string): Promise<InvitationRow> {
    const row = await tx.one<InvitationRow>(LOCK_INVITATION, [tx.tenantId, id]);
    if (!tx.reach.covers(row.org_id)) throw new Refusal(NOT_FOUND);
    return row;
  }

  private async placeOf(tx: Tx, orgId: string | null): Promise<PlaceRow> {
    const place = await tx.one<PlaceRow>(PLACE, [tx.tenantId, orgId]);
    if (orgId !== null && place.org_status === null) throw new Refusal(NOT_FOUND);
    if (place.org_status === 'archived') throw new Refusal(ORGANIZATION_ARCHIVED);
    return place;
  }

  /** Somebody who has a seat already needs no other. */
  private async takeSeat(tx: Tx, user: InvitedUserRow | undefined): Promise<boolean> {
    if (user?.takes_seat && (user.status === 'active' || user.status === 'invited')) return false;
    await takeTotal(tx, SEATS, 1);
    return true;
  }

  private async expiry(tx: Tx): Promise<Date> {
    return inDays(tx.now, await readSetting(tx, 'platform.invitation-days'));
  }

  private async requireMayPromise(tx: Tx, giverId: string, orgId: string | null, roleIds: string[]): Promise<void> {
    for (const wanted of await promisedGrants(tx, orgId, roleIds))
      await this.grants.requireMayGive(tx, giverId, wanted);
  }

  private async mail(tx: Tx, { email, locale, expires_at }: InvitationRow, place: PlaceRow, token: string) {
    const base = this.config.appUrl.replace('{tenant}', place.tenant_slug);
    const link = `${base}/invitation#token=${token}`;
    const to = place.org_name ?? place.tenant_name;
    await this.mails.queue(tx, { to: email, locale, ...invitationMail(locale, { to, link, until: expires_at }) });
  }

  private audit(tx: Tx, action: string, { id, org_id: orgId, role_ids: roleIds, expires_at }: InvitationRow): void {
    tx.audit({
      action,
      entity: { type: 'invitation', id },
      changes: { orgId, roleIds, expiresAt: expires_at.toISOString() },
      ...(orgId !== null && { orgId }),
    });
  }

  /** Promising more than one has is worth remembering; the attempt itself was rolled back, so this stands alone. */
  private async refused(ctx: RequestContext, { orgId, roleIds }: Invite, error: unknown): Promise<never> {
    if (error instanceof Refusal && error.code === GRANT_EXCEEDS_OWN.code) {
      await this.work.runAs(originIn(userOf(ctx).tenantId, ctx), async (tx) => {
        const entity = { type: 'invitation', id: null };
        const changes = { orgId: orgId ?? null, roleIds };
        tx.audit({ action: 'platform.invitation.create', entity, outcome: 'refused', reason: error.code, changes });
      });
    }
    throw error;
  }
}

/** Roles become grants at the place the invitation leads to. @throws Refusal NOT_FOUND, GRANT_SCOPE_INVALID */
export async function promisedGrants(tx: Tx, orgId: string | null, roleIds: readonly string[]): Promise<WantedGrant[]> {
  if (roleIds.length === 0) return [];
  const roles = await tx.query<{ id: string; scope: GrantScope }>(ROLE_SCOPES, [tx.tenantId, roleIds]);
  if (roles.length < new Set(roleIds).size) throw new Refusal(NOT_FOUND);
  return roles.map(({ id: roleId, scope: widest }) => {
    if (widest === 'user') return { roleId, scope: widest, orgId: null, expiresAt: null };
    if (orgId === null && widest === 'org') throw new Refusal(GRANT_SCOPE_INVALID, { details: { widest } });
    return { roleId, scope: orgId === null ? 'tenant' : 'org', orgId, expiresAt: null };
  });
}
