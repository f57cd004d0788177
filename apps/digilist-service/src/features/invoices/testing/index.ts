export { SELLER } from './invoice-world.js';
