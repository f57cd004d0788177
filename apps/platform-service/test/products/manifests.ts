import type { ProductManifest } from '@platform/contracts';

const text = (en: string, nb = en) => ({ nb, nn: nb, en });

/** A library of things: drills, tents and cargo bikes are borrowed and brought back. */
export const LENDING: ProductManifest = {
  key: 'lending',
  name: 'Library of Things',
  permissions: [
    { key: 'lending.thing.read', text: text('Read things', 'Lese ting') },
    { key: 'lending.thing.manage', text: text('Manage things', 'Forvalte ting') },
    { key: 'lending.loan.create', text: text('Borrow', 'Låne') },
    { key: 'lending.loan.read', text: text('Read loans', 'Lese lån') },
    { key: 'lending.loan.extend', text: text('Extend loans', 'Forlenge lån') },
  ],
  roleTemplates: [
    { key: 'lending_librarian', name: 'Librarian', scope: 'org', permissions: ['lending.thing.*', 'lending.loan.*'] },
    { key: 'lending_auditor', name: 'Auditor', scope: 'tenant', permissions: ['lending.*.read'] },
    { key: 'borrower', name: 'Borrower', scope: 'user', permissions: ['lending.thing.read', 'lending.loan.create'] },
  ],
  roleExtensions: [{ key: 'tenant_administrator', permissions: ['lending.*.*'] }],
  modules: [
    { key: 'lending.loans', name: 'Loans' },
    { key: 'lending.repairs', name: 'Repairs', onOutage: 'open' },
  ],
  meters: [
    { key: 'lending.lent', name: 'Loans', module: 'lending.loans', period: 'month' },
    { key: 'lending.things', name: 'Things', module: 'lending.loans', period: 'total' },
    { key: 'lending.staff', name: 'People', module: 'lending.loans', period: 'total', seats: true },
    { key: 'lending.mended', name: 'Repairs', module: 'lending.repairs', period: 'year' },
  ],
  planTemplates: [
    {
      key: 'shelf',
      version: 1,
      name: 'Shelf',
      modules: ['lending.loans'],
      limits: { 'lending.lent': 10, 'lending.things': 3, 'lending.staff': 4 },
      settings: { 'lending.loan-days': 7 },
    },
    {
      key: 'house',
      version: 1,
      name: 'House',
      modules: ['lending.loans', 'lending.repairs'],
      limits: { 'lending.lent': 1000, 'lending.things': null, 'lending.staff': 50, 'lending.mended': 100 },
      settings: { 'lending.loan-days': 28 },
      graceDays: 14,
    },
  ],
  eventTypes: ['lending.loan.started.v1', 'lending.loan.returned.v1'],
  auditStream: { stream: 'LENDING_EVENTS', durable: 'platform_audit' },
  eventStream: { stream: 'LENDING_EVENTS', durable: 'platform_webhooks' },
  webhookEvents: [
    {
      type: 'lending.loan.started.v1',
      title: text('A thing was borrowed', 'Noe ble lånt'),
      schema: { type: 'object', properties: { thing: { type: 'string' } }, required: ['thing'] },
      example: { thing: 'drill' },
      module: 'lending.loans',
    },
  ],
  consentPurposes: [
    {
      key: 'lending.reminders',
      version: 1,
      title: text('Reminders', 'Påminnelser'),
      notice: text('We remind you by SMS of what is due.', 'Vi minner deg på SMS om det som skal tilbake.'),
    },
  ],
  personalData: [
    {
      key: 'lending.loans',
      title: text('Loans', 'Lån'),
      legalBasis: 'contract',
      retention: '1 year after the thing is back',
    },
  ],
  settings: [
    {
      key: 'lending.loan-days',
      title: text('Days of a loan', 'Lånedager'),
      schema: { type: 'integer', minimum: 1, maximum: 90 },
      default: { value: 14 },
      scope: 'org',
    },
    {
      key: 'lending.remind-by',
      title: text('Reminder', 'Påminnelse'),
      schema: { enum: ['mail', 'sms', 'none'] },
      default: { value: 'mail' },
      scope: 'user',
    },
  ],
  systemConfigs: [
    {
      key: 'lending.batch',
      title: text('Reminders at once', 'Påminnelser om gangen'),
      schema: { type: 'integer', minimum: 1 },
      default: { value: 100 },
    },
    {
      key: 'lending.sms-key',
      title: text('Key of the SMS provider', 'Nøkkel hos SMS-leverandøren'),
      schema: { type: 'string', minLength: 8 },
      default: { value: 'not-set-yet' },
      secret: true,
    },
  ],
  integrations: [
    {
      key: 'lending.locker',
      title: text('Lockers', 'Skap'),
      schema: {
        type: 'object',
        properties: {
          url: { type: 'string', format: 'uri', maxLength: 500 },
          token: { type: 'string', minLength: 8, 'x-secret': true },
        },
        required: ['url', 'token'],
      },
      testUrl: 'url',
    },
  ],
};

/** Permits to park. It says less of itself than a library of things; what it leaves out, it simply does not have. */
export const PARKING: ProductManifest = {
  key: 'parking',
  name: 'Parking Permits',
  permissions: [
    { key: 'parking.permit.read', text: text('Read permits', 'Lese løyver') },
    { key: 'parking.permit.issue', text: text('Issue permits', 'Gi løyver') },
  ],
  roleTemplates: [{ key: 'parking_clerk', name: 'Clerk', scope: 'tenant', permissions: ['parking.permit.*'] }],
  roleExtensions: [{ key: 'tenant_administrator', permissions: ['parking.*.*'] }],
  modules: [{ key: 'parking.permits', name: 'Permits' }],
  meters: [{ key: 'parking.issued', name: 'Permits', module: 'parking.permits', period: 'year' }],
  planTemplates: [
    { key: 'street', version: 1, name: 'Street', modules: ['parking.permits'], limits: { 'parking.issued': 5 } },
  ],
  eventTypes: ['parking.permit.issued.v1'],
  auditStream: { stream: 'PARKING_EVENTS', durable: 'platform_audit' },
  eventStream: { stream: 'PARKING_EVENTS', durable: 'platform_webhooks' },
  webhookEvents: [
    {
      type: 'parking.permit.issued.v1',
      title: text('A permit was issued', 'Et løyve ble gitt'),
      schema: { type: 'object', properties: { plate: { type: 'string' } }, required: ['plate'] },
      example: { plate: 'EL 12345' },
    },
  ],
  consentPurposes: [
    {
      key: 'parking.survey',
      version: 1,
      title: text('Survey', 'Undersøkelse'),
      notice: text('We ask you once a year how parking went.', 'Vi spør deg én gang i året.'),
    },
  ],
  personalData: [
    { key: 'parking.permits', title: text('Permits', 'Løyver'), legalBasis: 'public_task', retention: '2 years' },
  ],
  settings: [
    {
      key: 'parking.loan-days',
      title: text('Days of a permit', 'Dager'),
      schema: { type: 'integer' },
      default: { value: 365 },
    },
  ],
  systemConfigs: [
    {
      key: 'parking.register-url',
      title: text('Register', 'Register'),
      schema: { type: 'string' },
      default: { value: '' },
    },
  ],
  integrations: [
    {
      key: 'parking.register',
      title: text('Register', 'Register'),
      schema: {
        type: 'object',
        properties: { url: { type: 'string', format: 'uri' }, key: { type: 'string', 'x-secret': true } },
        required: ['url', 'key'],
      },
    },
  ],
};

/** As little as a product can be. */
export const POLLS: ProductManifest = {
  key: 'polls',
  name: 'Polls',
  permissions: [{ key: 'polls.poll.read', text: text('Read polls', 'Lese avstemninger') }],
  roleTemplates: [],
  planTemplates: [{ key: 'free', version: 1, name: 'Free', modules: [], limits: {} }],
  modules: [],
  meters: [],
  eventTypes: [],
};
