// One system for all spec files of this package; only the specs that break things start their own.
import { startSystem } from '@kit/testing';

export default async function start() {
  // Set where someone works on a spec against a system that is already there.
  if (process.env.JOURNEY_SYSTEM) return;
  const unlimited = Object.fromEntries(
    ['ADDRESS', 'USER', 'TENANT', 'CREDENTIALS'].map((name) => [`GATEWAY_LIMIT_${name}`, '0']),
  );
  const system = await startSystem({ appEnv: { gateway: unlimited } });
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
