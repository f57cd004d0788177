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

/** Public on purpose and only ever in the demo. */
export const DEMO_PASSWORD = 'bare-prov-deg-fram';

/** Invented people of invented municipalities. */
export const demoAccounts: readonly DemoTenant[] = [
  {
    slug: 'fjordvik',
    name: 'Fjordvik kommune',
    users: [
      {
        email: 'kari.nygaard@innbygger.example',
        password: DEMO_PASSWORD,
        name: 'Kari Nygaard',
        roles: ['resident'],
      },
      {
        email: 'jonas.haugland@fjordvik-il.example',
        password: DEMO_PASSWORD,
        name: 'Jonas Haugland',
        roles: ['club_leader'],
      },
      {
        email: 'solveig.berge@fjordvik.example',
        password: DEMO_PASSWORD,
        name: 'Solveig Berge',
        roles: ['case_handler'],
      },
      {
        email: 'ola.tveit@fjordvik.example',
        password: DEMO_PASSWORD,
        name: 'Ola Tveit',
        roles: ['listing_manager'],
      },
      {
        email: 'ingrid.molvik@fjordvik.example',
        password: DEMO_PASSWORD,
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
        password: DEMO_PASSWORD,
        name: 'Amund Lien',
        roles: ['resident'],
      },
      {
        email: 'sara.utsi@nordlia-sk.example',
        password: DEMO_PASSWORD,
        name: 'Sara Utsi',
        roles: ['club_leader'],
      },
      {
        email: 'tor.elvestad@nordlia.example',
        password: DEMO_PASSWORD,
        name: 'Tor Elvestad',
        roles: ['case_handler'],
      },
      {
        email: 'marte.solbakk@nordlia.example',
        password: DEMO_PASSWORD,
        name: 'Marte Solbakk',
        roles: ['listing_manager'],
      },
      {
        email: 'henrik.dalseth@nordlia.example',
        password: DEMO_PASSWORD,
        name: 'Henrik Dalseth',
        roles: ['tenant_admin'],
      },
    ],
  },
];
