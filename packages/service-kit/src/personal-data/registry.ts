/** A column that holds personal data. */
export interface PersonalColumn {
  /** SQL of what stands there after an erasure; `$4` is the pseudonym. */
  readonly erased: string;
  /** Why it is in no export, e.g. a secret that would let somebody else in. */
  readonly withheld?: string;
  /** Sealed under the person's key; opened for an export. */
  readonly sealed?: true;
}

/** How the rows of one person are found. */
export type Owner =
  /** Column with the id of the user, or with their address. */
  | { readonly user: string; readonly email?: string }
  /** Column with their email address. */
  | { readonly email: string }
  /** Column with the id of a row of another table of the registry, listed before. */
  | { readonly via: string; readonly table: string }
  /** Column of text that may mention the user's id or address. */
  | { readonly mentions: string; readonly and?: string };

/** What the law does not let go of. */
export interface Kept {
  /** SQL condition on the row `r`. */
  readonly when: string;
  readonly legalGround: string;
  /** SQL of the instant it goes. */
  readonly until: string;
}

/** A table with personal data: what of it is whose, how it is exported and how it is erased. */
export interface PersonalTable {
  readonly table: string;
  /** Category of the record of processing, e.g. `acme.reports`. */
  readonly category: string;
  readonly of: Owner;
  readonly columns: Readonly<Record<string, PersonalColumn>>;
  /** Columns that make an exported row understandable; not personal by themselves. */
  readonly facts?: readonly string[];
  /** At an erasure; those that are kept stay either way. */
  readonly rows: 'go' | 'stay';
  readonly kept?: Kept;
}

/** Everything a service keeps about people, parents before children. */
export interface PersonalDataRegistry {
  readonly schema: string;
  readonly tables: readonly PersonalTable[];
  /** `table.column` or `table.*` → why it says nothing about a person. */
  readonly impersonal: Readonly<Record<string, string>>;
}

const technical = 'technical copy of what the other categories hold; gone within days by itself';

/** What the kit's own tables hold for a while. */
export const KIT_PERSONAL_TABLES: readonly PersonalTable[] = [
  {
    table: 'outbox',
    category: 'technical',
    of: { mentions: 'payload', and: 'r.published_at IS NOT NULL' },
    columns: { payload: { erased: 'r.payload', withheld: technical } },
    rows: 'go',
  },
  {
    table: 'dead_letters',
    category: 'technical',
    of: { mentions: 'payload' },
    columns: {
      payload: { erased: 'r.payload', withheld: technical },
      error: { erased: 'r.error', withheld: technical },
    },
    rows: 'go',
  },
  {
    table: 'idempotency_keys',
    category: 'technical',
    of: { mentions: 'response' },
    columns: { response: { erased: 'r.response', withheld: technical } },
    rows: 'go',
  },
];

export const KIT_IMPERSONAL: Readonly<Record<string, string>> = {
  'outbox.subject': 'ids',
  'outbox.traceparent': 'ids',
  'dead_letters.*': 'names of streams and consumers',
  'inbox.*': 'ids of messages',
  'idempotency_keys.*': 'ids and keys of requests',
  'migrations.*': 'names of migrations',
  'relay_lease.*': 'ids of processes',
};
