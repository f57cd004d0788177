/** The durable that the configuration of the system holds for this service. */
export const DURABLE = 'subscriber_demo';
