import {
  type ListingReminder,
  type ListingReminderId,
  type NotificationSettings,
  type PutListingReminder,
  type PutNotificationSettings,
  SMS_INTEGRATION_UNKNOWN,
} from '@digilist/contracts';
import { Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { Integrations, requireTenant } from '../../../platform/index.js';
import { isSmsService } from '../sms/sms-of-tenants.js';
import {
  GET_REMINDER,
  GET_SETTINGS,
  PUT_REMINDER,
  PUT_SETTINGS,
  type ReminderRow,
  type SettingsRow,
} from './reminders.sql.js';

const NOTHING_SAID: NotificationSettings = { reminderHours: 24, smsIntegrationId: null, version: 0 };

/** When bookers are reminded, and by what SMS go out. */
@Injectable()
export class NotificationSettingsService {
  constructor(
    private readonly work: UnitOfWork,
    private readonly integrations: Integrations,
  ) {}

  get(ctx: RequestContext): Promise<NotificationSettings> {
    return this.work.run(ctx, read);
  }

  async put(ctx: RequestContext, { reminderHours, smsIntegrationId }: PutNotificationSettings) {
    // Who may not is refused before PLATFORM is asked.
    await this.work.run(ctx, read);
    if (smsIntegrationId !== null) await this.requireSmsService(ctx, smsIntegrationId);
    return this.work.run(ctx, async (tx): Promise<NotificationSettings> => {
      requireTenant(tx);
      const values = [tx.tenantId, reminderHours, smsIntegrationId, expectedVersion(ctx), tx.actorId];
      const [row] = await tx.query<SettingsRow & { id: string }>(PUT_SETTINGS, values);
      if (!row) throw new Refusal(STALE_VERSION);
      tx.audit({
        action: 'digilist.notification-settings.update',
        entity: { type: 'notification_settings', id: row.id },
        changes: { reminderHours, smsIntegrationId },
      });
      return settingsOf(row);
    });
  }

  reminder(ctx: RequestContext, { id }: ListingReminderId): Promise<ListingReminder> {
    return this.work.run(ctx, async (tx) => answerOf(await reminderOf(tx, id)));
  }

  putReminder(ctx: RequestContext, { id, hours }: PutListingReminder): Promise<ListingReminder> {
    return this.work.run(ctx, async (tx) => {
      const { orgId } = await reminderOf(tx, id);
      const values = [tx.tenantId, id, orgId, hours, expectedVersion(ctx), tx.actorId];
      const [row] = await tx.query(PUT_REMINDER, values);
      if (!row) throw new Refusal(STALE_VERSION);
      tx.audit({ action: 'digilist.listing.remind', entity: { type: 'listing', id }, orgId, changes: { hours } });
      return answerOf(await reminderOf(tx, id));
    });
  }

  /** @throws Refusal SMS_INTEGRATION_UNKNOWN */
  private async requireSmsService(ctx: RequestContext, id: string): Promise<void> {
    const integration = await this.integrations.readNow(userOf(ctx).tenantId, id);
    if (!isSmsService(integration)) throw new Refusal(SMS_INTEGRATION_UNKNOWN);
  }
}

async function read(tx: Tx): Promise<NotificationSettings> {
  requireTenant(tx);
  const [row] = await tx.query<SettingsRow>(GET_SETTINGS, [tx.tenantId]);
  return row ? settingsOf(row) : NOTHING_SAID;
}

const settingsOf = ({ reminderHours, smsIntegrationId, version }: SettingsRow): NotificationSettings => ({
  reminderHours,
  smsIntegrationId,
  version,
});

/** @throws Refusal NOT_FOUND, FORBIDDEN */
async function reminderOf(tx: Tx, listingId: string): Promise<ReminderRow> {
  const row = await tx.one<ReminderRow>(GET_REMINDER, [tx.tenantId, listingId]);
  requireOrg(tx.reach, row.orgId);
  return row;
}

const answerOf = ({ hours, effectiveHours, version }: ReminderRow): ListingReminder => ({
  hours,
  effectiveHours,
  version,
});
