import type { ServiceOptions } from '@kit/service';
import { platformEvents } from '@platform/contracts';
import { appModule } from './app.module.js';
import type { PlatformConfig } from './config.js';
import { migrations } from './database/migrations/index.js';
import { PlatformAuthority } from './features/access/index.js';
import { publicKeys } from './features/identity/index.js';
import { ForeignRows } from './foreign-rows.js';
import { Regions } from './regions.js';
import { Vault } from './secrets/index.js';

/** Operations that may change something without an audit record. */
const UNAUDITED = {
  refresh: 'a session goes on as it was: its beginning, its end and a token used twice are audited',
  startFederatedSignIn: 'somebody without a name goes to an identity provider; what comes of it is audited',
  beginPasskeyAuthentication: 'somebody without a name asks for bytes to sign; what is signed is audited',
  beginPasskeyRegistration: 'bytes to sign; the passkey that is registered is audited',
  finishFederatedSignIn: 'the session that it leads to is audited, and so is a refusal',
};

/** How PLATFORM runs; the tests start it the same way. */
export const serviceOptions = (config: PlatformConfig): ServiceOptions => ({
  context: 'platform',
  config,
  module: appModule(config),
  migrations,
  events: platformEvents,
  authority: PlatformAuthority,
  notFoundObserver: ForeignRows,
  unaudited: UNAUDITED,
  admitInternal: (app) => (ctx) => app.get(Regions, { strict: false }).admitInternal(ctx),
  // Without the keys of secrets most goes on; what needs one answers 503.
  dispensable: (app) => ({ keys: () => app.get(Vault, { strict: false }).keysAvailable() }),
  // PLATFORM issues the tokens, so it asks nobody for the keys that verify them.
  keys:
    ({ dataSource }) =>
    () =>
      publicKeys(dataSource),
});
