import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { digilistEvents, digilistOperations } from '@digilist/contracts';
import { root } from '@kit/local-servers';
import { platformEvents, platformOperations } from '@platform/contracts';
import type { Page } from './markdown.js';

/** Routes that are no operation. */
const OPEN_ROUTES = [
  '/docs',
  '/openapi.json',
  '/asyncapi.json',
  '/asyncapi.yaml',
  '/health/connected',
  '/health/live',
  '/health/ready',
  '/metrics',
  '/problems/{code}',
  '/ofrep/v1/events',
  // of nats-server
  '/healthz',
  '/api/v1/events',
];

const routes = [...platformOperations, ...digilistOperations].flatMap(({ http }) =>
  http ? [{ method: http.method as string, path: `${http.base}${http.path}` }] : [],
);

/** What a page names that is not there, one line each. */
export function wrongReferences(page: Page): string[] {
  return [...links(page), ...commands(page), ...files(page), ...namedRoutes(page), ...names(page)].map(
    (finding) => `${page.file}: ${finding}`,
  );
}

/** Their names are put together of context, aggregate and fact. */
const events = new Set([...platformEvents, ...digilistEvents].map(({ type }) => type.replace(/\.v\d+$/, '')));

/** The product that docs/how-to/add-a-product.md adds is made up. */
const INVENTED = /LENDING|^lending\./;

/** Read by the SDK of OpenTelemetry itself. */
const STANDARD = /^OTEL_/;

const code = ({ text }: Page): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);

function links({ file, text, blocks }: Page): string[] {
  const prose = blocks.reduce((rest, block) => rest.replace(block.text, ''), text);
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^(https?:|mailto:)/.test(target))
    .filter((target) => !reaches(file, target))
    .map((target) => `links to ${target}, which is not there`);
}

function reaches(from: string, target: string): boolean {
  const [name = '', anchor] = target.split('#');
  const file = name === '' ? path.join(root, from) : path.resolve(root, path.dirname(from), name);
  if (!existsSync(file)) return false;
  if (!anchor) return true;
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => slug(match[1] as string));
  return headings.includes(anchor);
}

/** As the usual viewers make anchors of headings. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

function commands({ text }: Page): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object };
  const wanted = [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map((match) => match[1] as string);
  return [...new Set(wanted)]
    .filter((script) => !(script in scripts) && !/^docs$/.test(script))
    .map((script) => `says "npm run ${script}", which package.json does not have`);
}

/** Paths of the repository in code font. */
function files(page: Page): string[] {
  return code(page)
    .filter((text) => /^(apps|packages|tests|examples|infra|docs|scripts|releases)\/[\w./@-]+$/.test(text))
    .filter((text) => !existsSync(path.join(root, text)) && !existsSync(path.join(root, path.dirname(page.file), text)))
    .map((text) => `names ${text}, which is not there`);
}

/** `POST /bookings/{id}/cancel`, `GET/PUT /refund-terms`: with or without the base, parameters named as one likes. */
function namedRoutes(page: Page): string[] {
  const asked = [
    ...page.text.matchAll(/\b((?:GET|POST|PUT|PATCH|DELETE)(?:\/(?:GET|POST|PUT|PATCH|DELETE))*) (\/[^\s`'",;)?]*)/g),
  ];
  return asked.flatMap(([, methods = '', written = '']) =>
    methods
      .split('/')
      .filter((method) => !hasRoute(method, written.replace(/[.:]+$/, '')))
      .map((method) => `names ${method} ${written}, which no operation has`),
  );
}

function hasRoute(method: string, written: string): boolean {
  if (OPEN_ROUTES.some((route) => fits(route, written))) return true;
  return routes.some(
    (route) => route.method === method && (fits(route.path, written) || fits(route.path, `/api/v1${written}`)),
  );
}

function fits(route: string, written: string): boolean {
  const [wanted, given] = [route.split('/'), written.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, n) => part === given[n] || (part.startsWith('{') && (given[n] ?? '') !== ''))
  );
}

/** Codes, variables, permissions and events in code font: each stands somewhere in what is run. */
function names(page: Page): string[] {
  const words = code(page).flatMap((text) => [
    ...[...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([word]) => word),
    ...[...text.matchAll(/\b(?:platform|digilist|saas)(?:\.[a-z][a-z-]*){2}\b(?!\.)/g)].map(([word]) => word),
  ]);
  return [...new Set(words)].filter((word) => !isInSource(word)).map((word) => `names ${word}, which no source has`);
}

const known = new Map<string, boolean>();

/** Whether a word or a sentence stands in what is run. */
export function isInSource(word: string): boolean {
  const before = known.get(word);
  if (before !== undefined) return before;
  const found =
    events.has(word) || INVENTED.test(word) || STANDARD.test(word) || sources().includes(word) || madeOf(word);
  known.set(word, found);
  return found;
}

/** Permissions are written as `<product>` and `<resource>.<action>` apart in some places. */
const madeOf = (word: string): boolean => {
  const [, ...rest] = word.split('.');
  return rest.length === 2 && sources().includes(`'${rest.join('.')}'`);
};

let text: string | null = null;
function sources(): string {
  text ??= spawnSync(
    'git',
    [
      'grep',
      '-hI',
      '-e',
      '',
      '--',
      'apps',
      'packages',
      'infra',
      'scripts',
      'examples',
      'tests',
      'docker-compose.yml',
      '.github',
      ':!*.md',
      ':!tests/docs',
      'jest.base.cjs',
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 512 * 2 ** 20 },
  ).stdout;
  return text;
}
