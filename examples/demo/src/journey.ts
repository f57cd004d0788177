import { ApiProblem, type Client } from '@digilist/client';
import { type Booking, type BookingFact, bookingEvents } from '@digilist/contracts';
import type { EventEnvelope, Money } from '@kit/contracts';
import { connectAs, subscribe } from '@kit/subscriber';
import type { DemoRole } from './accounts.js';
import { type DemoFile, readDemoFile } from './demo-file.js';
import { findFreeEvening } from './free-evening.js';
import { interval, kroner, Narrator, time } from './narration.js';
import { becoming, bookPaidRoom, payAt } from './paid-room.js';
import { signIn } from './sign-in.js';
import { until } from './waiting.js';

const tell = new Narrator();
const facts: EventEnvelope<BookingFact>[] = [];

const STATUS: Record<string, string> = {
  pending: 'mottatt',
  awaiting_payment: 'venter på betaling',
  awaiting_approval: 'venter på avgjørelse',
  confirmed: 'bekreftet',
  rejected: 'avslått',
  cancelled: 'avbestilt',
  refunded: 'refundert',
};
const status = (key: string | null): string => (key === null ? '(ny)' : (STATUS[key] ?? key));

const REASON: Record<string, string> = {
  occupied: 'noen har allerede noe av det',
  stock: 'det er ikke så mange igjen',
};

interface Conflict {
  reason?: string;
  alternatives?: { startsAt: string; endsAt: string }[];
}

async function refused(work: Promise<unknown>, expected: string): Promise<ApiProblem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiProblem && error.code === expected) return error;
    throw error;
  }
  throw new Error(`dette skulle ha vært nektet med ${expected}, men det gikk`);
}

async function journey(demo: DemoFile): Promise<void> {
  const [tenant] = demo.tenants;
  if (!tenant) throw new Error('.local/demo.json nevner ingen kommune: er demoen sådd? Se .local/logs/seed.log');
  const enter = async (role: DemoRole): Promise<{ client: Client; name: string }> => {
    const user = tenant.users.find(({ roles }) => roles.includes(role));
    if (!user) throw new Error(`det er ingen ${role} i ${tenant.slug}`);
    const client = await signIn(demo.gateway, tenant.slug, user.email, user.password);
    const me = await client.platform.getMe();
    return { client, name: me.user.name };
  };
  const connection = await connectAs({ servers: demo.nats, ...demo.natsUsers.subscriber });
  const subscription = await subscribe(connection, {
    events: bookingEvents,
    handle: (event) => void facts.push(event),
  });
  try {
    await play(demo, enter);
  } finally {
    await subscription.close();
    await connection.close();
  }
}

async function play(
  demo: DemoFile,
  enter: (role: DemoRole) => Promise<{ client: Client; name: string }>,
): Promise<void> {
  tell.step('En innbygger logger inn');
  const resident = await enter('resident');
  const { tenant, user } = await resident.client.platform.getMe();
  tell.say(`${resident.name} (${user.email}) er logget inn hos ${tenant.name}.`);

  tell.step('Hun søker en idrettshall som er ledig førstkommende tirsdag kveld');
  const evening = await findFreeEvening(resident.client);
  if (!evening)
    throw new Error(
      'ingen tirsdag kveld det neste halvåret har en halv hall ledig; npm start -- --fresh begynner på nytt',
    );
  const { half, whole, startsAt, endsAt, found, listingId, listingName, weeksLater } = evening;
  if (weeksLater > 0)
    tell.say(
      `Ingen halv hall er ledig da; den første ledige tirsdagen er ${weeksLater} ${weeksLater === 1 ? 'uke' : 'uker'} senere.`,
    );
  tell.say(`${found.length} lokaler og soner er ledige i minst to timer mellom kl. 17 og 22 den kvelden, blant dem:`);
  tell.rows(
    found
      .slice(0, 8)
      .map((zone) => [
        zone.listingName.nb,
        zone.zoneName.nb,
        zone.price ? `fra ${kroner(zone.price)}` : 'pris etter avtale',
      ]),
  );
  tell.say(`Hun velger ${half.zoneName.nb} i ${listingName}, ${interval({ startsAt, endsAt })}.`);

  tell.step('Hun ser prisen før hun bestemmer seg');
  const request = { listingId, zoneId: half.zoneId, startsAt, endsAt };
  const quote = await resident.client.digilist.createQuote(request);
  showPrice(quote.price, `Prisen gjelder til ${time(quote.expiresAt)}.`);

  tell.step(`Hun booker ${half.zoneName.nb}`);
  const { terms } = await resident.client.digilist.getListing({ id: listingId });
  const booked = await resident.client.digilist.createBooking(
    { ...request, purpose: 'Volleyball med gjengen', attendees: 14, ...(terms && { termsVersion: terms.version }) },
    { idempotencyKey: `demo-${Date.now()}` },
  );
  tell.say(`Booking ${booked.id}: ${status(booked.status)}, ${kroner(booked.total)}.`);
  for (const { step, condition } of booked.approval.reasons)
    tell.say(`Må avgjøres av en saksbehandler (steg «${step}», vilkår ${condition}).`);
  if (booked.status !== 'awaiting_approval')
    throw new Error(`bookingen skulle vente på avgjørelse, men er ${status(booked.status)}`);

  tell.step(`Hun prøver å få ${whole.name.nb.toLowerCase()} til samme tid`);
  const no = await refused(
    resident.client.digilist.createBooking({
      ...request,
      zoneId: whole.id,
      ...(terms && { termsVersion: terms.version }),
    }),
    'SLOT_CONFLICT',
  );
  const conflict = (no.problem.details ?? {}) as Conflict;
  tell.say(`Nei (${no.status} ${no.code}): ${no.problem.detail}`);
  if (conflict.reason) tell.say(`Grunn: ${REASON[conflict.reason] ?? conflict.reason}.`);
  if (conflict.alternatives?.length) {
    tell.say('Ledig i stedet:');
    for (const alternative of conflict.alternatives) tell.say(`  ${interval(alternative)}`);
  }

  tell.step('En saksbehandler logger inn og ser køen');
  const handler = await enter('case_handler');
  const { data: queue } = await handler.client.digilist.listApprovals({ limit: 200 });
  const approval = queue.find((entry) => entry.booking.id === booked.id);
  tell.say(`${handler.name} har ${queue.length} søknader i køen.`);
  if (!approval) throw new Error('søknaden er ikke i køen');
  tell.say(
    `Blant dem: ${interval(approval.booking)}, «${approval.booking.purpose}», ${kroner(approval.booking.total)}` +
      due(approval.dueAt),
  );

  tell.step('Hun godkjenner');
  const decided = await handler.client.digilist.approveBooking(
    { id: approval.id, reasonCode: 'approved', reason: 'Velkommen. Husk innesko.' },
    { ifMatch: `"${approval.version}"` },
  );
  tell.say(`Søknaden er avgjort: ${decided.status === 'approved' ? 'godkjent' : decided.status}.`);

  tell.step('Innbyggeren ser den bekreftede bookingen og hva som har hendt med den');
  const confirmed = await resident.client.digilist.getBooking({ id: booked.id });
  if (confirmed.status !== 'confirmed')
    throw new Error(`bookingen skulle være bekreftet, men er ${status(confirmed.status)}`);
  tell.say(`${interval(confirmed)}: ${status(confirmed.status)}, ${kroner(confirmed.total)} på faktura.`);
  const { data: history } = await resident.client.digilist.getBookingHistory({ id: booked.id });
  tell.rows(history.map(({ at, from, to, reason }) => [time(at), `${status(from)} → ${status(to)}`, reason ?? '']));

  await rentAndRegret(demo, resident.client);
  await showAudit(await enter('tenant_admin'), booked);
  await showMail(demo, user.email, booked);
  await showFacts(booked);
}

async function rentAndRegret({ gateway }: DemoFile, client: Client): Promise<void> {
  tell.step('Hun leier et øvingsrom som betales med det samme');
  const { name, booking, payment } = await bookPaidRoom(client, `${gateway}/docs`);
  tell.say(`${name}, ${interval(booking)}: ${status(booking.status)}, ${kroner(booking.total)}.`);
  tell.say(`Betalingssiden (utviklingens egen, uten ekte penger): ${payment.redirectUrl}`);
  await payAt(payment.redirectUrl as string);
  await becoming(client, booking.id, 'confirmed');
  tell.say('Betalt. Det er tilbyderens signerte melding som bekrefter, ikke at nettleseren kommer tilbake.');

  tell.step('Hun blir syk, avbestiller og får pengene igjen');
  const terms = await client.digilist.getCancellationTerms({ id: booking.id });
  tell.say(`Vilkårene sier: ${kroner(terms.refund)} tilbake, ${kroner(terms.kept)} beholdes.`);
  await client.digilist.cancelBooking({ id: booking.id, reason: 'Syk' });
  const back = await becoming(client, booking.id, 'refunded');
  tell.say(`Bookingen er ${status(back.status)}: ${kroner(back.payment.refunded)} er betalt tilbake.`);
}

const due = (dueAt: string | null): string => (dueAt === null ? '.' : `, frist ${time(dueAt)}.`);

function showPrice(price: Booking['price'], after: string): void {
  const line = (name: string, detail: string, amount: Money) => [name, detail, kroner(amount).padStart(13)];
  tell.rows([
    ...price.lines.map(({ name, quantity, unit, rate, net }) =>
      line(
        name.nb,
        rate && quantity ? `${quantity.replace('.', ',')} ${unit === 'hour' ? 't' : 'stk.'} à ${kroner(rate)}` : '',
        net,
      ),
    ),
    line('Mva.', '', price.vat),
    line('Å betale', '', price.total),
  ]);
  tell.say(after);
}

async function showAudit({ client, name }: { client: Client; name: string }, { id }: Booking): Promise<void> {
  tell.step('Kommunens administrator ser det samme i plattformens revisjonslogg');
  const records = await until('revisjonsloggen', async () => {
    const { data } = await client.platform.listAuditLogs({ entityId: id, limit: 50 });
    return data.length >= 2 ? data : null;
  });
  tell.rows(
    [...records]
      .reverse()
      .map((one) => [`nr. ${one.seq}`, time(one.occurredAt), one.action, one.outcome, `${one.hash.slice(0, 12)}…`]),
  );
  const check = await client.platform.verifyAuditLogs({});
  if (!check.intact) throw new Error(`kjeden er brutt: ${check.firstBreak?.detail}`);
  tell.say(`${name} lar kjeden kontrollere: ${check.checked} poster, ingen er endret, fjernet eller byttet om.`);
}

async function showMail({ mail }: DemoFile, to: string, { id }: Booking): Promise<void> {
  tell.step('Innbyggeren har fått e-post');
  if (mail === null) return tell.say('E-posten går til en annen server enn demoens, så den vises ikke her.');
  interface Caught {
    subject: string;
    text: string;
    to: { address: string }[];
  }
  const mails = await until('e-posten', async () => {
    const caught = (await (await fetch(`${mail}/email`)).json()) as Caught[];
    const mine = caught.filter(
      (one) => one.to.some(({ address }) => address === to) && one.text.includes(id.slice(-8)),
    );
    return mine.length >= 2 ? mine : null;
  });
  for (const { subject } of mails) tell.say(`«${subject}»`);
  for (const line of (mails.at(-1)?.text ?? '').trimEnd().split('\n')) tell.say(`  | ${line}`);
  tell.say(`Innboksen: ${mail}`);
}

async function showFacts({ id }: Booking): Promise<void> {
  tell.step('En tjeneste utenfor systemet har hørt det som hendte');
  const heard = await until('hendelsene', () => {
    const mine = facts.filter((fact) => fact.subject === id);
    return mine.length >= 2 ? mine : null;
  });
  tell.rows(
    heard.map(({ type, time: at, data, aggregateversion }) => [
      time(at),
      type,
      `versjon ${aggregateversion}`,
      status(data.status),
    ]),
  );
  tell.say('Den har sin egen konto hos NATS, får bare lese, og typene er eksportert fra kontraktene.');
}

const began = performance.now();
try {
  const demo = readDemoFile();
  console.log(
    `Hovedreisen gjennom Digilist, mot ${demo.gateway}. (The main journey, played over HTTP on the running system.)`,
  );
  await fetch(`${demo.gateway}/health/live`).catch(() => {
    throw new Error(`${demo.gateway} svarer ikke. Start systemet i et annet vindu: npm start`);
  });
  await journey(demo);
  console.log(
    `\nFerdig på ${((performance.now() - began) / 1000).toFixed(1).replace('.', ',')} s. Prøv selv: ${demo.gateway}/docs`,
  );
} catch (error) {
  console.error(`\nStoppet ved «${tell.current}»: ${error instanceof Error ? error.message : error}`);
  if (process.env.DEBUG && error instanceof Error) console.error(error.stack);
  process.exitCode = 1;
}
