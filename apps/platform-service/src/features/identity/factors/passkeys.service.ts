import { type ErrorCode, NOT_FOUND, type PageQuery, Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import {
  type AuthenticateWithPasskey,
  type CreatePasskey,
  LAST_FACTOR,
  PASSKEY_LIMIT,
  PASSKEY_REGISTRATION_INVALID,
  PASSKEY_TAKEN,
  type Passkey,
  type PasskeyOptions,
  type PasskeyPage,
  type Tokens,
  type UpdatePasskey,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { endSessionsOf } from '../end-sessions.js';
import { SignIn } from '../sign-in.js';
import { changingFactors } from './changing-factors.js';
import { FactorNotices } from './factor-notices.js';
import type { Holder } from './holder.js';
import { Passkeys } from './passkeys.js';
import { GET_PASSKEY, INSERT_PASSKEY, LIST_PASSKEYS, REMOVE_PASSKEY, RENAME_PASSKEY } from './passkeys.sql.js';

const MOST_PASSKEYS = 20;

interface PasskeyRow extends QueryResultRow {
  id: string;
  name: string;
  backed_up: boolean;
  created_at: Date;
  last_used_at: Date | null;
  suspect_since: Date | null;
  version: number;
}

/** The passkeys of whoever is signed in, and signing in with one. */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly passkeys: Passkeys,
    private readonly notices: FactorNotices,
    private readonly signIn: SignIn,
  ) {}

  beginRegistration(ctx: RequestContext): Promise<PasskeyOptions> {
    return changingFactors(this.work, ctx, async (tx, holder) => {
      requireRoom(holder);
      return { options: { ...(await this.passkeys.registrationOptions(tx, holder)) } };
    });
  }

  async create(ctx: RequestContext, { name, credential }: CreatePasskey): Promise<Passkey> {
    const outcome = await changingFactors(this.work, ctx, (tx, holder) => this.add(tx, holder, name, credential));
    if (outcome instanceof Refusal) throw outcome;
    return outcome;
  }

  list(ctx: RequestContext, page: PageQuery): Promise<PasskeyPage> {
    const { keys, fetch } = pageStart(page, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, userOf(ctx).userId, keys?.[0] ?? null, fetch];
      const rows = await tx.query<PasskeyRow>(LIST_PASSKEYS, values);
      return pageOfRows(page, rows, (row) => [row.id], toPasskey);
    });
  }

  get(ctx: RequestContext, id: string): Promise<Passkey> {
    return this.work.run(ctx, async (tx) =>
      toPasskey(await tx.one<PasskeyRow>(GET_PASSKEY, [tx.tenantId, userOf(ctx).userId, id])),
    );
  }

  rename(ctx: RequestContext, { id, name }: UpdatePasskey): Promise<Passkey> {
    return this.work.run(ctx, async (tx) => {
      const { userId } = userOf(ctx);
      await tx.one(GET_PASSKEY, [tx.tenantId, userId, id]);
      const values = [tx.tenantId, userId, id, name, tx.now, expectedVersion(ctx)];
      const [row] = await tx.query<PasskeyRow>(RENAME_PASSKEY, values);
      if (!row) throw new Refusal(STALE_VERSION);
      tx.audit({ action: 'platform.passkey.update', entity: { type: 'passkey', id }, changes: { fields: ['name'] } });
      return toPasskey(row);
    });
  }

  remove(ctx: RequestContext, id: string): Promise<void> {
    return changingFactors(this.work, ctx, async (tx, holder) => {
      const [removed] = await tx.query<{ id: string; name: string; version: number }>(REMOVE_PASSKEY, [
        tx.tenantId,
        holder.id,
        tx.now,
        holder.id,
        id,
      ]);
      if (!removed) throw new Refusal(NOT_FOUND);
      if (holder.passkeys === 1 && holder.password_hash === null && holder.providers === 0) {
        throw new Refusal(LAST_FACTOR);
      }
      this.notices.removed(tx, holder, 'passkey', removed);
      await this.notices.mail(tx, holder, { kind: 'passkey_removed', name: removed.name });
      await endSessionsOf(tx, holder.id, 'factors_changed', userOf(ctx).sessionId);
    });
  }

  beginAuthentication(ctx: RequestContext): Promise<PasskeyOptions> {
    return this.work.run(ctx, async (tx) => ({ options: { ...(await this.passkeys.authenticationOptions(tx)) } }));
  }

  async authenticate(ctx: RequestContext, { credential }: AuthenticateWithPasskey): Promise<Tokens> {
    const outcome = await this.work.run(ctx, async (tx) => {
      const holder = await this.passkeys.asserted(tx, credential);
      if (holder instanceof Refusal) return holder;
      const { id: userId, slug } = holder;
      return this.signIn.begin(tx, ctx, { userId, slug, methods: ['hwk', 'mfa'] });
    });
    if (outcome instanceof Refusal) throw outcome;
    if (!outcome) throw new Error('a passkey of an active user begins no session');
    return this.signIn.tokens(outcome, ctx.now);
  }

  /** Answers what is wrong with the credential instead of throwing it: its challenge stays taken. */
  private async add(
    tx: Tx,
    holder: Holder,
    name: string,
    credential: Record<string, unknown>,
  ): Promise<Passkey | Refusal> {
    requireRoom(holder);
    const registered = await this.passkeys.registered(tx, holder, credential);
    if (!registered) return refused(tx, PASSKEY_REGISTRATION_INVALID);
    const { credential: made, aaguid, credentialBackedUp } = registered;
    const [row] = await tx.query<PasskeyRow>(INSERT_PASSKEY, [
      tx.tenantId,
      uuidv7(),
      holder.id,
      name,
      made.id,
      Buffer.from(made.publicKey),
      made.counter,
      made.transports ?? [],
      aaguid,
      credentialBackedUp,
      tx.now,
    ]);
    if (!row) return refused(tx, PASSKEY_TAKEN);
    this.notices.added(tx, holder, 'passkey', row);
    await this.notices.mail(tx, holder, { kind: 'passkey_added', name });
    return toPasskey(row);
  }
}

function refused(tx: Tx, reason: ErrorCode): Refusal {
  const entity = { type: 'user', id: tx.actorId };
  tx.audit({ action: 'platform.factor.add', entity, outcome: 'refused', reason: reason.code });
  return new Refusal(reason);
}

function requireRoom({ passkeys }: Holder): void {
  if (passkeys >= MOST_PASSKEYS) throw new Refusal(PASSKEY_LIMIT);
}

const toPasskey = (row: PasskeyRow): Passkey => ({
  id: row.id,
  name: row.name,
  backedUp: row.backed_up,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  suspectSince: row.suspect_since?.toISOString() ?? null,
  version: row.version,
});
