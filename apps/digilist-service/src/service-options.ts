import { randomUUID } from 'node:crypto';
import { newTraceparent, type PublicJwk, type ServiceOptions } from '@kit/service';
import { listSigningKeys } from '@platform/contracts';
import { appModule } from './app.module.js';
import type { DigilistConfig } from './config.js';
import { ForeignRows, PRODUCT, WhoMay } from './platform/index.js';

const KEYS_TIMEOUT_MS = 2_000;

/** How DIGILIST runs; the tests start it the same way. */
export const serviceOptions = (config: DigilistConfig): ServiceOptions => ({
  context: 'digilist',
  productKey: PRODUCT,
  config,
  module: appModule(config),
  authority: WhoMay,
  notFoundObserver: ForeignRows,
  keys:
    ({ rpc }) =>
    async () => {
      const caller = { requestId: randomUUID(), traceparent: newTraceparent(), deadline: Date.now() + KEYS_TIMEOUT_MS };
      const { keys } = await rpc.call(caller, listSigningKeys, {});
      return keys as PublicJwk[];
    },
});
