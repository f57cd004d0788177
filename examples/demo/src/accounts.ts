/** Roles of the demo, as `.local/demo.json` names them. Two tenants, each with every role. */
export type DemoRole = 'resident' | 'club_leader' | 'case_handler' | 'listing_manager' | 'tenant_admin';

export interface DemoUser {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly roles: readonly DemoRole[];
}

export interface DemoTenant {
  readonly slug: string;
  readonly name: string;
  readonly users: readonly DemoUser[];
}

/** Invented people of invented municipalities; the passwords are public on purpose and only ever in the demo. */
export const demoAccounts: readonly DemoTenant[] = [
  {
    slug: 'fjordvik',
    name: 'Fjordvik kommune',
    users: [
      {
        email: 'kari.nygaard@innbygger.example',
        password: 'fjordvik-innbygger-2026',
        name: 'Kari Nygaard',
        roles: ['resident'],
      },
      {
        email: 'jonas.haugland@fjordvik-il.example',
        password: 'fjordvik-lagleder-2026',
        name: 'Jonas Haugland',
        roles: ['club_leader'],
      },
      {
        email: 'solveig.berge@fjordvik.example',
        password: 'fjordvik-saksbehandler-2026',
        name: 'Solveig Berge',
        roles: ['case_handler'],
      },
      {
        email: 'ola.tveit@fjordvik.example',
        password: 'fjordvik-utleie-2026',
        name: 'Ola Tveit',
        roles: ['listing_manager'],
      },
      {
        email: 'ingrid.molvik@fjordvik.example',
        password: 'fjordvik-administrator-2026',
        name: 'Ingrid Molvik',
        roles: ['tenant_admin'],
      },
    ],
  },
  {
    slug: 'nordlia',
    name: 'Nordlia kommune',
    users: [
      {
        email: 'amund.lien@innbygger.example',
        password: 'nordlia-innbygger-2026',
        name: 'Amund Lien',
        roles: ['resident'],
      },
      {
        email: 'sara.utsi@nordlia-sk.example',
        password: 'nordlia-lagleder-2026',
        name: 'Sara Utsi',
        roles: ['club_leader'],
      },
      {
        email: 'tor.elvestad@nordlia.example',
        password: 'nordlia-saksbehandler-2026',
        name: 'Tor Elvestad',
        roles: ['case_handler'],
      },
      {
        email: 'marte.solbakk@nordlia.example',
        password: 'nordlia-utleie-2026',
        name: 'Marte Solbakk',
        roles: ['listing_manager'],
      },
      {
        email: 'henrik.dalseth@nordlia.example',
        password: 'nordlia-administrator-2026',
        name: 'Henrik Dalseth',
        roles: ['tenant_admin'],
      },
    ],
  },
];
