export { DURABLE, type Received, Subscriber, type SubscriberOptions } from './subscriber.js';
