import {
  NOT_FOUND,
  type Operation,
  Refusal,
  type RefusalBody,
  refusalBody,
  type StateMessage,
  type StateType,
  subjects,
} from '@kit/contracts';
import { type NatsServer, natsOptions } from '@kit/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, headers as natsHeaders, type Subscription } from '@nats-io/transport-node';
import {
  entitlementState,
  leaseUsage,
  membershipState,
  organizationState,
  readIntegration,
  readState,
  registerProduct,
  roleState,
  subscriptionState,
  tenantState,
  userRoleState,
  userState,
} from '@platform/contracts';
import { v7 as uuidv7 } from 'uuid';

export { entitlementState, organizationState, userState };

type Answer = (request: never, headers: { idempotencyKey: string }) => object | RefusalBody;

const isRefusal = (answer: object): answer is RefusalBody => 'kind' in answer && 'code' in answer;

/**
 * PLATFORM as DIGILIST sees it: state messages on the real stream and internal operations on the real subjects, through
 * PLATFORM's own NATS account. For specs of what DIGILIST does with them; the journeys run the real one.
 */
export class PlatformStandIn {
  private subscriptions: Subscription[] = [];
  readonly registered: object[] = [];
  readonly states = new Map<string, StateMessage>();
  readonly calls: { subject: string; request: object }[] = [];

  private constructor(private readonly nats: NatsConnection) {}

  static async open(server: NatsServer): Promise<PlatformStandIn> {
    const credential = server.credentials.platform;
    if (!credential) throw new Error('there is no NATS user "platform"');
    const stand = new PlatformStandIn(await connect(natsOptions(server, credential)));
    stand.arrive();
    return stand;
  }

  /** Answers what PLATFORM always answers. */
  arrive(): void {
    this.answer(registerProduct, (manifest: object) => {
      this.registered.push(manifest);
      return { key: 'digilist', version: 1, changed: true };
    });
    this.answer(readState, ({ aggregate, ids, by }: { aggregate: string; ids: string[]; by?: string }) => ({
      states: [...this.states].flatMap(([key, state]) => {
        const named = by === 'user' ? (state.data as { userId?: string } | null)?.userId : state.id;
        return key.startsWith(`${aggregate} `) && named !== undefined && ids.includes(named) ? [state] : [];
      }),
    }));
  }

  answer(operation: unknown, answer: Answer): void {
    const subject = (operation as Operation).subject.replace('*', 'digilist');
    for (const known of this.subscriptions) if (known.getSubject() === subject) known.unsubscribe();
    const subscription = this.nats.subscribe(subject, {
      callback: (_, message) => {
        const request = message.json<never>();
        this.calls.push({ subject, request });
        const result = answer(request, { idempotencyKey: message.headers?.get('idempotency-key') ?? '' });
        const headers = natsHeaders();
        headers.set('x-status', isRefusal(result) ? 'refused' : 'ok');
        message.respond(JSON.stringify(result), { headers });
      },
    });
    this.subscriptions.push(subscription);
  }

  /** From now on nobody answers. The streams stay: they are NATS's, not PLATFORM's. */
  async leave(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.subscriptions = [];
    await this.nats.flush();
  }

  leases(
    answer: (
      request: { tenantId: string; meter: string; amount: number },
      headers: { idempotencyKey: string },
    ) => object,
  ): void {
    this.answer(leaseUsage, answer);
  }

  /** Connections of tenants; `find` answers one with its secrets, null where there is none, or a refusal. */
  integrations(find: (request: { tenantId: string; id: string }) => object | null): void {
    const none = refusalBody(new Refusal(NOT_FOUND));
    this.answer(readIntegration, (request: { tenantId: string; id: string }) => find(request) ?? none);
  }

  /** What the stream carries and `readState` answers, without publishing it. */
  remember(type: StateType, message: StateMessage): void {
    this.states.set(`${type.aggregate} ${message.id}`, message);
  }

  async publish(type: unknown, message: StateMessage, messageId: string = uuidv7()): Promise<void> {
    this.remember(type as StateType, message);
    const subject = subjects.state(type as StateType, message.tenantId, message.id);
    await jetstream(this.nats).publish(subject, JSON.stringify(message), { msgID: messageId });
  }

  async close(): Promise<void> {
    await this.nats.close();
  }
}

const message = (tenantId: string, id: string, version: number, data: object | null): StateMessage => ({
  id,
  tenantId,
  version,
  deleted: data === null,
  time: new Date().toISOString(),
  data: data && { id, tenantId, version, ...data },
});

export interface Town {
  tenantId: string;
  slug: string;
  orgId: string;
  /** Child of orgId. */
  subOrgId: string;
  /** A public body. */
  otherOrgId: string;
  /** An association. */
  clubId: string;
  roles: Record<string, string>;
  subscriptionId: string;
  entitlements: Record<string, string>;
}

export interface TownOptions {
  /** Of the tenant; a new one unless told. */
  id?: string;
  modules?: string[];
  limits?: Record<string, number | null>;
  roles?: Record<string, string[]>;
  region?: string;
}

/** A tenant with organizations, roles and a licence, told to DIGILIST as PLATFORM tells it. */
export async function foundTown(
  platform: PlatformStandIn,
  { modules, limits = {}, roles = {}, region = 'no', id = uuidv7() }: TownOptions = {},
): Promise<Town> {
  const ids = Array.from({ length: 5 }, () => uuidv7()) as [string, string, string, string, string];
  const [orgId, subOrgId, otherOrgId, clubId, subscriptionId] = ids;
  const tenantId = id;
  const slug = `town-${tenantId.slice(-8)}`;
  const send = (type: unknown, id: string, data: object) => platform.publish(type, message(tenantId, id, 1, data));
  await send(tenantState, tenantId, {
    slug,
    name: 'Storevik kommune',
    status: 'active',
    region,
    locale: 'nb',
    timezone: 'Europe/Oslo',
    serviceUserId: uuidv7(),
  });
  const org = { kind: 'unit', status: 'active', organizationNumber: null };
  await send(organizationState, orgId, { ...org, name: 'Kultur', parentId: null, ancestorIds: [] });
  await send(organizationState, subOrgId, { ...org, name: 'Idrett', parentId: orgId, ancestorIds: [orgId] });
  await send(organizationState, otherOrgId, {
    ...org,
    kind: 'public_body',
    name: 'Skole',
    parentId: null,
    ancestorIds: [],
  });
  await send(organizationState, clubId, {
    ...org,
    kind: 'association',
    name: 'Storevik IL',
    parentId: null,
    ancestorIds: [],
  });
  const places = { orgId, subOrgId, otherOrgId, clubId };
  const town: Town = { tenantId, slug, ...places, roles: {}, subscriptionId, entitlements: {} };
  for (const [key, permissions] of Object.entries(roles)) {
    town.roles[key] = uuidv7();
    await send(roleState, town.roles[key], { key, name: key, permissions, status: 'published' });
  }
  await send(subscriptionState, subscriptionId, licence());
  for (const moduleKey of modules ?? ['digilist.booking', 'digilist.listings', 'digilist.notifications']) {
    town.entitlements[moduleKey] = uuidv7();
    await send(entitlementState, town.entitlements[moduleKey], {
      moduleKey,
      status: 'active',
      validFrom: '2020-01-01T00:00:00Z',
      validUntil: null,
      source: 'subscription',
      limits,
    });
  }
  return town;
}

export const licence = (change: object = {}) => ({
  product: 'digilist',
  planKey: 'standard',
  planVersion: 1,
  status: 'active',
  validFrom: '2020-01-01T00:00:00Z',
  validUntil: null,
  graceUntil: null,
  ...change,
});

export interface GrantOptions {
  role: string;
  scope: 'saas' | 'tenant' | 'org' | 'user';
  orgId?: string;
  notBefore?: string;
  expiresAt?: string;
}

/** A user of the town who holds a role. Answers the ids of user and grant. */
export async function settle(platform: PlatformStandIn, town: Town, grant: GrantOptions | null, user: object = {}) {
  const { tenantId } = town;
  const [userId, grantId] = [uuidv7(), uuidv7()];
  await platform.publish(
    userState,
    message(tenantId, userId, 1, {
      email: `${userId}@example.no`,
      name: 'Kari Nordmann',
      kind: 'person',
      status: 'active',
      locale: null,
      ...user,
    }),
  );
  if (grant) await platform.publish(userRoleState, message(tenantId, grantId, 1, grantData(town, userId, grant)));
  return { userId, grantId };
}

/** An organization that PLATFORM answers for when it is asked, and that the stream has not brought yet. */
export function foundUnheard(platform: PlatformStandIn, { tenantId }: Town): string {
  const id = uuidv7();
  const data = {
    kind: 'unit',
    status: 'active',
    name: 'Ny',
    organizationNumber: null,
    parentId: null,
    ancestorIds: [],
  };
  platform.remember(organizationState as StateType, message(tenantId, id, 1, data));
  return id;
}

/** Makes somebody a member of an organization of the town; again with another status to end it. */
export async function enrol(
  platform: PlatformStandIn,
  { tenantId }: Town,
  membership: { id: string; userId: string; orgId: string },
  { version = 1, status = 'active' } = {},
): Promise<void> {
  const { id, userId, orgId } = membership;
  await platform.publish(membershipState, message(tenantId, id, version, { userId, orgId, status }));
}

export const grantData = (town: Town, userId: string, { role, scope, orgId, notBefore, expiresAt }: GrantOptions) => ({
  userId,
  roleId: town.roles[role],
  scope,
  orgId: orgId ?? null,
  notBefore: notBefore ?? null,
  expiresAt: expiresAt ?? null,
  status: 'active',
});

export { message as stateMessage };
