export { mediaModule } from './media.module.js';
export { PRIMARY_IMAGE } from './media.sql.js';
export { loadMediaSettings, type MediaSettings } from './storage/storage-config.js';
