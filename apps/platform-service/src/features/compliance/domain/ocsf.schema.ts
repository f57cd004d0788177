import { Ajv2020 } from 'ajv/dist/2020.js';

const text = { type: 'string', minLength: 1 };
const time = { type: 'integer', minimum: 0 };
const user = { type: 'object', required: ['uid'], properties: { uid: text, type: text } };
const named = { type: 'object', required: ['name', 'type'], properties: { name: text, type: text, uid: text } };
const privileges = { type: 'array', items: text, minItems: 1 };

/** What the classes demand beyond the base event, and which activities they know. */
const CLASSES: Record<number, { activities: number; required: string[] }> = {
  3001: { activities: 12, required: ['user'] },
  3002: { activities: 7, required: ['user'] },
  3003: { activities: 2, required: ['user', 'privileges'] },
  3004: { activities: 13, required: ['entity'] },
  3005: { activities: 2, required: ['user', 'privileges'] },
  3006: { activities: 8, required: ['group'] },
  6003: { activities: 4, required: ['actor', 'api', 'src_endpoint'] },
};

/** The part of OCSF's schema that our events use (schema.ocsf.io, version 1.5.0), as JSON Schema. */
const EVENT = {
  type: 'object',
  required: ['category_uid', 'class_uid', 'activity_id', 'type_uid', 'time', 'severity_id', 'metadata', 'raw_data'],
  properties: {
    category_uid: { enum: [3, 6] },
    class_uid: { enum: Object.keys(CLASSES).map(Number) },
    activity_id: { type: 'integer', minimum: 1, maximum: 99 },
    type_uid: { type: 'integer' },
    time,
    severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
    status_id: { enum: [0, 1, 2, 99] },
    status_detail: text,
    metadata: {
      type: 'object',
      required: ['version', 'product'],
      properties: {
        version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
        uid: text,
        sequence: { type: 'integer', minimum: 1 },
        logged_time: time,
        tenant_uid: text,
        correlation_uid: text,
        event_code: text,
        product: {
          type: 'object',
          required: ['vendor_name', 'name'],
          properties: { name: text, vendor_name: text },
        },
      },
    },
    actor: {
      type: 'object',
      properties: { user, session: { type: 'object', properties: { uid: text } }, invoked_by: text },
    },
    user,
    entity: named,
    group: named,
    privileges,
    api: { type: 'object', required: ['operation'], properties: { operation: text } },
    resources: { type: 'array', items: named },
    src_endpoint: { type: 'object', minProperties: 1, properties: { ip: text, name: text } },
    http_request: { type: 'object', properties: { user_agent: text } },
    raw_data: text,
    unmapped: { type: 'object' },
  },
  allOf: Object.entries(CLASSES).map(([uid, { activities, required }]) => ({
    if: { properties: { class_uid: { const: Number(uid) } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required,
      properties: {
        category_uid: { const: Math.floor(Number(uid) / 1000) },
        activity_id: { anyOf: [{ maximum: activities }, { const: 99 }] },
      },
    },
  })),
};

const valid = new Ajv2020({ allErrors: true, strict: false }).compile(EVENT);

/** What is wrong with an event; nothing when it is as OCSF demands. */
export function problemsOf(event: { class_uid: number; activity_id: number; type_uid: number }): string[] {
  valid(event);
  const found = (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const wrong = event.type_uid !== event.class_uid * 100 + event.activity_id;
  return wrong ? [...found, '/type_uid is not that of class and activity'] : found;
}
