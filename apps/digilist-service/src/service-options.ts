import type { ServiceOptions } from '@kit/service';
import { appModule } from './app.module.js';
import type { DigilistConfig } from './config.js';
import { ForeignRows, PRODUCT, signingKeysOf, WhoMay } from './platform/index.js';

/** How DIGILIST runs; the tests start it the same way. */
export const serviceOptions = (config: DigilistConfig): ServiceOptions => ({
  context: 'digilist',
  productKey: PRODUCT,
  config,
  module: appModule(config),
  authority: WhoMay,
  notFoundObserver: ForeignRows,
  keys: ({ rpc }) => signingKeysOf(rpc),
});
