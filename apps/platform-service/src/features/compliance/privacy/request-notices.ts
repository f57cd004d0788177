import type { Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import type { LocaleCode } from '@platform/contracts';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { Mails } from '../../../mail/index.js';
import { localeOf, type PersonRow } from './person.js';
import { answeredMail, exportReadyMail, extendedMail, overdueMail, receivedMail } from './privacy.mails.js';
import { REQUEST_MANAGERS, type RequestRow } from './requests.sql.js';

/** What people are told about their requests, and administrators about late ones. */
@Injectable()
export class RequestNotices {
  constructor(
    private readonly mails: Mails,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  received(tx: Tx, person: PersonRow, row: RequestRow): Promise<void> {
    return this.tell(tx, person, receivedMail(localeOf(person), mailOf(row, person)));
  }

  extended(tx: Tx, person: PersonRow, row: RequestRow, text: string): Promise<void> {
    return this.tell(tx, person, extendedMail(localeOf(person), { ...mailOf(row, person), text }));
  }

  exportReady(tx: Tx, person: PersonRow, row: RequestRow, until: Date): Promise<void> {
    const link = `${this.config.appUrl.replace('{tenant}', person.slug)}/privacy/requests/${row.id}`;
    return this.tell(tx, person, exportReadyMail(localeOf(person), { ...mailOf(row, person), dueAt: until, link }));
  }

  answered(tx: Tx, person: PersonRow, row: RequestRow, met: boolean, text?: string): Promise<void> {
    const mail = answeredMail(localeOf(person), { ...mailOf(row, person), ...(text !== undefined && { text }) }, met);
    return this.tell(tx, person, mail);
  }

  /** The last mail somebody gets: when it is sent, the address goes too. */
  erased(tx: Tx, person: PersonRow, row: RequestRow): Promise<void> {
    return this.tell(tx, person, answeredMail(localeOf(person), mailOf(row, person), true), true);
  }

  async overdue(tx: Tx, row: RequestRow, timezone: string): Promise<void> {
    const managers = await tx.query<{ email: string; locale: LocaleCode }>(REQUEST_MANAGERS, [tx.tenantId, tx.now]);
    for (const { email, locale } of managers) {
      const mail = overdueMail(locale, { kind: row.kind, dueAt: row.due_at, timezone });
      await this.mails.queue(tx, { to: email, locale, ...mail });
    }
  }

  private async tell(
    tx: Tx,
    person: PersonRow,
    mail: { subject: string; body: string },
    forget = false,
  ): Promise<void> {
    if (person.erased_at) return;
    await this.mails.queue(tx, { to: person.email, locale: localeOf(person), ...mail, forget });
  }
}

const mailOf = (row: RequestRow, person: PersonRow) => ({
  kind: row.kind,
  dueAt: row.due_at,
  timezone: person.timezone,
});
