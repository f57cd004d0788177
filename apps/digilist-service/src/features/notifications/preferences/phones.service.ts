import { createHash, randomInt } from 'node:crypto';
import {
  type AskPhone,
  type NotificationPreferences,
  PHONE_CODE_INVALID,
  PHONE_CODE_TOO_SOON,
  SMS_NOT_CONFIGURED,
  SMS_UNAVAILABLE,
  type VerifyPhone,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { LOGGER, type Logger, type RequestContext, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { SmsOfTenants } from '../sms/sms-of-tenants.js';
import { preferencesOf } from './preferences.service.js';
import { ASK_PHONE, type PreferenceRow, REMOVE_PHONE, SMS_INTEGRATION, VERIFY_PHONE } from './preferences.sql.js';

const CODE_MINUTES = 10;
const CODE_TRIES = 5;
const SECONDS_BETWEEN = 60;
/** Each one costs the municipality money, and somebody a disturbance when the number is not the caller's. */
const CODES_A_DAY = 5;

const TEXT = {
  nb: (code: string, tenant: string) => `${code} er koden din hos ${tenant}. Den gjelder i ti minutter.`,
  nn: (code: string, tenant: string) => `${code} er koden din hos ${tenant}. Han gjeld i ti minutt.`,
  en: (code: string, tenant: string) => `${code} is your code at ${tenant}. It is valid for ten minutes.`,
};

/** Numbers to which SMS go: only those whose owner has proved to have them. */
@Injectable()
export class PhonesService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly sms: SmsOfTenants,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async ask(ctx: RequestContext, { phone }: AskPhone): Promise<NotificationPreferences> {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const { answer, tenant, integrationId } = await this.note(ctx, phone, code);
    try {
      await this.sms.send(userOf(ctx).tenantId, integrationId, { to: phone, text: TEXT[ctx.locale](code, tenant) });
    } catch (error) {
      this.log.warn({ err: error }, 'a code could not be sent by SMS');
      throw new Refusal(SMS_UNAVAILABLE, { retryAfter: SECONDS_BETWEEN });
    }
    return answer;
  }

  /** Network calls belong outside of transactions: the code is noted first, and good for nothing if it never arrives. */
  private note(ctx: RequestContext, phone: string, code: string) {
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const { tenant, id } = await tx.one<{ tenant: string; id: string | null }>(SMS_INTEGRATION, [tx.tenantId]);
      if (id === null) throw new Refusal(SMS_NOT_CONFIGURED);
      const limits = [CODE_MINUTES, SECONDS_BETWEEN, CODES_A_DAY];
      const values = [tx.tenantId, userId, phone, hashOf(tx, userId, code), tx.now, ...limits];
      const [row] = await tx.query<PreferenceRow>(ASK_PHONE, values);
      if (!row) throw new Refusal(PHONE_CODE_TOO_SOON, { retryAfter: SECONDS_BETWEEN });
      tx.audit({ action: 'digilist.notification-phone.ask', entity: { type: 'user', id: userId } });
      return { answer: preferencesOf(row), tenant, integrationId: id };
    });
  }

  async verify(ctx: RequestContext, { code }: VerifyPhone): Promise<NotificationPreferences> {
    const { userId } = userOf(ctx);
    // A wrong try counts, so it is committed before it is refused.
    const row = await this.work.run(ctx, async (tx) => {
      const values = [tx.tenantId, userId, hashOf(tx, userId, code), tx.now, CODE_TRIES];
      const [tried] = await tx.query<PreferenceRow & { right: boolean }>(VERIFY_PHONE, values);
      const outcome = tried?.right ? 'done' : 'refused';
      tx.audit({ action: 'digilist.notification-phone.verify', entity: { type: 'user', id: userId }, outcome });
      return tried?.right ? tried : null;
    });
    if (!row) throw new Refusal(PHONE_CODE_INVALID);
    return preferencesOf(row);
  }

  remove(ctx: RequestContext): Promise<void> {
    const { userId } = userOf(ctx);
    return this.work.run(ctx, async (tx) => {
      const gone = await tx.query(REMOVE_PHONE, [tx.tenantId, userId]);
      if (gone.length > 0)
        tx.audit({ action: 'digilist.notification-phone.remove', entity: { type: 'user', id: userId } });
    });
  }
}

/** Of six digits nothing is secret for long; it is only not written down. */
const hashOf = ({ tenantId }: Tx, userId: string, code: string): Buffer =>
  createHash('sha256').update(`${tenantId} ${userId} ${code}`).digest();
