import { readMail } from '@kit/testing';
import type { System } from './system.js';

/** The token of the link in the latest mail to somebody. */
export async function tokenMailed({ mail }: System, to: string, subject: string | RegExp): Promise<string> {
  const mails = await readMail(mail, { to, subject });
  const text = mails.at(-1)?.text ?? '';
  const token = /#token=(\S+)/.exec(text)?.[1];
  if (!token) throw new Error(`no link in the mail: ${text}`);
  return decodeURIComponent(token);
}
