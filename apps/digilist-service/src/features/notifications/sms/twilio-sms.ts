import { type Sms, SmsRefused, type SmsSender } from './sms-sender.js';

const TIMEOUT_MS = 10_000;

/** As the integration of kind `digilist.sms` holds it. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** Number or alphanumeric sender id, at most eleven letters. */
  readonly sender: string;
}

/**
 * Twilio's Programmable Messaging, https://www.twilio.com/docs/messaging/api/message-resource: a form, Basic
 * authentication, 201 with the message's `sid`; a refusal is JSON with `code` and `message`. It knows no idempotency key.
 */
export class TwilioSms implements SmsSender {
  constructor(
    private readonly baseUrl: string,
    private readonly account: TwilioAccount,
  ) {}

  async send({ to, text }: Sms): Promise<string> {
    const { accountSid, authToken, sender } = this.account;
    const response = await fetch(`${this.baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
      body: new URLSearchParams({ To: to, From: sender, Body: text }),
      // Nothing but the service itself may see the credentials.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = (await response.json().catch(() => ({}))) as { sid?: string; code?: number; message?: string };
    if (response.ok && answer.sid) return answer.sid;
    const problem = `the SMS service answered ${response.status}: ${answer.code ?? ''} ${answer.message ?? ''}`.trim();
    // Too many at once, or its own trouble: later. Anything else it will say again.
    if (response.status === 429 || response.status >= 500 || response.ok) throw new Error(problem);
    throw new SmsRefused(problem);
  }
}
