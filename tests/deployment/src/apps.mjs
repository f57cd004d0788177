/** The apps that are deployed, and the prefix of settings that are theirs alone. */
export const APPS = { 'platform-service': 'PLATFORM_', 'digilist-service': 'DIGILIST_', gateway: 'GATEWAY_' };

/** Dockerfiles and the package each is pruned to. */
export const IMAGES = {
  'apps/gateway/Dockerfile': 'apps/gateway',
  'apps/platform-service/Dockerfile': 'apps/platform-service',
  'apps/digilist-service/Dockerfile': 'apps/digilist-service',
  'infra/nats/Dockerfile': 'packages/local-servers',
};

/** A setting that is another app's, or the owner's login where only a migration may have it. */
export function expectOwnSettings(findings, where, app, names) {
  for (const name of names) {
    const foreign = Object.values(APPS).find((prefix) => prefix !== APPS[app] && name.startsWith(prefix));
    findings.expect(!foreign, `${where}: ${app} is given ${name}, which is another app's`);
    findings.expect(
      !name.endsWith('_MIGRATOR_URL'),
      `${where}: ${app} is given the migrator's login (${name}); only its migration may have it`,
    );
  }
}
