/** Subject on which every instance of a service says that it serves. */
export const healthSubject = (context: string): string => `${context}.rpc.health.ping.v1`;
