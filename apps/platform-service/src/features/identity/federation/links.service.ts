import { NOT_FOUND, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import {
  type AccountLink,
  type AccountLinkPage,
  type AccountLinkStart,
  accountUnlinked,
  LAST_FACTOR,
  RETURN_URL_NOT_ALLOWED,
  type RedeemSignInCode,
  SIGN_IN_CODE_INVALID,
  type StartAccountLink,
} from '@platform/contracts';
import type { QueryResultRow } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Mails } from '../../../mail/index.js';
import { newOpaqueToken } from '../../../opaque-token.js';
import { Vault } from '../../../secrets/index.js';
import { type EndedSession, sessionsEnded } from '../end-sessions.js';
import { requireFreshAuthentication } from '../factors/freshness.js';
import { type Holder, lockHolder } from '../factors/holder.js';
import { FederatedAccounts, hasAddress } from './accounts.js';
import { END_SESSIONS_OF_LINK, FIND_OWN_LINK, LIST_LINKS, OTHER_LINKS, UNLINK } from './accounts.sql.js';
import { ANNOUNCE_LINK, NOTE_SESSION } from './attempts.sql.js';
import { Directory } from './directory.js';
import { appUrlOf, returnUrl } from './domain/return-to.js';
import { type LinkNotice, linkMail } from './federation.mails.js';
import { startUrlOf } from './providers.mapper.js';
import { redeem } from './redemption.service.js';
import { secretsPlace, type WaitingPerson } from './sign-in-attempts.service.js';

const TICKET_SECONDS = 60;

interface LinkListRow extends QueryResultRow {
  id: string;
  provider: string;
  provider_name: string;
  created_at: Date;
  last_used_at: Date | null;
}

/** The ways in through identity providers that somebody keeps for themselves. */
@Injectable()
export class LinksService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly directory: Directory,
    private readonly accounts: FederatedAccounts,
    private readonly vault: Vault,
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  list(ctx: RequestContext, page: PageQuery): Promise<AccountLinkPage> {
    const { keys, fetch } = pageStart(page, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, userOf(ctx).userId, keys?.[0] ?? null, fetch];
      const rows = await tx.query<LinkListRow>(LIST_LINKS, values);
      return pageOfRows(page, rows, (row) => [row.id], toLink);
    });
  }

  /** A ticket for the way to the provider: a browser that goes there sends no token. */
  start(ctx: RequestContext, { provider: key, returnTo }: StartAccountLink): Promise<AccountLinkStart> {
    const { tenantSlug, userId } = userOf(ctx);
    const address = returnUrl(appUrlOf(this.config.appUrl, tenantSlug), returnTo);
    if (address === null) throw new Refusal(RETURN_URL_NOT_ALLOWED);
    return this.work.run(ctx, async (tx) => {
      const provider = await this.directory.open(tx, key);
      await requireFreshAuthentication(tx, ctx);
      const ticket = newOpaqueToken(tx.tenantId);
      const expires = new Date(tx.now.getTime() + TICKET_SECONDS * 1000);
      await tx.query(ANNOUNCE_LINK, [
        ...[tx.tenantId, uuidv7(), provider.id, address, userId, ticket.hash, expires, tx.now],
      ]);
      tx.audit({
        action: 'platform.account-link.start',
        entity: { type: 'identity_provider', id: provider.id },
        changes: { userId, provider: provider.key },
      });
      const location = new URL(startUrlOf(this.config, tenantSlug, provider.id));
      location.searchParams.set('link', ticket.text);
      return { location: location.href, expiresIn: TICKET_SECONDS };
    });
  }

  /**
   * Whoever confirms must be who began: else somebody sent off with another's ticket would link their own identity to
   * that other account.
   */
  async confirm(ctx: RequestContext, request: RedeemSignInCode): Promise<AccountLink> {
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const row = await redeem(tx, request, 'link');
      if (row?.user_id !== userId || row.secrets_sealed === null) throw new Refusal(SIGN_IN_CODE_INVALID);
      const sealed = await this.vault.open(tx, row.secrets_sealed, secretsPlace(row.id, userId));
      const person = JSON.parse(sealed.reveal()) as WaitingPerson;
      const link = await this.accounts.link(tx, userId, { id: row.provider_id, key: row.provider }, person);
      await tx.query(NOTE_SESSION, [tx.tenantId, row.id, null]);
      const holder = await lockHolder(tx, userId);
      if (holder) await this.tell(tx, holder, 'linked', row.provider_name);
      const { provider, provider_name } = row;
      return toLink({ ...link, provider, provider_name });
    });
  }

  async unlink(ctx: RequestContext, id: string): Promise<void> {
    const { userId, sessionId } = userOf(ctx);
    await this.work.run(ctx, async (tx) => {
      const holder = await lockHolder(tx, userId);
      const [link] = await tx.query<{ provider: string }>(FIND_OWN_LINK, [tx.tenantId, id, userId]);
      if (!link || !holder) throw new Refusal(NOT_FOUND);
      await requireFreshAuthentication(tx, ctx);
      const { links } = await tx.one<{ links: number }>(OTHER_LINKS, [tx.tenantId, userId, id]);
      if (holder.password_hash === null && holder.passkeys === 0 && links === 0) throw new Refusal(LAST_FACTOR);
      const { version } = await tx.one<{ version: number }>(UNLINK, [tx.tenantId, id, tx.now, userId]);
      const values = [tx.tenantId, userId, link.provider, sessionId, tx.now];
      await sessionsEnded(tx, await tx.query<EndedSession>(END_SESSIONS_OF_LINK, values), 'factors_changed');
      tx.emit(accountUnlinked, { id, version, data: { userId, provider: link.provider } });
      tx.audit({
        action: 'platform.account-link.delete',
        entity: { type: 'account_link', id },
        changes: { userId, provider: link.provider },
      });
      await this.tell(tx, holder, 'unlinked', link.provider);
    });
  }

  private async tell(tx: Tx, { email, locale, slug }: Holder, notice: LinkNotice, provider: string): Promise<void> {
    if (!hasAddress(email)) return;
    const mail = linkMail(notice, locale, { provider, link: appUrlOf(this.config.appUrl, slug) });
    await this.mails.queue(tx, { to: email, locale, ...mail });
  }
}

const toLink = (row: LinkListRow): AccountLink => ({
  id: row.id,
  provider: row.provider,
  providerName: row.provider_name,
  linkedAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
});
