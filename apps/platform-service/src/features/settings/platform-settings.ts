import type { SettingDefinition } from '@platform/contracts';
import { compiled } from './domain/definitions.js';

export interface Branding {
  logoUrl?: string;
  primaryColour?: string;
  secondaryColour?: string;
  contactEmail?: string;
  contactPhone?: string;
  contactUrl?: string;
}

/** What PLATFORM itself lets a tenant decide, and of which type it is. */
export interface PlatformSettings {
  'platform.registration': 'open' | 'closed';
  'platform.mfa-required': boolean;
  /** null: as this installation is configured. */
  'platform.session-idle-minutes': number | null;
  'platform.session-absolute-hours': number | null;
  'platform.impersonation-allowed': boolean;
  'platform.branding': Branding;
  'platform.invitation-days': number;
}

const https = { type: 'string', format: 'uri', pattern: '^https://', maxLength: 500 };
const colour = { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' };

const DEFINITIONS: (SettingDefinition & { key: keyof PlatformSettings })[] = [
  {
    key: 'platform.registration',
    title: {
      nb: 'Om hvem som helst kan registrere seg',
      nn: 'Om kven som helst kan registrere seg',
      en: 'Whether anybody may register',
    },
    schema: { enum: ['open', 'closed'] },
    default: { value: 'open' },
  },
  {
    key: 'platform.mfa-required',
    title: {
      nb: 'Krev to-trinns innlogging av alle',
      nn: 'Krev totrinns innlogging av alle',
      en: 'Demand a second factor of everybody',
    },
    schema: { type: 'boolean' },
    default: { value: false },
  },
  {
    key: 'platform.session-idle-minutes',
    title: {
      nb: 'Minutter uten aktivitet før en økt avsluttes',
      nn: 'Minutt utan aktivitet før ei økt blir avslutta',
      en: 'Minutes without activity after which a session ends',
    },
    schema: { type: ['integer', 'null'], minimum: 5, maximum: 129_600 },
    default: { value: null },
  },
  {
    key: 'platform.session-absolute-hours',
    title: {
      nb: 'Timer før en økt avsluttes uansett',
      nn: 'Timar før ei økt blir avslutta uansett',
      en: 'Hours after which a session ends in any case',
    },
    schema: { type: ['integer', 'null'], minimum: 1, maximum: 8_760 },
    default: { value: null },
  },
  {
    key: 'platform.impersonation-allowed',
    title: {
      nb: 'Om brukerstøtte kan opptre på vegne av brukere',
      nn: 'Om brukarstøtte kan opptre på vegner av brukarar',
      en: 'Whether support may act on behalf of users',
    },
    schema: { type: 'boolean' },
    default: { value: false },
  },
  {
    key: 'platform.branding',
    title: { nb: 'Logo, farger og kontakt', nn: 'Logo, fargar og kontakt', en: 'Logo, colours and contact' },
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        logoUrl: https,
        primaryColour: colour,
        secondaryColour: colour,
        contactEmail: { type: 'string', format: 'email', maxLength: 254 },
        contactPhone: { type: 'string', pattern: '^\\+?[0-9 ]{5,20}$' },
        contactUrl: https,
      },
    },
    default: { value: {} },
  },
  {
    key: 'platform.invitation-days',
    title: {
      nb: 'Dager en invitasjon er gyldig',
      nn: 'Dagar ein invitasjon er gyldig',
      en: 'Days for which an invitation holds',
    },
    schema: { type: 'integer', minimum: 1, maximum: 90 },
    default: { value: 7 },
  },
];

/** The owner of these keys, where others have the key of a product. */
export const PLATFORM = 'platform';

export const PLATFORM_SETTINGS = ((): ReturnType<typeof compiled>['settings'] => {
  const { settings, problems } = compiled(PLATFORM, DEFINITIONS);
  if (problems.length > 0) throw new Error(`PLATFORM's own settings do not hold: ${JSON.stringify(problems)}`);
  return settings;
})();
