import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Each look at the lag of the event loop wakes the process: a hundred times a second unless told otherwise. */
const LAG_EVERY_MS = 100;

/** Memory, processor time and event loop of a process. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_EVERY_MS });
}
