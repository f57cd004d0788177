import type { ServiceOptions } from '@kit/service';
import { appModule } from './app.module.js';
import type { DigilistConfig } from './config.js';
import { ForeignRows, PRODUCT, signingKeysOf, WhoMay } from './platform/index.js';

/** Operations that may change something without an audit record. */
export const UNAUDITED = {
  createQuote: 'an offer is kept so that its price holds; nobody’s rights or rows change by asking',
};

/** How DIGILIST runs; the tests start it the same way. */
export const serviceOptions = (config: DigilistConfig): ServiceOptions => ({
  context: 'digilist',
  productKey: PRODUCT,
  config,
  module: appModule(config),
  authority: WhoMay,
  notFoundObserver: ForeignRows,
  unaudited: UNAUDITED,
  keys: ({ rpc }) => signingKeysOf(rpc),
});
