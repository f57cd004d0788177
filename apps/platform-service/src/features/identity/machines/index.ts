export { type AcceptedKey, acceptKey } from './accept-key.js';
export { MachinesModule } from './machines.module.js';
