import type { Target } from './load.js';

export interface Table {
  readonly schema: string;
  readonly columns: readonly string[];
  /** What makes a row the same row. */
  readonly key: readonly string[];
  /** Columns of the staged row that are not the target's. */
  readonly besides?: readonly string[];
  /** What to insert, where that is not the staged rows as they are. `s` is the staging table. */
  readonly insert?: (staged: string) => { columns: readonly string[]; select: string };
}

const ARCHIVE = 'legacy_archive';
const MADE = ['created_at', 'created_by'];
const GIVEN = [...MADE, 'updated_at', 'updated_by', 'version'];
const IN_TENANT = ['tenant_id', 'id'];
const IN_ORG = ['tenant_id', 'org_id', 'id'];
const OF_LISTING = ['tenant_id', 'org_id', 'listing_id', 'id'];

const table = (schema: string, columns: string, common: readonly string[], given: readonly string[]): Table => ({
  schema,
  columns: [...common, ...columns.split(' ').filter((column) => column !== ''), ...given],
  key: IN_TENANT,
});
const platform = (columns: string, given = GIVEN) => table('platform', columns, IN_TENANT, given);
const digilist = (columns: string, common = IN_TENANT, given = GIVEN) => table('digilist', columns, common, given);
const copy = (columns: string) => digilist(`version deleted ${columns}`, IN_TENANT, []);
const archive = table(ARCHIVE, 'legacy_id user_id occurred_at record', IN_TENANT, []);

const tenants: Table = {
  ...platform('slug name region status locale timezone service_user_id licence_due_at'),
  // The database derives tenant_id from the id.
  columns: [
    'id',
    'slug',
    'name',
    'region',
    'status',
    'locale',
    'timezone',
    'service_user_id',
    'licence_due_at',
    ...GIVEN,
  ],
  key: ['id'],
};

const ALLOCATION = [
  'tenant_id',
  'id',
  'atom_id',
  'booking_id',
  'kind',
  'status',
  'during',
  'quantity',
  'expires_at',
  ...GIVEN,
];

export const TABLES: Record<Target, Record<string, Table>> = {
  platform: {
    tenants,
    organizations: platform('parent_id ancestor_ids kind name organization_number status'),
    users: platform('kind email name locale status birth_date'),
    credentials: platform('user_id kind secret_hash status'),
    roles: platform('key name scope permissions template_key status'),
    memberships: platform('user_id org_id status ended_at'),
    user_roles: platform('user_id role_id scope org_id granted_by expires_at status'),
    subscriptions: platform('product plan_id status valid_from valid_until trial'),
    // A state is told when its row goes in, and not again: the message may have been published and swept by then.
    outbox: { ...platform('subject payload', []), besides: ['of_id', 'of_table'] },
    audit_logs: archive,
    gdpr_consents: archive,
  },
  digilist: {
    platform_tenants: {
      ...copy(''),
      columns: [
        'id',
        'version',
        'deleted',
        'slug',
        'name',
        'status',
        'region',
        'locale',
        'timezone',
        'service_user_id',
      ],
      key: ['id'],
    },
    platform_organizations: copy('name kind parent_id ancestor_ids status organization_number'),
    platform_users: copy('email name kind status locale birth_date'),
    platform_memberships: copy('user_id org_id status'),
    platform_roles: copy('key name permissions status'),
    platform_user_roles: copy('user_id role_id scope org_id not_before expires_at status'),
    platform_subscriptions: copy('product plan_key plan_version status valid_from valid_until grace_until'),
    approval_workflows: digilist('name steps status', IN_ORG),
    listings: digilist(
      'listing_type booking_model status name slug description street postal_code city capacity timezone payment_policy approval_workflow_id slot_minutes published_at',
      IN_ORG,
    ),
    zones: digilist('name kind implicit capacity position status shape', OF_LISTING),
    atoms: digilist('exclusive stock', OF_LISTING),
    zone_atoms: digilist('zone_id atom_id', IN_TENANT, MADE),
    zone_parts: digilist('listing_id zone_id part_id', IN_TENANT, MADE),
    availability_rules: digilist('kind weekdays opens closes', OF_LISTING),
    pricing_rules: digilist('kind name unit amount currency vat_basis_points priority status', OF_LISTING),
    pricing_rule_versions: digilist('rule_id rule_version status terms', OF_LISTING, MADE),
    bookings: digilist(
      'org_id listing_id zone_id user_id on_behalf_of_org_id status payment_policy starts_at ends_at timezone quantity attendees purpose pricing_group currency net vat total price_lines expires_at',
    ),
    allocations: {
      schema: 'digilist',
      columns: ALLOCATION,
      key: IN_TENANT,
      // The number of an atom, and whether it is exclusive, are the atom's to say.
      insert: (staged) => ({
        columns: [...ALLOCATION, 'exclusive', 'atom_number'],
        select: `SELECT ${ALLOCATION.map((column) => `s.${column}`).join(', ')}, a.exclusive, a.number
          FROM ${staged} s JOIN digilist.atoms a ON a.tenant_id = s.tenant_id AND a.id = s.atom_id`,
      }),
    },
    booking_approvals: digilist('org_id booking_id level status priority reasons step'),
    booking_items: digilist(
      'booking_id listing_id zone_id listing_version quantity snapshot net vat total',
      IN_TENANT,
      MADE,
    ),
    booking_history: digilist('booking_id from_status to_status actor_kind reason change', IN_TENANT, MADE),
    payment_providers: digilist('provider integration_id currency status position'),
    payments: digilist(
      'org_id user_id provider_id provider provider_reference status amount currency authorized captured promised refunded locale description return_url expires_at captured_at',
    ),
    payment_bookings: digilist('payment_id booking_id amount parts paid promised refunded'),
    refunds: digilist('org_id payment_id booking_id amount currency cause reason status confirmed_at'),
    ledger_entries: digilist('org_id kind source_id currency', IN_TENANT, MADE),
    ledger_lines: digilist('entry_id account vat_basis_points amount booking_id', IN_TENANT, MADE),
    invoices: archive,
    notifications: archive,
  },
};
