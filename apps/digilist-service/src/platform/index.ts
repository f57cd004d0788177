export { type Behalf, requireBehalf } from './behalf.js';
export { isEntitled } from './entitled.js';
export { ForeignRows } from './foreign-rows.js';
export { manifest, PRODUCT } from './manifest.js';
export { PlatformModule } from './platform.module.js';
export { requireRoom } from './room.js';
export { signingKeysOf } from './signing-keys.js';
export { Usage } from './usage.js';
export { WhoMay } from './who-may.js';
