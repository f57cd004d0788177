import { Inject, Injectable } from '@nestjs/common';
import { Integrations, type ReadableIntegration } from '../../../platform/index.js';
import { NOTIFICATION_SETTINGS, type NotificationSettings } from '../notifications.settings.js';
import { type Sms, SmsRefused, type SmsSender } from './sms-sender.js';
import { type TwilioAccount, TwilioSms } from './twilio-sms.js';

export const SMS_KIND = 'digilist.sms';

/** Whether SMS can be sent through this connection. */
export const isSmsService = (integration: ReadableIntegration | null): integration is ReadableIntegration =>
  integration?.kind === SMS_KIND && integration.status === 'active';

/** Sends by the service that each tenant has an account at. */
@Injectable()
export class SmsOfTenants {
  constructor(
    private readonly integrations: Integrations,
    @Inject(NOTIFICATION_SETTINGS) private readonly settings: NotificationSettings,
  ) {}

  /** @throws SmsRefused also where the tenant has no service any more */
  async send(tenantId: string, integrationId: string | null, sms: Sms): Promise<string> {
    return (await this.senderOf(tenantId, integrationId)).send(sms);
  }

  private async senderOf(tenantId: string, integrationId: string | null): Promise<SmsSender> {
    const integration = integrationId && (await this.integrations.read(tenantId, integrationId));
    if (!integration || !isSmsService(integration)) throw new SmsRefused('the tenant has no active SMS service');
    return new TwilioSms(this.settings.smsUrl, integration.config as unknown as TwilioAccount);
  }
}
