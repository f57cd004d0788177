import { describe, expect, it } from '@jest/globals';
import { breaksOf, explain } from './compare.js';
import type { Contracts, OperationContract, RouteContract, Schema } from './contracts.js';
import { RULES, type Rule } from './rules.js';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const route: RouteContract = {
  method: 'POST',
  path: '/api/v1/reports',
  status: 201,
  answers: 'json',
  session: 'none',
  refusals: 'problem',
  places: { dryRun: 'query' },
  form: true,
  upload: ['image/png', 'image/jpeg'],
  until: null,
};
const operation: OperationContract = {
  id: 'acme.createReport',
  subject: 'acme.rpc.report.create.v1',
  http: route,
  access: 'authenticated',
  module: null,
  idempotent: true,
  version: 'answers',
  errors: ['TAKEN'],
  request: 'CreateReport',
  response: 'Report',
};

/** What the last release promised: one of everything. */
const released = (): Contracts => ({
  operations: [structuredClone(operation)],
  events: [
    {
      type: 'acme.report.made.v1',
      subject: 'acme.evt.{tenant}.report.{id}.made.v1',
      data: 'ReportFact',
      audience: ['acme.report.read'],
    },
  ],
  states: [{ id: 'acme.report', subject: 'acme.state.{tenant}.report.{id}', version: 1, data: 'ReportFact' }],
  errors: { TAKEN: 409 },
  schemas: {
    CreateReport: object(
      {
        name: { type: 'string', minLength: 0, maxLength: 80 },
        kind: { enum: ['short', 'long'] },
        on: { type: ['string', 'null'] },
        time: { type: 'string' },
        dryRun: { type: 'boolean' },
        parts: { type: 'array', items: ref('Part') },
      },
      ['name'],
    ),
    Part: object({ title: { type: 'string' }, inner: { anyOf: [ref('Part'), { type: 'null' }] } }),
    Report: object(
      {
        status: { type: 'string', enum: ['open', 'closed'] },
        phases: { type: 'array', items: { enum: ['a'] }, 'x-open': true },
        at: { type: 'string', format: 'date-time' },
        count: { type: 'integer' },
        part: ref('Part'),
      },
      ['status', 'at', 'count', 'part'],
    ),
    ReportFact: object({ id: { type: 'string', format: 'uuid' } }, ['id']),
    'problem+json': object({ code: { type: 'string' } }, ['code']),
    'event envelope': object({ specversion: { const: '1.0' } }, ['specversion']),
  },
});

type Change = (contracts: Contracts) => void;
const onOperation =
  (change: Partial<OperationContract>): Change =>
  ({ operations }) =>
    void Object.assign(operations[0] as object, change);
const onRoute = (change: Partial<RouteContract>): Change => onOperation({ http: { ...route, ...change } });
const onProperty =
  (schema: string, name: string, to: Schema | undefined): Change =>
  ({ schemas }) => {
    const properties = schemas[schema]?.properties as Record<string, Schema>;
    if (to) properties[name] = to;
    else delete properties[name];
  };
const requiring =
  (schema: string, ...names: string[]): Change =>
  ({ schemas }) =>
    void Object.assign(schemas[schema] as object, { required: names });
const first = <T>([one]: T[]): T => one as T;

const breaks = (change: Change) => {
  const next = released();
  change(next);
  return breaksOf(released(), next, '2026-12-01').map(({ rule, at }) => `${rule} ${at}`);
};

/** One for each rule, and where it strikes. */
const CANARIES: Record<Rule, [change: Change, at: string]> = {
  'operation-removed': [(c) => void c.operations.pop(), 'acme.createReport'],
  'subject-changed': [onOperation({ subject: 'acme.rpc.report.create.v2' }), 'acme.createReport'],
  'route-changed': [onRoute({ path: '/api/v1/papers' }), 'acme.createReport'],
  'answer-kind-changed': [onRoute({ status: 202 }), 'acme.createReport'],
  'request-place-changed': [onRoute({ places: {} }), 'acme.createReport'],
  'upload-narrowed': [onRoute({ upload: ['image/png'] }), 'acme.createReport'],
  'access-stricter': [onOperation({ access: 'permission acme.report.create' }), 'acme.createReport'],
  'module-required': [onOperation({ module: 'acme.reports' }), 'acme.createReport'],
  'idempotent-dropped': [onOperation({ idempotent: false }), 'acme.createReport'],
  'version-dropped': [onOperation({ version: 'none' }), 'acme.createReport'],
  'version-required': [onOperation({ version: 'required' }), 'acme.createReport'],
  'request-field-required': [requiring('CreateReport', 'name', 'kind'), 'CreateReport.kind'],
  'request-field-removed': [onProperty('CreateReport', 'kind', undefined), 'CreateReport.kind'],
  'request-type-narrowed': [onProperty('CreateReport', 'on', { type: 'string' }), 'CreateReport.on'],
  'request-values-narrowed': [onProperty('CreateReport', 'kind', { enum: ['short'] }), 'CreateReport.kind'],
  'request-limit-narrowed': [
    onProperty('CreateReport', 'name', { type: 'string', maxLength: 79 }),
    'CreateReport.name',
  ],
  'request-form-changed': [
    onProperty('CreateReport', 'time', { type: 'string', pattern: '^..:..$' }),
    'CreateReport.time',
  ],
  'answer-field-removed': [onProperty('Report', 'count', undefined), 'Report.count'],
  'answer-field-optional': [requiring('Report', 'status', 'at', 'part'), 'Report.count'],
  'answer-type-widened': [onProperty('Report', 'count', { type: ['integer', 'null'] }), 'Report.count'],
  'answer-values-widened': [
    onProperty('Report', 'status', { type: 'string', enum: ['open', 'closed', 'late'] }),
    'Report.status',
  ],
  'answer-form-changed': [onProperty('Report', 'at', { type: 'string' }), 'Report.at'],
  'event-removed': [(c) => void c.events.pop(), 'acme.report.made.v1'],
  'event-subject-changed': [
    (c) => void Object.assign(first(c.events), { subject: 'acme.evt.other' }),
    'acme.report.made.v1',
  ],
  'event-audience-narrowed': [
    (c) => void Object.assign(first(c.events), { audience: ['acme.report.own'] }),
    'acme.report.made.v1',
  ],
  'state-removed': [(c) => void c.states.pop(), 'acme.report'],
  'state-version-changed': [(c) => void Object.assign(first(c.states), { version: 2 }), 'acme.report'],
  'code-removed': [(c) => void delete c.errors.TAKEN, 'TAKEN'],
  'code-changed': [(c) => void Object.assign(c.errors, { TAKEN: 422 }), 'TAKEN'],
};

describe('the comparison with the last release', () => {
  it('has a canary for each rule', () => expect(Object.keys(CANARIES).sort()).toEqual(Object.keys(RULES).sort()));

  it.each(Object.entries(CANARIES))('finds %s, and nothing else', (rule, [change, at]) =>
    expect(breaks(change)).toEqual([`${rule} ${at}`]),
  );

  it.each<[string, Change, string[]]>([
    [
      'null in a reference',
      onProperty('Report', 'part', { anyOf: [ref('Part'), { type: 'null' }] }),
      ['answer-type-widened Report.part'],
    ],
    ['a field of events', onProperty('ReportFact', 'id', undefined), ['answer-field-removed ReportFact.id']],
    [
      'a field of the envelope',
      onProperty('event envelope', 'specversion', undefined),
      ['answer-field-removed event envelope.specversion'],
    ],
    [
      'a new field that must be given',
      (c) => {
        onProperty('CreateReport', 'why', { type: 'string' })(c);
        requiring('CreateReport', 'name', 'why')(c);
      },
      ['request-field-required CreateReport.why'],
    ],
    [
      'a list where anything was taken',
      onProperty('CreateReport', 'time', { type: 'string', enum: ['now'] }),
      ['request-values-narrowed CreateReport.time'],
    ],
    [
      'a property of a schema both ways',
      onProperty('Part', 'title', undefined),
      ['request-field-removed Part.title', 'answer-field-removed Part.title'],
    ],
    [
      'a property sent in another place',
      onRoute({ places: { dryRun: 'query', name: 'header X-Name' } }),
      ['request-place-changed acme.createReport'],
    ],
    ['no form any more', onRoute({ form: false }), ['request-place-changed acme.createReport']],
    ['an answer that is gone', onOperation({ response: null }), ['answer-kind-changed acme.createReport']],
    ['no route any more', onOperation({ http: null }), ['route-changed acme.createReport']],
  ])('finds %s', (_, change, expected) => expect(breaks(change)).toEqual(expected));

  it.each<[string, Change]>([
    [
      'operations, events and codes beside the old ones',
      (c) => {
        c.operations.push({ ...operation, id: 'acme.createReportV2', subject: 'acme.rpc.report.create.v2' });
        c.events.push({ ...first(c.events), type: 'acme.report.made.v2' });
        c.errors.LATE = 409;
      },
    ],
    ['optional fields of requests', onProperty('CreateReport', 'more', { type: 'string' })],
    ['fields of answers', onProperty('Report', 'more', { type: 'string' })],
    [
      'wider requests',
      (c) => {
        onProperty('CreateReport', 'name', { type: ['string', 'null'], maxLength: 800 })(c);
        onProperty('CreateReport', 'kind', { enum: ['short', 'long', 'longer'] })(c);
        requiring('CreateReport')(c);
      },
    ],
    ['narrower answers', onProperty('Report', 'status', { type: 'string', enum: ['open'] })],
    [
      'more values of a list that was declared open',
      onProperty('Report', 'phases', { type: 'array', items: { enum: ['a', 'b'] } }),
    ],
    ['access and versions made easier', onOperation({ access: 'anonymous in a tenant' })],
    [
      'another name for the same schema',
      (c) => {
        c.schemas.Paper = c.schemas.Report as Schema;
        delete (c.schemas as Record<string, Schema | undefined>).Report;
        onOperation({ response: 'Paper' })(c);
      },
    ],
  ])('lets pass %s', (_, change) => expect(breaks(change)).toEqual([]));

  it('lets a route go after the day that was announced, and not before', () => {
    const retired = released();
    onRoute({ until: '2026-11-30' })(retired);
    const next = { ...released(), operations: [] };
    expect(breaksOf(retired, next, '2026-12-01')).toEqual([]);
    expect(breaksOf(retired, next, '2026-11-30')).toMatchObject([{ rule: 'operation-removed' }]);
  });

  it('says what broke, for whom, and what to do', () => {
    const next = released();
    onProperty('Report', 'count', undefined)(next);
    expect(breaksOf(released(), next, '2026-12-01').map(explain)).toEqual([
      'answer-field-removed Report.count: is not told any more (in acme.createReport).\n' +
        '    Breaks whoever reads it. Keep it; a new version (….v2, a new route) may be without it.',
    ]);
  });
});
