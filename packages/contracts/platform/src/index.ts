import { accessEvents } from './access.events.js';
import { accessOperations } from './access.js';
import { complianceOperations } from './compliance.js';
import { identityEvents } from './identity.events.js';
import { identityOperations } from './identity.js';
import { licensingEvents } from './licensing.events.js';
import { licensingOperations } from './licensing.js';
import { productOperations } from './products.js';
import { tenancyEvents } from './tenancy.events.js';
import { tenancyOperations } from './tenancy.js';

export * from './access.errors.js';
export * from './access.events.js';
export * from './access.js';
export * from './compliance.js';
export * from './identity.errors.js';
export * from './identity.events.js';
export * from './identity.js';
export * from './licensing.errors.js';
export * from './licensing.events.js';
export * from './licensing.js';
export * from './products.errors.js';
export * from './products.js';
export * from './states.js';
export * from './tenancy.errors.js';
export * from './tenancy.events.js';
export * from './tenancy.js';

/** Every operation of PLATFORM: routes, handlers, OpenAPI, client and the authorization matrix come from here. */
export const platformOperations = [
  ...identityOperations,
  ...tenancyOperations,
  ...accessOperations,
  ...licensingOperations,
  ...complianceOperations,
  ...productOperations,
];

export const platformEvents = [...identityEvents, ...tenancyEvents, ...accessEvents, ...licensingEvents];
