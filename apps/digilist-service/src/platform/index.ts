export { isEntitled } from './entitled.js';
export { PlatformModule } from './platform.module.js';
export { manifest, PRODUCT } from './manifest.js';
export { Usage } from './usage.js';
export { WhoMay } from './who-may.js';
