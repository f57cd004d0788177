import type { Locale } from '@kit/contracts';
import { jobOrigin, LOGGER, type Logger, QueueWorker, SYSTEM_DATABASE, type Tx, UnitOfWork } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { Mails, type NewMail } from '../../mail/index.js';
import { newOpaqueToken } from '../../opaque-token.js';
import {
  addressTaken,
  alreadyRegistered,
  confirmNewAddress,
  noPassword,
  openAccount,
  resetLink,
} from './accounts.mails.js';
import {
  CLAIM_REQUESTS,
  KNOWN_OF_ADDRESS,
  LOCK_REQUEST,
  NOTE_MAILED,
  ONE_BY_ONE,
  RENEW_TOKEN,
} from './accounts.sql.js';
import {
  type KnownOfAddress,
  MAILS_WINDOW_MS,
  RESET_MS,
  type Reply,
  type RequestKind,
  replyTo,
  VERIFICATION_MS,
} from './domain/account-request.js';

const BATCH = 10;
const CLAIM_SECONDS = 60;

interface Claimed {
  tenantId: string;
  id: string;
}

interface RequestRow extends QueryResultRow {
  id: string;
  kind: RequestKind;
  email: string;
  user_id: string | null;
  locale: Locale | null;
  created_at: Date;
  slug: string;
  tenant_status: string;
  tenant_locale: Locale;
}

type Known = KnownOfAddress & QueryResultRow & { locale: Locale | null };

/**
 * Finds out whom those who asked for an account or a password are, and mails them. Apart from the request, so that its
 * answer takes as long for an address we know as for any other.
 */
@Injectable()
export class AccountRequestsWorker extends QueueWorker<Claimed> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
    @Inject(LOGGER) log: Logger,
  ) {
    super('account requests', log);
  }

  protected override async claim(): Promise<Claimed[]> {
    const [rows] = (await this.database.query(CLAIM_REQUESTS, [BATCH, CLAIM_SECONDS])) as [Claimed[], number];
    return rows;
  }

  protected override work({ tenantId, id }: Claimed): Promise<void> {
    return this.unitOfWork.runAs(jobOrigin(tenantId, 'account-requests'), async (tx) => {
      const [request] = await tx.query<RequestRow>(LOCK_REQUEST, [tx.tenantId, id]);
      if (request) await this.reply(tx, request);
    });
  }

  private async reply(tx: Tx, request: RequestRow): Promise<void> {
    // The request's own time: that is what the one who asked was told, and counts from.
    const asked = request.created_at;
    const since = new Date(asked.getTime() - MAILS_WINDOW_MS);
    await tx.query(ONE_BY_ONE, [tx.tenantId, request.email]);
    const known = await tx.one<Known>(KNOWN_OF_ADDRESS, [tx.tenantId, request.email, since, asked]);
    const reply = request.tenant_status === 'active' ? replyTo(request.kind, known) : 'nothing';
    const token = newOpaqueToken(tx.tenantId);
    const mail = this.mailFor(reply, request, known, token.text);
    const expiresAt = new Date(asked.getTime() + (reply === 'reset_link' ? RESET_MS : VERIFICATION_MS));
    const values = [tx.tenantId, request.id, mail ? 'mailed' : 'void'];
    const stamp = [tx.now, tx.actorId];
    if (mail) await this.mails.queue(tx, mail);
    if (reply === 'open_account_again') {
      await tx.query(RENEW_TOKEN, [tx.tenantId, known.registrationId, token.hash, expiresAt, ...stamp]);
    }
    const holdsToken = reply === 'open_account' || reply === 'reset_link' || reply === 'confirm_address';
    const userId = reply === 'reset_link' ? known.userId : request.user_id;
    await tx.query(NOTE_MAILED, [
      ...values,
      holdsToken ? token.hash : null,
      holdsToken ? expiresAt : null,
      userId,
      ...stamp,
    ]);
  }

  private mailFor(reply: Reply, request: RequestRow, known: Known, token: string): NewMail | null {
    const { email, slug } = request;
    const to = { email, locale: known.locale ?? request.locale ?? request.tenant_locale };
    const app = this.config.appUrl.replace('{tenant}', slug);
    switch (reply) {
      case 'open_account':
      case 'open_account_again':
        return openAccount(to, `${app}/verify-email#token=${token}`);
      case 'already_registered':
        return alreadyRegistered(to, `${app}/forgot-password`);
      case 'reset_link':
        return resetLink(to, `${app}/reset-password#token=${token}`);
      case 'no_password':
        return noPassword(to);
      case 'confirm_address':
        return confirmNewAddress(to, `${app}/verify-email#token=${token}`);
      case 'address_taken':
        return addressTaken(to);
      case 'nothing':
        return null;
    }
  }
}
