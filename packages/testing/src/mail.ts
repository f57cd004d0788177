import { clearMail, type Mail, type MailCatcher, readMail as read, startMailCatcher } from '@kit/local-servers';
import { eventually } from './eventually.js';

export const startSmtpCatcher = (): Promise<MailCatcher> => startMailCatcher();

export interface WantedMail {
  to?: string;
  subject?: string | RegExp;
  /** How many there must be at least; the wait ends when they are there. */
  count?: number;
  within?: number;
}

/** Waits until the catcher has the mail asked for, and gives all that match, oldest first. */
export async function readMail(catcher: Pick<MailCatcher, 'url'>, wanted: WantedMail = {}): Promise<Mail[]> {
  const { to, subject, count = 1, within = 10_000 } = wanted;
  return eventually(
    async () => {
      const all = await read(catcher.url, { to });
      const mails = all.filter((mail) =>
        subject === undefined
          ? true
          : typeof subject === 'string'
            ? mail.subject.includes(subject)
            : subject.test(mail.subject),
      );
      if (mails.length < count) {
        const seen = all.map((mail) => `"${mail.subject}" to ${mail.to.join(', ')}`).join('; ') || 'none';
        throw new Error(`${mails.length} of ${count} mails matched; there are: ${seen}`);
      }
      return mails;
    },
    { within, every: 100 },
  );
}

export { clearMail };
