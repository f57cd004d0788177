import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids that every log line carries which is written for a request, or for a message that one has caused. */
export interface LogScope {
  traceId: string;
  requestId?: string;
  consumer?: string;
}

const storage = new AsyncLocalStorage<LogScope | undefined>();

export const inScope = <T>(scope: LogScope | undefined, work: () => T): T => storage.run(scope, work);
export const currentScope = (): LogScope | undefined => storage.getStore();
