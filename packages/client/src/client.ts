import * as digilistContracts from '@digilist/contracts';
import * as platformContracts from '@platform/contracts';
import { type ClientOf, isHttpOperation } from './operations.js';
import { type ClientOptions, type Tokens, Transport } from './transport.js';

export interface Client {
  /** Operations of PLATFORM, e.g. `client.platform.getMe()`. */
  readonly platform: ClientOf<typeof platformContracts>;
  /** Operations of DIGILIST, e.g. `client.digilist.createBooking({ … }, { idempotencyKey })`. */
  readonly digilist: ClientOf<typeof digilistContracts>;
  /** Tokens in use; null before anybody has signed in. */
  readonly tokens: Tokens | null;
  /** Signs in and keeps the tokens; they are renewed by themselves. */
  signIn(email: string, password: string): Promise<Tokens>;
  /** Ends the session and forgets the tokens. */
  signOut(): Promise<void>;
  /** Takes over tokens of elsewhere, or forgets them. */
  useTokens(tokens: Tokens | null): void;
  /** A client without tokens for the same gateway. */
  fresh(options?: Partial<ClientOptions>): Client;
}

/** One client per signed-in person. */
export function createClient(options: ClientOptions): Client {
  const transport = new Transport(options, async (refreshToken) => tokensOf(await platform.refresh({ refreshToken })));
  const platform = bind(platformContracts, transport);
  return {
    platform,
    digilist: bind(digilistContracts, transport),
    get tokens() {
      return transport.current;
    },
    signIn: async (email, password) => {
      transport.use(null);
      const tokens = tokensOf(await platform.login({ email, password }));
      transport.use(tokens);
      return tokens;
    },
    signOut: async () => {
      if (transport.current) await platform.logout();
      transport.use(null);
    },
    useTokens: (tokens) => transport.use(tokens),
    fresh: (changes = {}) => createClient({ ...options, ...changes }),
  };
}

const tokensOf = ({ accessToken, refreshToken }: Tokens): Tokens => ({ accessToken, refreshToken });

/** One method per operation of a contracts package, under the operation's id. */
export function bind<Contracts extends object>(contracts: Contracts, transport: Transport): ClientOf<Contracts> {
  const methods: Record<string, unknown> = {};
  for (const [name, operation] of Object.entries(contracts)) {
    if (!isHttpOperation(operation)) continue;
    if (name !== operation.id) throw new Error(`${operation.id} is exported as ${name}; both must be the same`);
    methods[name] = (request: object = {}, options = {}) => transport.send(operation, request, options);
  }
  return Object.freeze(methods) as ClientOf<Contracts>;
}
