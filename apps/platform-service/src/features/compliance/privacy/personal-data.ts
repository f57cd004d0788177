import {
  KIT_IMPERSONAL,
  KIT_PERSONAL_TABLES,
  type PersonalColumn,
  PersonalData,
  type PersonalDataRegistry,
  type PersonalTable,
} from '@kit/service';
import type { PersonalDataDefinition } from '@platform/contracts';

const gone = (erased: string): PersonalColumn => ({ erased });
const sealed = (erased: string): PersonalColumn => ({ erased, sealed: true });
const secret = (erased: string, withheld = 'a secret: in an export it would let others in'): PersonalColumn => ({
  erased,
  withheld,
});

const USER = { user: 'user_id' } as const;
const identity = 'platform.identity';
const security = 'platform.security';
const privacy = 'platform.privacy';

/** Parents before children. Whoever adds a column with personal data adds it here: the spec beside it asks for it. */
const TABLES: readonly PersonalTable[] = [
  ...KIT_PERSONAL_TABLES,
  {
    table: 'users',
    category: identity,
    of: { user: 'id' },
    columns: { email: gone("$4 || '@erased.invalid'"), name: gone('$4') },
    facts: ['id', 'kind', 'locale', 'status', 'created_at', 'updated_at'],
    rows: 'stay',
  },
  {
    table: 'credentials',
    category: security,
    of: USER,
    columns: { secret_hash: secret('r.secret_hash') },
    rows: 'go',
  },
  {
    table: 'sessions',
    category: security,
    of: USER,
    columns: {
      ip: gone('NULL'),
      user_agent: gone('NULL'),
      provider: gone('NULL'),
      provider_session: gone('NULL'),
      methods: gone("'{}'"),
    },
    facts: ['id', 'status', 'created_at', 'last_used_at', 'ended_at', 'end_reason', 'authenticated_at'],
    rows: 'stay',
  },
  {
    table: 'oauth_accounts',
    category: identity,
    of: USER,
    columns: { provider: gone('r.provider'), subject: gone('r.subject') },
    facts: ['id', 'status', 'created_at'],
    rows: 'go',
  },
  {
    table: 'mails',
    category: 'platform.mail',
    of: { email: 'recipient' },
    columns: { recipient: gone("'erased'"), last_error: gone('NULL') },
    facts: ['id', 'status', 'locale', 'created_at', 'sent_at'],
    rows: 'stay',
  },
  {
    table: 'gdpr_consents',
    category: 'platform.consents',
    of: USER,
    columns: {
      evidence_sealed: sealed('NULL'),
      purpose: gone('r.purpose'),
      channel: gone('r.channel'),
      notice_hash: gone('r.notice_hash'),
    },
    facts: ['id', 'purpose_version', 'status', 'act', 'occurred_at', 'language'],
    rows: 'stay',
    kept: {
      when: 'true',
      legalGround: 'GDPR article 7 (1): proof that there was consent, under a pseudonym',
      until: "r.occurred_at + interval '5 years'",
    },
  },
  {
    table: 'data_subject_requests',
    category: privacy,
    of: USER,
    columns: {
      details_sealed: sealed('NULL'),
      identity_note_sealed: sealed('NULL'),
      extension_reason_sealed: sealed('NULL'),
      answer_sealed: sealed('NULL'),
    },
    facts: ['id', 'kind', 'status', 'received_at', 'due_at', 'identity_method', 'closed_at', 'decision'],
    rows: 'stay',
  },
  {
    table: 'data_subject_participants',
    category: privacy,
    of: { via: 'request_id', table: 'data_subject_requests' },
    columns: { reason: gone('r.reason') },
    facts: ['id', 'participant', 'status', 'attempts', 'answered_at', 'erased', 'retained'],
    rows: 'stay',
    kept: {
      when: 'true',
      legalGround: 'GDPR article 5 (2): proof that the request was answered, and by whom',
      until: "r.created_at + interval '5 years'",
    },
  },
  {
    table: 'data_subject_parts',
    category: privacy,
    of: { via: 'request_id', table: 'data_subject_requests' },
    columns: { content_sealed: secret("''", 'the export itself, while it is put together') },
    rows: 'go',
  },
  {
    table: 'data_subject_bundles',
    category: privacy,
    of: { via: 'request_id', table: 'data_subject_requests' },
    columns: { reader_hash: secret('NULL'), digest: secret("''", 'of the export itself') },
    rows: 'stay',
  },
  {
    table: 'data_subject_bundle_chunks',
    category: privacy,
    of: { via: 'bundle_id', table: 'data_subject_bundles' },
    columns: { content_sealed: secret("''", 'the export itself') },
    rows: 'go',
  },
  {
    table: 'legal_holds',
    category: privacy,
    of: USER,
    columns: { reason_sealed: sealed("''") },
    facts: ['id', 'status', 'created_at', 'lifted_at'],
    rows: 'stay',
  },
];

const IMPERSONAL: PersonalDataRegistry['impersonal'] = {
  ...KIT_IMPERSONAL,
  'audit_logs.*': 'people stand in it as ids; what is personal lies in `personal` under their own key',
  'audit_heads.*': 'hashes',
  'data_keys.*': 'keys, sealed',
  'data_subject_participants.participant': 'key of a product',
  'data_subject_participants.erased': 'counts',
  'data_subject_participants.retained': 'categories and laws',
  'data_subject_parts.participant': 'key of a product',
  'data_subject_parts.category': 'key of a category',
  'consent_purposes.*': 'texts of a manifest',
  'erasures.*': 'ids and pseudonyms',
  'entitlements.*': 'of the tenant',
  'feature_flags.*': 'names of flags',
  'integration_configs.*': 'of the tenant; secrets are sealed',
  'mails.content_sealed': 'sealed, and empty once the mail is sent',
  'mails.locale': 'language',
  'organizations.*': 'organizations, not people',
  'permissions.*': 'texts of a manifest',
  'plans.*': 'texts of a manifest',
  'products.*': 'texts of a manifest',
  'role_templates.*': 'texts of a manifest',
  'roles.*': 'names of roles',
  'signing_keys.*': 'keys',
  'subscriptions.*': 'of the tenant',
  'system_configs.*': 'of the system',
  'tenant_settings.*': 'of the tenant',
  'tenants.*': 'of the tenant',
  'usage_counters.*': 'of the tenant',
  'usage_leases.*': 'of the tenant',
  'usage_limits.*': 'of the tenant',
  'webhook_endpoints.*': 'of the tenant; secrets are sealed',
};

export const PLATFORM_REGISTRY: PersonalDataRegistry = { schema: 'platform', tables: TABLES, impersonal: IMPERSONAL };

export const personalData = new PersonalData(PLATFORM_REGISTRY);

const text = (nb: string, nn: string, en: string) => ({ nb, nn, en });

/** PLATFORM's own lines in the record of processing. */
export const PLATFORM_ACTIVITIES: readonly PersonalDataDefinition[] = [
  {
    key: identity,
    title: text(
      'Navn, e-postadresse og innlogging',
      'Namn, e-postadresse og innlogging',
      'Name, email address, sign-in',
    ),
    legalBasis: 'contract',
    retention: 'until the account is erased',
  },
  {
    key: security,
    title: text('Økter og sikkerhet', 'Økter og tryggleik', 'Sessions and security'),
    legalBasis: 'legitimate_interests',
    retention: 'until the account is erased',
  },
  {
    key: 'platform.mail',
    title: text('Sendte meldinger', 'Sende meldingar', 'Mails sent'),
    legalBasis: 'contract',
    retention: 'until the account is erased',
  },
  {
    key: 'platform.consents',
    title: text('Samtykker', 'Samtykke', 'Consents'),
    legalBasis: 'legal_obligation',
    retention: '5 years after the act (GDPR article 7 (1))',
  },
  {
    key: privacy,
    title: text('Krav om personvern', 'Krav om personvern', 'Requests about personal data'),
    legalBasis: 'legal_obligation',
    retention: '5 years after the answer, without what was written (GDPR article 5 (2))',
  },
  {
    key: 'platform.audit',
    title: text('Revisjonslogg', 'Revisjonslogg', 'Audit log'),
    legalBasis: 'legal_obligation',
    retention: '10 years, under ids; unreadable once the person is erased',
  },
];
