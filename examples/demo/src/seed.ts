import { type Client, createClient } from '@digilist/client';
import { type DemoTenant, demoAccounts } from './accounts.js';
import { localDate, next } from './clock.js';
import { fjordvik } from './content/fjordvik.js';
import { nordlia } from './content/nordlia.js';
import type { TenantContent } from './content/types.js';
import { seedBookings } from './seed/bookings.js';
import { seedListings } from './seed/listings.js';
import { seedOrganizations, seedPeople } from './seed/people.js';
import { all, oncePropagated, page, type Sessions } from './seed/steps.js';
import { seedVerifications } from './seed/verifications.js';
import { signIn } from './sign-in.js';

const gateway = process.env.GATEWAY_URL ?? 'http://localhost:3000';
const superAdmin = {
  email: process.env.PLATFORM_SUPER_ADMIN_EMAIL ?? '',
  password: process.env.PLATFORM_SUPER_ADMIN_PASSWORD ?? '',
};

const began = performance.now();
const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const say = (line: string) => console.log(`[${seconds()}] ${line}`);

/** What is published last: where it is found, everything before it is there as well. */
const LAST = 'Servicetorget, stillerom';

const year = new Date().getUTCFullYear();
const contents: readonly TenantContent[] = [fjordvik(year), nordlia(year)];

async function isComplete({ slug }: DemoTenant): Promise<boolean> {
  try {
    const { data } = await createClient({ baseUrl: gateway, tenant: slug }).digilist.listListings({
      q: LAST,
      limit: 1,
    });
    return data.length > 0;
  } catch {
    return false;
  }
}

async function seedTenant(
  root: Client,
  slugs: ReadonlySet<string>,
  tenant: DemoTenant,
  content: TenantContent,
): Promise<string> {
  const { slug, name } = tenant;
  const administrator = tenant.users.find(({ roles }) => roles.includes('tenant_admin'));
  if (!administrator) throw new Error(`${slug} has no administrator`);
  if (!slugs.has(slug)) {
    await oncePropagated(() =>
      root.platform.createTenant({
        slug,
        name,
        region: 'no-east',
        locale: 'nb',
        timezone: 'Europe/Oslo',
        administrator: { email: administrator.email, name: administrator.name, password: administrator.password },
        subscription: { product: 'digilist', planKey: 'professional' },
      }),
    );
    say(`${slug}: provisioned with the plan Professional`);
  }
  const passwords = new Map([...tenant.users, ...content.people].map(({ email, password }) => [email, password]));
  const open = new Map<string, Promise<Client>>();
  const sessions: Sessions = {
    as(email) {
      const session = open.get(email) ?? oncePropagated(() => signIn(gateway, slug, email, passwords.get(email) ?? ''));
      open.set(email, session);
      return session;
    },
  };
  const withRole = (role: string) => {
    const user = tenant.users.find(({ roles }) => roles.some((one) => one === role));
    if (!user) throw new Error(`${slug} has no ${role}`);
    return sessions.as(user.email);
  };
  const admin = await sessions.as(administrator.email);
  const orgs = await seedOrganizations(admin, content);
  const people = await seedPeople(admin, tenant, content, orgs);
  say(`${slug}: ${orgs.size} organizations, ${people + 1} people`);
  const manager = await withRole('listing_manager');
  const listings = await seedListings(manager, admin, content, orgs);
  say(`${slug}: ${listings.size} listings published`);
  const handler = await withRole('case_handler');
  const verified = await seedVerifications(handler, content, orgs);
  say(`${slug}: ${verified} clubs verified`);
  const counts = await seedBookings(sessions, handler, content, orgs, listings, next(localDate(new Date()), 1));
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const states = Object.entries(counts)
    .map(([state, number]) => `${number} ${state}`)
    .join(', ');
  say(`${slug}: ${total} bookings (${states})`);
  await seedListings(manager, admin, { ...content, listings: [lastListing(content)] }, orgs);
  return `${slug} ${listings.size + 1} listings and ${total} bookings`;
}

/** A room nobody books, so that the seed has an end that can be seen from outside. */
function lastListing({ listings, organizations }: TenantContent) {
  const room = listings.find(({ prices }) => prices.length === 1 && prices[0]?.kroner === 0 && !prices[0].addOn);
  if (!room || organizations.length === 0) throw new Error('the content has no free room to model the last one on');
  return {
    ...room,
    key: 'stillerom',
    type: 'SPACE' as const,
    bookingModel: 'TIME_RANGE' as const,
    stock: undefined,
    capacity: 2,
    name: { nb: LAST, en: 'Quiet room' },
    description: {
      nb: 'For den som trenger en stille stund.',
      nn: 'For den som treng ei stille stund.',
      en: 'For a quiet while.',
    },
  };
}

async function main(): Promise<string> {
  const complete = await Promise.all(demoAccounts.map(isComplete));
  if (complete.every(Boolean)) return `everything is there already, found in ${seconds()}`;
  const root = await oncePropagated(() => signIn(gateway, null, superAdmin.email, superAdmin.password));
  const tenants = await all((cursor) => root.platform.listTenants(page(cursor)));
  const slugs = new Set(tenants.map(({ slug }) => slug));
  const results = await Promise.all(
    demoAccounts.map(async (tenant, at) => {
      const content = contents.find(({ slug }) => slug === tenant.slug);
      if (!content) throw new Error(`there is no content for ${tenant.slug}`);
      return complete[at] ? `${tenant.slug} as it was` : seedTenant(root, slugs, tenant, content);
    }),
  );
  return `seeded in ${seconds()}: ${results.join('; ')}`;
}

try {
  console.log(await main());
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
}
