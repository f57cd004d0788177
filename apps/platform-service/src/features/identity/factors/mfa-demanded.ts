import type { Tx } from '@kit/service';
import { readSetting } from '../../settings/index.js';

/** Whether the tenant lets nobody in by one factor. */
export const mfaDemanded = (tx: Tx): Promise<boolean> => readSetting(tx, 'platform.mfa-required');
