import type { LocalText } from '@kit/contracts';

/** What PLATFORM itself guards, in the words an administrator reads. Products bring theirs in their manifests. */
export const PLATFORM_PERMISSIONS: Record<string, LocalText> = {
  'platform.audit-log.read': { nb: 'Lese revisjonsloggen', nn: 'Lese revisjonsloggen', en: 'Read the audit log' },
  'platform.audit-log.verify': {
    nb: 'Kontrollere revisjonsloggen',
    nn: 'Kontrollere revisjonsloggen',
    en: 'Verify the audit log',
  },
  'platform.domain.manage': { nb: 'Forvalte domener', nn: 'Forvalte domene', en: 'Manage domains' },
  'platform.domain.read': { nb: 'Se domener', nn: 'Sjå domene', en: 'Read domains' },
  'platform.entitlement.read': {
    nb: 'Se lisensens moduler',
    nn: 'Sjå modulane i lisensen',
    en: 'Read the modules of the licence',
  },
  'platform.identity-provider.manage': {
    nb: 'Forvalte innloggingstjenester',
    nn: 'Forvalte innloggingstenester',
    en: 'Manage identity providers',
  },
  'platform.identity-provider.read': {
    nb: 'Se innloggingstjenester',
    nn: 'Sjå innloggingstenester',
    en: 'Read identity providers',
  },
  'platform.membership.create': { nb: 'Legge til medlemmer', nn: 'Leggje til medlemer', en: 'Add members' },
  'platform.membership.read': { nb: 'Se medlemmer', nn: 'Sjå medlemer', en: 'Read members' },
  'platform.organization.create': {
    nb: 'Opprette organisasjoner',
    nn: 'Opprette organisasjonar',
    en: 'Create organizations',
  },
  'platform.organization.read': { nb: 'Se organisasjoner', nn: 'Sjå organisasjonar', en: 'Read organizations' },
  'platform.organization.update': {
    nb: 'Endre organisasjoner',
    nn: 'Endre organisasjonar',
    en: 'Change organizations',
  },
  'platform.permission.read': { nb: 'Se tillatelser', nn: 'Sjå løyve', en: 'Read permissions' },
  'platform.plan.read': { nb: 'Se planer', nn: 'Sjå planar', en: 'Read plans' },
  'platform.product.read': { nb: 'Se produkter', nn: 'Sjå produkt', en: 'Read products' },
  'platform.role.read': { nb: 'Se roller', nn: 'Sjå roller', en: 'Read roles' },
  'platform.session.end': {
    nb: 'Avslutte økter for brukere',
    nn: 'Avslutte økter for brukarar',
    en: 'End sessions of users',
  },
  'platform.session.read': {
    nb: 'Se økter for brukere',
    nn: 'Sjå økter for brukarar',
    en: 'Read sessions of users',
  },
  'platform.signing-key.rotate': {
    nb: 'Bytte signeringsnøkkel',
    nn: 'Byte signeringsnøkkel',
    en: 'Rotate the signing key',
  },
  'platform.setting.read': { nb: 'Se innstillinger', nn: 'Sjå innstillingar', en: 'Read settings' },
  'platform.setting.update': { nb: 'Endre innstillinger', nn: 'Endre innstillingar', en: 'Change settings' },
  'platform.subscription.manage': {
    nb: 'Forvalte abonnementer',
    nn: 'Forvalte abonnement',
    en: 'Manage subscriptions',
  },
  'platform.subscription.read': { nb: 'Se abonnementet', nn: 'Sjå abonnementet', en: 'Read the subscription' },
  'platform.tenant.create': { nb: 'Opprette kunder', nn: 'Opprette kundar', en: 'Create tenants' },
  'platform.tenant.list': { nb: 'Se alle kunder', nn: 'Sjå alle kundar', en: 'List all tenants' },
  'platform.usage.read': { nb: 'Se forbruk', nn: 'Sjå forbruk', en: 'Read usage' },
  'platform.user-role.grant': { nb: 'Gi roller', nn: 'Gje roller', en: 'Grant roles' },
  'platform.user-role.read': {
    nb: 'Se hvem som har hvilke roller',
    nn: 'Sjå kven som har kva roller',
    en: 'Read who holds which role',
  },
  'platform.user-role.revoke': { nb: 'Ta tilbake roller', nn: 'Ta tilbake roller', en: 'Take roles back' },
  'platform.user.create': { nb: 'Opprette brukere', nn: 'Opprette brukarar', en: 'Create users' },
  'platform.user.read': { nb: 'Se brukere', nn: 'Sjå brukarar', en: 'Read users' },
  'platform.user.update': { nb: 'Endre brukere', nn: 'Endre brukarar', en: 'Change users' },
};
