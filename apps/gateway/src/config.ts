import { type ConfigOf, commonFields, flag, integer, list, text } from '@kit/service/edge';

/** Every variable the gateway reads. A limit of 0 switches that limit off. */
export const gatewayFields = {
  ...commonFields,
  port: integer('GATEWAY_PORT', 3000, { max: 65_535 }),
  host: text('GATEWAY_HOST', '0.0.0.0'),
  /** `<slug>.<domain>` names the tenant when this is set. */
  domain: text('GATEWAY_DOMAIN', ''),
  /** Regions in which tenants are, home first; with one or none there is nothing to choose. */
  regions: list('GATEWAY_REGIONS'),
  /** Addresses or networks whose X-Forwarded-For is believed; none by default. */
  trustedProxies: list('GATEWAY_TRUSTED_PROXIES'),
  corsOrigins: list('GATEWAY_CORS_ORIGINS'),
  accessLog: flag('GATEWAY_ACCESS_LOG', true),
  deadlineMs: integer('GATEWAY_DEADLINE_MS', 3_000, { min: 100, max: 60_000 }),
  /** How long to be unready but still serve, so that a load balancer notices before the port closes. */
  drainMs: integer('GATEWAY_DRAIN_MS', 0, { max: 60_000 }),
  shutdownMs: integer('SHUTDOWN_MS', 10_000, { min: 100, max: 120_000 }),
  limitWindowSeconds: integer('GATEWAY_LIMIT_WINDOW_SECONDS', 60, { min: 1, max: 3_600 }),
  addressLimit: integer('GATEWAY_LIMIT_ADDRESS', 6_000),
  userLimit: integer('GATEWAY_LIMIT_USER', 3_000),
  tenantLimit: integer('GATEWAY_LIMIT_TENANT', 60_000),
  /** Attempts at signing in and the like, per address. */
  credentialLimit: integer('GATEWAY_LIMIT_CREDENTIALS', 300),
  /** How many may listen to events at the same time: in this process, per user, and without a token per address. */
  liveLimit: integer('GATEWAY_LIVE_LIMIT', 5_000),
  liveUserLimit: integer('GATEWAY_LIVE_USER_LIMIT', 20),
  /** A whole town hall may stand behind one. */
  liveAddressLimit: integer('GATEWAY_LIVE_ADDRESS_LIMIT', 200),
} as const;

export type GatewayConfig = ConfigOf<typeof gatewayFields>;
