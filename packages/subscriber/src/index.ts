export { type Account, connectAs } from './connection.js';
export { replay } from './replay.js';
export { type DataOf, is, type SubscribeOptions, type Subscription, subscribe } from './subscribe.js';
