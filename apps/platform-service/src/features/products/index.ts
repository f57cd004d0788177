export { ProductsModule } from './products.module.js';
export { publishStates } from './publish-states.js';
export { republishStates } from './republish-states.js';
