import type { ChainRecord } from './chain.js';

/** Classes of the Open Cybersecurity Schema Framework that audit records fall into. */
export const OCSF_VERSION = '1.5.0';
const ACCOUNT_CHANGE = 3001;
const AUTHENTICATION = 3002;
const AUTHORIZE_SESSION = 3003;
const ENTITY_MANAGEMENT = 3004;
const USER_ACCESS = 3005;
const GROUP_MANAGEMENT = 3006;
const API_ACTIVITY = 6003;
const OTHER = 99;

type ClassUid =
  | typeof ACCOUNT_CHANGE
  | typeof AUTHENTICATION
  | typeof AUTHORIZE_SESSION
  | typeof ENTITY_MANAGEMENT
  | typeof USER_ACCESS
  | typeof GROUP_MANAGEMENT
  | typeof API_ACTIVITY;

const CATEGORY_NAMES = { 3: 'Identity & Access Management', 6: 'Application Activity' } as const;

const CLASS_NAMES: Record<ClassUid, string> = {
  [ACCOUNT_CHANGE]: 'Account Change',
  [AUTHENTICATION]: 'Authentication',
  [AUTHORIZE_SESSION]: 'Authorize Session',
  [ENTITY_MANAGEMENT]: 'Entity Management',
  [USER_ACCESS]: 'User Access Management',
  [GROUP_MANAGEMENT]: 'Group Management',
  [API_ACTIVITY]: 'API Activity',
};

/** `<product>.<resource>` → class. What is not named here is API activity. */
const RESOURCES: Record<string, ClassUid> = {
  'platform.user': ACCOUNT_CHANGE,
  'platform.account': ACCOUNT_CHANGE,
  'platform.password': ACCOUNT_CHANGE,
  'platform.email': ACCOUNT_CHANGE,
  'platform.factor': ACCOUNT_CHANGE,
  'platform.passkey': ACCOUNT_CHANGE,
  'platform.recovery-code': ACCOUNT_CHANGE,
  'platform.oauth-account': ACCOUNT_CHANGE,
  'platform.service-account': ACCOUNT_CHANGE,
  'platform.api-key': ACCOUNT_CHANGE,
  'platform.session': AUTHENTICATION,
  'platform.token': AUTHORIZE_SESSION,
  'platform.impersonation': AUTHORIZE_SESSION,
  'platform.tenant': ENTITY_MANAGEMENT,
  'platform.organization': ENTITY_MANAGEMENT,
  'platform.product': ENTITY_MANAGEMENT,
  'platform.plan': ENTITY_MANAGEMENT,
  'platform.subscription': ENTITY_MANAGEMENT,
  'platform.user-role': USER_ACCESS,
  'platform.role': GROUP_MANAGEMENT,
  'platform.membership': GROUP_MANAGEMENT,
  'platform.invitation': GROUP_MANAGEMENT,
  'security.permission': AUTHORIZE_SESSION,
};

const CRUD: Record<string, number> = {
  create: 1,
  read: 2,
  list: 2,
  export: 2,
  update: 3,
  put: 3,
  delete: 4,
  remove: 4,
};

/** The last word of an action → activity, by class. What is not named is "other". */
const ACTIVITIES: Record<ClassUid, Record<string, number>> = {
  [ACCOUNT_CHANGE]: {
    create: 1,
    register: 1,
    activate: 2,
    enable: 2,
    resume: 2,
    change: 3,
    reset: 4,
    suspend: 5,
    deactivate: 5,
    disable: 5,
    revoke: 5,
    delete: 6,
    erase: 6,
    lock: 9,
    enrol: 10,
    confirm: 10,
    remove: 11,
  },
  [AUTHENTICATION]: { login: 1, logout: 2, end: 2, revoke: 2 },
  [AUTHORIZE_SESSION]: { start: 1, exchange: 1 },
  [ENTITY_MANAGEMENT]: {
    ...CRUD,
    register: 1,
    update: 3,
    put: 3,
    delete: 4,
    purge: 4,
    move: 5,
    activate: 10,
    deactivate: 11,
    close: 11,
    suspend: 12,
    resume: 13,
  },
  [USER_ACCESS]: { grant: 1, revoke: 2 },
  [GROUP_MANAGEMENT]: { publish: 1, update: 1, create: 6, delete: 5, accept: 3, add: 3, remove: 4, end: 4 },
  [API_ACTIVITY]: CRUD,
};

/** Actions whose words alone would say something else. */
const ACTIONS: Record<string, [ClassUid, number]> = {
  'platform.membership.create': [GROUP_MANAGEMENT, 3],
  'platform.membership.delete': [GROUP_MANAGEMENT, 4],
  'platform.factor.create': [ACCOUNT_CHANGE, 10],
  'platform.factor.delete': [ACCOUNT_CHANGE, 11],
};

export function ocsfClassOf(action: string): { classUid: ClassUid; activityId: number } {
  const exact = ACTIONS[action];
  if (exact) return { classUid: exact[0], activityId: exact[1] };
  const [product = '', resource = '', verb = ''] = action.split('.');
  const classUid = RESOURCES[`${product}.${resource}`] ?? API_ACTIVITY;
  return { classUid, activityId: ACTIVITIES[classUid][verb] ?? OTHER };
}

export interface Origin {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** A record as an OCSF event. `raw_data` is the hashed text itself, so that the proof of an export holds here as well. */
export function ocsfEvent(record: ChainRecord, canonical: string, { ip, userAgent }: Origin): Record<string, unknown> {
  const { classUid, activityId } = ocsfClassOf(record.action);
  const categoryUid = classUid === API_ACTIVITY ? 6 : 3;
  const refused = record.outcome === 'refused';
  const actor = { uid: record.actorId ?? record.actorKind, type: record.actorKind };
  const aboutUser = record.entityType === 'user' && record.entityId !== null ? { uid: record.entityId } : actor;
  return {
    category_uid: categoryUid,
    category_name: CATEGORY_NAMES[categoryUid],
    class_uid: classUid,
    class_name: CLASS_NAMES[classUid],
    activity_id: activityId,
    type_uid: classUid * 100 + activityId,
    time: Date.parse(record.occurredAt),
    severity_id: refused ? 3 : 1,
    status_id: refused ? 2 : 1,
    ...(record.reason !== null && { status_detail: record.reason }),
    metadata: {
      version: OCSF_VERSION,
      uid: record.id,
      sequence: record.seq,
      tenant_uid: record.tenantId,
      logged_time: Date.parse(record.recordedAt),
      correlation_uid: record.requestId,
      event_code: record.action,
      product: { name: record.product, vendor_name: 'platform' },
    },
    actor: {
      user: actor,
      ...(record.sessionId !== null && { session: { uid: record.sessionId } }),
      ...(record.impersonatorId !== null && { invoked_by: record.impersonatorId }),
    },
    src_endpoint: ip === null ? { name: 'unknown' } : { ip },
    ...(userAgent !== null && { http_request: { user_agent: userAgent } }),
    ...SUBJECTS[classUid](record, aboutUser),
    raw_data: canonical,
  };
}

type Subject = (record: ChainRecord, user: { uid: string }) => Record<string, unknown>;

/** What each class demands to be told about whom or what it happened to. */
const SUBJECTS: Record<ClassUid, Subject> = {
  [ACCOUNT_CHANGE]: (_, user) => ({ user }),
  [AUTHENTICATION]: (_, user) => ({ user }),
  [AUTHORIZE_SESSION]: (record, user) => ({ user, privileges: [record.entityId ?? record.action] }),
  [ENTITY_MANAGEMENT]: (record) => ({ entity: entityOf(record) }),
  [USER_ACCESS]: (record, user) => ({ user, privileges: [record.entityId ?? record.entityType] }),
  [GROUP_MANAGEMENT]: (record) => ({ group: entityOf(record) }),
  [API_ACTIVITY]: (record) => ({ api: { operation: record.action }, resources: [entityOf(record)] }),
};

const entityOf = ({ entityType, entityId }: ChainRecord) => ({
  type: entityType,
  ...(entityId !== null && { uid: entityId }),
  name: entityId ?? entityType,
});
