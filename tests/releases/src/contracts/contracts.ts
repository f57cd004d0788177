/** JSON Schema as the gateway writes it for its documents, without what is only there to be read. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

export interface OperationContract {
  /** `<context>.<id>`. */
  id: string;
  subject: string;
  http: RouteContract | null;
  /** Who may call: `anonymous`, `anonymous in a tenant`, `authenticated`, `permission <key>` or `internal`. */
  access: string;
  module: string | null;
  idempotent: boolean;
  version: 'none' | 'answers' | 'required';
  errors: string[];
  /** Names among the schemas. */
  request: string;
  response: string | null;
}

export interface RouteContract {
  method: string;
  /** With its base. */
  path: string;
  status: number;
  answers: string;
  session: string;
  refusals: string;
  /** Where properties of the request travel that are not in the path, nor in the body (or the query, of GET and DELETE). */
  places: Record<string, string>;
  form: boolean;
  upload: string[] | null;
  /** Last day on which the route has to be there (ISO 8601), where its end has been announced. */
  until: string | null;
}

export interface EventContract {
  type: string;
  subject: string;
  data: string;
  /** Who may see it live, as terms over an example. */
  audience: string[];
}

export interface StateContract {
  /** `<context>.<aggregate>`. */
  id: string;
  subject: string;
  version: number;
  data: string;
}

/** Everything that leaves the system or passes between its parts: what a release promises. */
export interface Contracts {
  operations: OperationContract[];
  events: EventContract[];
  states: StateContract[];
  /** What each error code means to a caller: its HTTP status. */
  errors: Record<string, number>;
  schemas: Record<string, Schema>;
}
