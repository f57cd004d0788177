import { accessEvents } from './access.events.js';
import { accessOperations } from './access.js';
import { accountsOperations } from './accounts.js';
import { complianceEvents } from './compliance.events.js';
import { complianceOperations } from './compliance.js';
import { factorEvents } from './factors.events.js';
import { factorsOperations } from './factors.js';
import { federationEvents } from './federation.events.js';
import { federationOperations } from './federation.js';
import { domainOperations } from './federation-domains.js';
import { accountLinkOperations } from './federation-links.js';
import { identityProviderOperations } from './federation-providers.js';
import { flagEvents } from './flags.events.js';
import { flagsOperations } from './flags.js';
import { identityEvents } from './identity.events.js';
import { identityOperations } from './identity.js';
import { integrationEvents } from './integrations.events.js';
import { integrationsOperations } from './integrations.js';
import { invitationEvents } from './invitations.events.js';
import { invitationsOperations } from './invitations.js';
import { licensingEvents } from './licensing.events.js';
import { licensingOperations } from './licensing.js';
import { lifecycleOperations } from './lifecycle.js';
import { machineEvents } from './machines.events.js';
import { machinesOperations } from './machines.js';
import { privacyEvents } from './privacy.events.js';
import { privacyOperations } from './privacy.js';
import { productOperations } from './products.js';
import { scimOperations } from './scim.js';
import { settingEvents } from './settings.events.js';
import { settingsOperations } from './settings.js';
import { systemConfigEvents } from './system-configs.events.js';
import { systemConfigsOperations } from './system-configs.js';
import { tenancyEvents } from './tenancy.events.js';
import { tenancyOperations } from './tenancy.js';
import { webhookEvents } from './webhooks.events.js';
import { webhooksOperations } from './webhooks.js';

export * from './access.errors.js';
export * from './access.events.js';
export * from './access.js';
export * from './accounts.errors.js';
export * from './accounts.js';
export * from './compliance.errors.js';
export * from './compliance.events.js';
export * from './compliance.js';
export * from './factors.errors.js';
export * from './factors.events.js';
export * from './factors.js';
export * from './federation.errors.js';
export * from './federation.events.js';
export * from './federation.js';
export * from './federation-domains.js';
export * from './federation-links.js';
export * from './federation-providers.js';
export * from './flags.errors.js';
export * from './flags.events.js';
export * from './flags.js';
export * from './identity.errors.js';
export * from './identity.events.js';
export * from './identity.js';
export * from './identity-keys.js';
export * from './integrations.errors.js';
export * from './integrations.events.js';
export * from './integrations.js';
export * from './invitations.errors.js';
export * from './invitations.events.js';
export * from './invitations.js';
export * from './licensing.errors.js';
export * from './licensing.events.js';
export * from './licensing.js';
export * from './lifecycle.errors.js';
export * from './lifecycle.js';
export * from './machines.errors.js';
export * from './machines.events.js';
export * from './machines.js';
export * from './privacy.errors.js';
export * from './privacy.events.js';
export * from './privacy.js';
export * from './products.errors.js';
export * from './products.js';
export * from './scim.errors.js';
export * from './scim.js';
export * from './scim-resources.js';
export * from './settings.errors.js';
export * from './settings.events.js';
export * from './settings.js';
export * from './states.js';
export * from './system-configs.errors.js';
export * from './system-configs.events.js';
export * from './system-configs.js';
export * from './tenancy.errors.js';
export * from './tenancy.events.js';
export * from './tenancy.js';
export * from './webhooks.errors.js';
export * from './webhooks.events.js';
export * from './webhooks.js';

/** Every operation of PLATFORM: routes, handlers, OpenAPI, client and the authorization matrix come from here. */
export const platformOperations = [
  ...identityOperations,
  ...accountsOperations,
  ...factorsOperations,
  ...federationOperations,
  ...accountLinkOperations,
  ...identityProviderOperations,
  ...domainOperations,
  ...machinesOperations,
  ...scimOperations,
  ...tenancyOperations,
  ...invitationsOperations,
  ...settingsOperations,
  ...lifecycleOperations,
  ...accessOperations,
  ...licensingOperations,
  ...complianceOperations,
  ...privacyOperations,
  ...integrationsOperations,
  ...webhooksOperations,
  ...flagsOperations,
  ...systemConfigsOperations,
  ...productOperations,
];

export const platformEvents = [
  ...identityEvents,
  ...factorEvents,
  ...federationEvents,
  ...machineEvents,
  ...tenancyEvents,
  ...invitationEvents,
  ...settingEvents,
  ...accessEvents,
  ...licensingEvents,
  ...complianceEvents,
  ...privacyEvents,
  ...integrationEvents,
  ...webhookEvents,
  ...flagEvents,
  ...systemConfigEvents,
];
