// One system for all spec files of this package; only the specs that break things start their own.
import { startSystem } from '@kit/testing';
import { REACHES_RECEIVER } from '@kit/testing/outside';

export default async function start() {
  // Set where someone works on a spec against a system that is already there.
  if (process.env.JOURNEY_SYSTEM) return;
  const unlimited = Object.fromEntries(
    ['ADDRESS', 'USER', 'TENANT', 'CREDENTIALS'].map((name) => [`GATEWAY_LIMIT_${name}`, '0']),
  );
  // Tenants that are to be deleted go at once.
  const platform = { ...REACHES_RECEIVER, TENANT_DELETION_GRACE_DAYS: '0', TENANT_PURGE_SECONDS: '1' };
  const system = await startSystem({ appEnv: { gateway: unlimited, platform } });
  globalThis.journeySystem = system;
  const { gatewayUrl, urls, superAdmin, logDir } = system;
  process.env.JOURNEY_SYSTEM = JSON.stringify({
    gatewayUrl,
    urls,
    superAdmin,
    logDir,
    mail: { url: system.mail.url },
    nats: { url: system.nats.url, credentials: system.nats.credentials },
  });
}
