import { demoAccounts } from '@examples/demo/accounts';
import { type RunningSystem, type StartSystemOptions, startSystem } from '@kit/testing';
import type { Target } from './load.js';
import { runSeed } from './seed.js';

/**
 * A system of its own on a PostgreSQL that keeps its promises (fsync), with the demo's municipalities in it; the caller may
 * bring servers for it to run on.
 */
export async function startTarget(
  say: (line: string) => void,
  { env, ...servers }: Pick<StartSystemOptions, 'nats' | 'postgres' | 'env'> = {},
): Promise<{ system: RunningSystem; target: Target }> {
  // The limits of the gateway would make this a test of the limits.
  const unlimited = {
    GATEWAY_LIMIT_ADDRESS: '0',
    GATEWAY_LIMIT_USER: '0',
    GATEWAY_LIMIT_TENANT: '0',
    GATEWAY_LIMIT_CREDENTIALS: '0',
  };
  const system = await startSystem({
    ownPostgres: true,
    ...servers,
    env: { LOG_LEVEL: 'warn', GATEWAY_ACCESS_LOG: 'false', ...env },
    // Long enough for a balancer to notice.
    appEnv: { gateway: { ...unlimited, GATEWAY_DRAIN_MS: '3000' } },
  });
  try {
    say('the system runs; seeding the demo through its use cases');
    await runSeed(system);
    return { system, target: await hall(system) };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

/** The hall that can be divided: whole, halves and thirds get in each other's way. */
async function hall(system: RunningSystem): Promise<Target> {
  const municipality = demoAccounts[0];
  const booker = municipality?.users.find((user) => user.roles.includes('club_leader'));
  if (!municipality || !booker) throw new Error('the demo has no club leader');
  const read = async (path: string) => {
    const response = await fetch(`${system.gatewayUrl}/api/v1${path}`, { headers: { 'x-tenant': municipality.slug } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { data: { id: string; implicit?: boolean }[]; terms?: { version: string } };
  };
  const [listing] = (await read('/listings?q=idrettshall&limit=1')).data;
  if (!listing) throw new Error('the demo has no hall');
  const [zones, whole] = await Promise.all([read(`/listings/${listing.id}/zones`), read(`/listings/${listing.id}`)]);
  const firstDay = new Date(Date.now() + 3 * 86_400_000);
  firstDay.setUTCHours(0, 0, 0, 0);
  return {
    gatewayUrl: system.gatewayUrl,
    email: booker.email,
    password: booker.password,
    tenant: municipality.slug,
    listingId: listing.id,
    termsVersion: whole.terms?.version ?? '',
    zoneIds: zones.data.filter((zone) => !zone.implicit).map((zone) => zone.id),
    firstDay,
    days: 300,
  };
}
