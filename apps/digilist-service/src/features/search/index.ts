export { rebuildSearch } from './rebuild.js';
export { SearchModule } from './search.module.js';
