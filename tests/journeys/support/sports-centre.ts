import { etagOf } from '@digilist/client';
import type { CreateListing } from '@digilist/contracts';
import { money } from '@kit/contracts';
import { caughtUp, type Municipality, TERMS } from './municipality.js';

/** Two halls that share a lobby: the whole of either takes it, their parts do not. */
export interface SportsCentre {
  id: string;
  thirds: [string, string, string];
  hallA: string;
  hallB: string;
  chairs: string;
  /** Hall B and sixty chairs. */
  feast: string;
  quotaId: string;
}

export const CHAIRS = 100;
export const CHAIRS_OF_FEAST = 60;

export async function buildSportsCentre({ manager, orgId }: Municipality): Promise<SportsCentre> {
  const { digilist } = manager.client;
  const versionOf = async (id: string) => ({ ifMatch: etagOf(await digilist.getListing({ id })) as string });
  const create = async (request: Omit<CreateListing, 'orgId' | 'paymentPolicy'>): Promise<string> => {
    const { id } = await caughtUp(() => digilist.createListing({ orgId, paymentPolicy: 'INVOICE', ...request }));
    const rules = [{ name: { nb: 'Timepris' }, unit: 'hour' as const, amount: money(10_000) }];
    await digilist.putPricingRules({ id, rules }, await versionOf(id));
    return id;
  };

  const terms = { version: TERMS, text: { nb: 'Rydd etter deg.' } };
  const id = await create({ type: 'SPACE', bookingModel: 'TIME_RANGE', name: { nb: 'Fjordvik idrettssenter' }, terms });
  const zone = async (name: string, ...partIds: string[]) =>
    (await digilist.createZone({ id, name: { nb: name }, ...(partIds.length > 0 && { partIds }) })).id;
  const lobby = await zone('Foajé');
  const thirds: [string, string, string] = [await zone('Bane 1'), await zone('Bane 2'), await zone('Bane 3')];
  const halves = [await zone('Halvdel 1'), await zone('Halvdel 2')] as const;
  await zone('Bane 1 og 2', thirds[0], thirds[1]);
  const hallA = await zone('Hall A', ...thirds, lobby);
  const hallB = await zone('Hall B', ...halves, lobby);
  await digilist.putAvailabilityRules(
    {
      id,
      rules: [
        { kind: 'weekly', opens: '07:00', closes: '22:00' },
        { kind: 'public_holiday', note: { nb: 'Stengt på helligdager' } },
        ...summers().map(([firstDate, lastDate]) => ({
          ...{ kind: 'season' as const, firstDate, lastDate, opens: '10:00', closes: '16:00' },
          note: { nb: 'Sommertid' },
        })),
      ],
    },
    await versionOf(id),
  );
  const template = await digilist.createRuleTemplate({
    orgId,
    name: { nb: 'Idrettshaller' },
    rules: { stepMinutes: 30, minDurationMinutes: 60, maxDurationMinutes: 240, horizonDays: 400 },
  });
  await digilist.putBookingRules({ id, templateId: template.id }, await versionOf(id));
  const quota = await digilist.createBookingQuota({
    ...{ orgId, listingIds: [id], name: { nb: 'Fire timer i uken' } },
    ...{ per: 'organization', measure: 'minutes', most: 240, period: 'week' },
  });
  await categorize();
  await digilist.publishListing({ id });

  const chairs = await create({
    ...{ type: 'RESOURCE', bookingModel: 'QUANTITY', stock: CHAIRS, name: { nb: 'Stoler' } },
  });
  const feast = await create({ type: 'EVENT', bookingModel: 'PACKAGE', name: { nb: 'Fest i hall B' } });
  const items = [
    { listingId: id, zoneId: hallB },
    { listingId: chairs, quantity: CHAIRS_OF_FEAST },
  ];
  for (const one of [chairs, feast]) {
    const rules = [{ kind: 'weekly' as const, opens: '00:00', closes: '24:00' }];
    await digilist.putAvailabilityRules({ id: one, rules }, await versionOf(one));
    if (one === feast) await digilist.putPackageItems({ id: feast, items }, await versionOf(feast));
    await digilist.publishListing({ id: one });
  }
  return { id, thirds, hallA, hallB, chairs, feast, quotaId: quota.id };

  async function categorize(): Promise<void> {
    const [{ data: categories }, { data: amenities }] = [
      await digilist.listCategories({}),
      await digilist.listAmenities({}),
    ];
    const categoryIds = categories.filter(({ slug }) => slug === 'idrettshall').map((one) => one.id);
    const amenityIds = amenities.filter(({ key }) => key === 'garderobe').map((one) => one.id);
    await digilist.putListingCategories({ id, categoryIds }, await versionOf(id));
    await digilist.putListingAmenities({ id, amenityIds }, await versionOf(id));
  }
}

const MS_A_DAY = 86_400_000;
/** The date that many days after another, or after today. */
export const dayAfter = (days: number, from = new Date().toISOString().slice(0, 10)): string =>
  new Date(Date.parse(from) + days * MS_A_DAY).toISOString().slice(0, 10);

const NOON_IN_OSLO = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Oslo', hour: '2-digit', hourCycle: 'h23' });
const offset = (day: string) => Number(NOON_IN_OSLO.format(new Date(`${day}T12:00Z`))) - 12;

/** What a clock in Oslo shows, as an instant; not in the nights when it is changed. */
export const oslo = (day: string, time: string): string =>
  new Date(`${day}T${time}:00+0${offset(day)}:00`).toISOString();

/** The next Sunday on which the clock is changed, a month ahead or more. */
export function nextClockChange(): string {
  let day = dayAfter(30);
  while (offset(day) === offset(dayAfter(-1, day))) day = dayAfter(1, day);
  return day;
}

const years = [0, 1].map((more) => new Date().getUTCFullYear() + more);
const summers = () => years.map((year) => [`${year}-07-01`, `${year}-07-31`] as const);
/** The next of a day of every year, a week ahead or more. */
export const nextYearly = (monthDay: string): string => {
  const [next] = years.map((year) => `${year}-${monthDay}`).filter((day) => day > dayAfter(7));
  return next as string;
};
