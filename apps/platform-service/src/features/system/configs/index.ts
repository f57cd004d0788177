export { PLATFORM_CONFIGS, ready } from './config-definitions.js';
export { ConfigsController } from './configs.controller.js';
export { SystemConfigs } from './system-configs.js';
