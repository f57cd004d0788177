import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { query, type RunningSystem } from '@kit/testing';
import { type Answer, type Call, http } from './http.js';
import { natsAs } from './nats.js';

interface Planted {
  name: string;
  needles: readonly string[];
  /** Answers that may show it. */
  shownBy: readonly Answer[];
}

/** Something that was written or answered somewhere. */
export interface Found {
  place: string;
  text: string;
  answer?: Answer;
}

/** What was given to the system in confidence or got from it, and where all of it must not be. */
export class PlantedSecrets {
  private readonly planted: Planted[] = [];
  private readonly answers: Found[] = [];

  constructor(private readonly system: RunningSystem) {}

  get count(): number {
    return this.planted.length;
  }

  /** A secret as people make them up. Of one that can be guessed, not even a plain hash may be kept. */
  invent(name: string): string {
    const value = `Fjord-${randomBytes(12).toString('hex')}-æ`;
    const hashes = ['sha1', 'sha256'].flatMap((algorithm) => {
      const digest = createHash(algorithm).update(value).digest();
      return [digest.toString('hex'), digest.toString('base64url'), digest.toString('base64')];
    });
    this.planted.push({ name, needles: [...needlesOf(value), ...hashes], shownBy: [] });
    return value;
  }

  /** Takes note of one that the system made, or that has a form of its own. */
  plant(name: string, value: string, ...shownBy: Answer[]): string {
    if (value.length < 6) throw new Error(`${name} is too short to be looked for`);
    this.planted.push({ name, needles: needlesOf(value), shownBy });
    return value;
  }

  /** A request whose answer is kept; anything but `status` is a mistake of the test. */
  async call(status: number, method: string, route: string, call: Call = {}): Promise<Answer> {
    const answer = await http(this.system.gatewayUrl, method, route, call);
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    this.answers.push({
      place: `answer of ${method} ${route.slice(0, 60)}`,
      text: `${headers}\n${answer.text}`,
      answer,
    });
    if (answer.status !== status)
      throw new Error(`${method} ${route}: ${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`);
    return answer;
  }

  /** Everything that anybody can read afterwards: logs, answers, both databases, all streams, metrics. */
  async everything(): Promise<Found[]> {
    return [
      ...this.answers,
      ...logsIn(this.system.logDir),
      ...(await rowsOf('platform', this.system.urls.platform.superuser)),
      ...(await rowsOf('digilist', this.system.urls.digilist.superuser)),
      ...(await messagesOf(this.system)),
      ...(await metricsOf(this.system)),
    ];
  }

  /** `<secret> in <place>` for each that is somewhere. */
  leaksIn(everything: readonly Found[]): string[] {
    const leaks = new Set<string>();
    for (const { place, text, answer } of everything) {
      for (const { name, needles, shownBy } of this.planted) {
        if (answer && shownBy.includes(answer)) continue;
        if (needles.some((needle) => text.includes(needle))) leaks.add(`${name} in ${place}`);
      }
    }
    return [...leaks].sort();
  }
}

/** The secret as it is, and as it looks encoded. Of a token what comes after the last dot: what is before it is known. */
function needlesOf(value: string): string[] {
  const secret = value.split('.').at(-1) as string;
  const bytes = Buffer.from(secret);
  const needles = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    bytes.toString('base64url').slice(0, -1),
  ];
  const decoded = Buffer.from(secret, 'base64url');
  if (secret.length >= 32 && decoded.toString('base64url') === secret) {
    needles.push(decoded.toString('hex'), decoded.subarray(-32).toString('hex'));
  }
  // Six digits stand by accident in many numbers; as a text they would stand in quotes.
  if (/^\d{6}$/.test(secret)) return [`"${secret}"`, `'${secret}'`, `=${secret}"`, ` ${secret} `];
  return [...new Set(needles)];
}

function logsIn(folder: string): Found[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .map((name) => ({ place: `log ${name}`, text: readFileSync(path.join(folder, name), 'utf8') }));
}

/** Every row of every table, as text. */
async function rowsOf(schema: string, url: string): Promise<Found[]> {
  const tables = await query<{ name: string }>(
    url,
    `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' ORDER BY 1`,
    [schema],
  );
  const found: Found[] = [];
  for (const { name } of tables) {
    const rows = await query<{ row: string }>(url, `SELECT to_jsonb(t)::text AS row FROM ${schema}.${name} t`);
    found.push({ place: `table ${schema}.${name}`, text: rows.map(({ row }) => row).join('\n') });
  }
  return found;
}

interface StreamInfo {
  state: { first_seq: number; last_seq: number };
}

/** Every message of every stream, read as its administrator. */
async function messagesOf(system: RunningSystem): Promise<Found[]> {
  const found: Found[] = [];
  const admins = Object.keys(system.nats.credentials).filter((user) => user.endsWith('_admin'));
  for (const admin of admins) {
    const nats = await natsAs(system, admin as 'platform_admin');
    const ask = async <T>(subject: string, request: object = {}) =>
      (await nats.request(`$JS.API.${subject}`, JSON.stringify(request), { timeout: 5_000 })).json<T>();
    const { streams } = await ask<{ streams: string[] | null }>('STREAM.NAMES');
    for (const stream of streams ?? []) {
      const { state } = await ask<StreamInfo>(`STREAM.INFO.${stream}`);
      const texts: string[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq && state.last_seq > 0; seq++) {
        const { message } = await ask<{ message?: { subject: string; data?: string; hdrs?: string } }>(
          `STREAM.MSG.GET.${stream}`,
          { seq },
        );
        if (message) texts.push([message.subject, decoded(message.hdrs), decoded(message.data)].join('\n'));
      }
      found.push({ place: `stream ${stream}`, text: texts.join('\n') });
    }
    await nats.close();
  }
  return found;
}

const decoded = (base64 = ''): string => Buffer.from(base64, 'base64').toString();

const metricsOf = (system: RunningSystem): Promise<Found[]> =>
  Promise.all(
    Object.values(system.apps).map(async ({ name, healthUrl }) => ({
      place: `metrics of ${name}`,
      text: await (await fetch(`${healthUrl}/metrics`)).text(),
    })),
  );
