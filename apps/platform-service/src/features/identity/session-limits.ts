import type { Tx } from '@kit/service';
import type { PlatformConfig } from '../../config.js';
import { readPlatformSettings } from '../settings/index.js';

/** Hours a session lasts unused, and at most: what the tenant decides, within what this installation allows. */
export async function sessionLimits(
  tx: Tx,
  { sessionIdleHours, sessionAbsoluteHours }: Pick<PlatformConfig, 'sessionIdleHours' | 'sessionAbsoluteHours'>,
): Promise<Pick<PlatformConfig, 'sessionIdleHours' | 'sessionAbsoluteHours'>> {
  const policy = await readPlatformSettings(tx, ['platform.session-idle-minutes', 'platform.session-absolute-hours']);
  const idleMinutes = policy['platform.session-idle-minutes'];
  return {
    sessionIdleHours: Math.min(sessionIdleHours, idleMinutes === null ? Infinity : idleMinutes / 60),
    sessionAbsoluteHours: Math.min(sessionAbsoluteHours, policy['platform.session-absolute-hours'] ?? Infinity),
  };
}
