export { feedsModule } from './feeds.module.js';
