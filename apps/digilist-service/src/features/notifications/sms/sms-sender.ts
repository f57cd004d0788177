/** What one short message needs. */
export interface Sms {
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

/** Hands short messages to a service that sends them. */
export interface SmsSender {
  /**
   * Answers the service's own id of the message.
   * @throws SmsRefused: it will not be sent, and trying again changes nothing. Anything else: perhaps later.
   */
  send(sms: Sms): Promise<string>;
}

/** The service said no. `message` is for staff: no secrets. */
export class SmsRefused extends Error {}
