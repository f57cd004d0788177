import {
  type DeliveryChannel,
  NOTIFICATION_EVENTS,
  NOTIFICATION_GROUPS,
  type NotificationChoices,
  type NotificationPreferences,
  PHONE_NOT_VERIFIED,
  type PutNotificationPreferences,
} from '@digilist/contracts';
import { Refusal, STALE_VERSION } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { ABOUT_EVENTS } from '../domain/about-events.js';
import { GET_PREFERENCES, type PreferenceRow, PUT_PREFERENCES } from './preferences.sql.js';

const DEFAULT_CHANNELS: readonly DeliveryChannel[] = ['email', 'in_app'];
const ALWAYS_BY_EMAIL = NOTIFICATION_EVENTS.filter((event) => ABOUT_EVENTS[event].mandatory);

const NOTHING_SAID: PreferenceRow = { choices: {}, dailyDigest: false, phone: null, phoneToVerify: null, version: 0 };

export function preferencesOf(row: PreferenceRow = NOTHING_SAID): NotificationPreferences {
  const { choices, dailyDigest, phone, phoneToVerify, version } = row;
  const channels = Object.fromEntries(
    NOTIFICATION_GROUPS.map((group) => [group, choices[group] ?? [...DEFAULT_CHANNELS]]),
  );
  return {
    channels: channels as unknown as NotificationChoices,
    dailyDigest,
    alwaysByEmail: [...ALWAYS_BY_EMAIL],
    phone,
    phoneToVerify,
    version,
  };
}

/** How the caller wants to be told. */
@Injectable()
export class PreferencesService {
  constructor(private readonly work: UnitOfWork) {}

  get(ctx: RequestContext): Promise<NotificationPreferences> {
    return this.work.run(ctx, async (tx) => {
      const [row] = await tx.query<PreferenceRow>(GET_PREFERENCES, [tx.tenantId, userOf(ctx).userId]);
      return preferencesOf(row);
    });
  }

  put(ctx: RequestContext, { channels, dailyDigest }: PutNotificationPreferences): Promise<NotificationPreferences> {
    const { userId } = userOf(ctx);
    const bySms = NOTIFICATION_GROUPS.some((group) => channels[group].includes('sms'));
    return this.work.run(ctx, async (tx) => {
      const [before] = await tx.query<PreferenceRow>(GET_PREFERENCES, [tx.tenantId, userId]);
      if (bySms && !before?.phone) throw new Refusal(PHONE_NOT_VERIFIED);
      const choices = Object.fromEntries(NOTIFICATION_GROUPS.map((group) => [group, [...new Set(channels[group])]]));
      const values = [tx.tenantId, userId, JSON.stringify(choices), dailyDigest, expectedVersion(ctx)];
      const [row] = await tx.query<PreferenceRow>(PUT_PREFERENCES, values);
      if (!row) throw new Refusal(STALE_VERSION);
      tx.audit({
        action: 'digilist.notification-preference.update',
        entity: { type: 'user', id: userId },
        changes: { channels: choices, dailyDigest },
      });
      return preferencesOf(row);
    });
  }
}
