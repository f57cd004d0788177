import { digilistEvents } from '@digilist/contracts';
import type { ServiceOptions } from '@kit/service';
import { appModule } from './app.module.js';
import type { DigilistConfig } from './config.js';
import { migrations } from './database/migrations/index.js';
import { ForeignRows, PRODUCT, signingKeysOf, WhoMay } from './platform/index.js';

/** Operations that may change something without an audit record. */
export const UNAUDITED = {
  uploadMediaContent: 'a piece that came is nothing yet; the last one, with which the file is there, is audited',
  createQuote: 'an offer is kept so that its price holds; nobody’s rights or rows change by asking',
  readNotification: 'what somebody has read is nobody else’s business',
  readAllNotifications: 'what somebody has read is nobody else’s business',
};

/** How DIGILIST runs; the tests start it the same way. */
export const serviceOptions = (config: DigilistConfig): ServiceOptions => ({
  context: 'digilist',
  productKey: PRODUCT,
  config,
  module: appModule(config),
  migrations,
  events: digilistEvents,
  authority: WhoMay,
  notFoundObserver: ForeignRows,
  unaudited: UNAUDITED,
  keys: ({ rpc }) => signingKeysOf(rpc),
});
