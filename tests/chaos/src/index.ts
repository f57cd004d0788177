export { converged, type Findings, findings } from './check.js';
export type { Target } from './load.js';
export { Random } from './random.js';
export { Balancer } from './rolling/balancer.js';
export { Fleet } from './rolling/restarts.js';
export { Caller, type Traffic } from './rolling/traffic.js';
export { startTarget } from './target.js';
