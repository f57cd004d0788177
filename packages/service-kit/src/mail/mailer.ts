import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { type Secret, secret, text } from '../config/config.js';

export const MAIL_SETTINGS = Symbol('mail settings');

/** Variables of the environment that sending needs. */
export const mailFields = {
  smtpUrl: secret('SMTP_URL'),
  mailFrom: text('MAIL_FROM', 'No reply <no-reply@localhost>'),
} as const;

export interface MailSettings {
  smtpUrl: Secret;
  /** `Name <address>`; the name shown is the tenant's. */
  mailFrom: string;
}

export interface Mail {
  id: string;
  recipient: string;
  subject: string;
  body: string;
  /** The same for mail programs that show HTML. */
  html?: string;
  locale: string;
  tenantName: string;
}

const TIMEOUT_MS = 10_000;

/** Hands mails to the mail server. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly transport: Transporter;
  private readonly address: string;

  constructor(@Inject(MAIL_SETTINGS) { smtpUrl, mailFrom }: MailSettings) {
    this.address = /<([^<>\s]+@[^<>\s]+)>/.exec(mailFrom)?.[1] ?? mailFrom.trim();
    this.transport = createTransport({
      url: smtpUrl.reveal(),
      pool: true,
      maxConnections: 5,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // Only text of ours is sent: nothing may be read from disk or fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Answers the Message-ID, which a second attempt repeats. */
  async send({ id, recipient, subject, body, html, locale, tenantName }: Mail): Promise<string> {
    const messageId = `<${id}@${this.address.split('@')[1]}>`;
    await this.transport.sendMail({
      messageId,
      from: { name: tenantName, address: this.address },
      to: { name: '', address: recipient },
      subject,
      text: body,
      ...(html !== undefined && { html }),
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': locale },
    });
    return messageId;
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}
