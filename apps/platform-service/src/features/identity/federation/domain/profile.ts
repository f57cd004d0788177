import type { FieldError } from '@kit/contracts';
import type { ClientAuthentication, ProviderProfile } from '@platform/contracts';

/** What of a provider's settings hangs together. */
export interface ProviderSettings {
  readonly profile: ProviderProfile;
  readonly issuer: string;
  readonly clientAuthentication: ClientAuthentication;
  readonly scopes: readonly string[];
  readonly acrValues: readonly string[];
  readonly minimumAcr: string | null;
  readonly mfaAcr: string | null;
}

/** Levels of ID-porten, the weaker one first. */
export const IDPORTEN_LEVELS = ['idporten-loa-substantial', 'idporten-loa-high'] as const;
const IDPORTEN_ISSUERS = ['https://idporten.no', 'https://test.idporten.no'];

const MINUTE = 60;
/** ID-porten ends its own session after half an hour without use and after two hours at the latest; ours goes no longer. */
export const IDPORTEN_LIMITS = { idleSeconds: 30 * MINUTE, absoluteSeconds: 120 * MINUTE } as const;

/** Settings as they are kept: what the profile fixes is not left to who fills in the form. */
export function settled(wanted: Partial<ProviderSettings> & Pick<ProviderSettings, 'issuer'>): ProviderSettings {
  const { profile = 'generic', issuer, scopes, acrValues = [], minimumAcr = null, mfaAcr = null } = wanted;
  if (profile === 'idporten') {
    return {
      profile,
      issuer,
      clientAuthentication: wanted.clientAuthentication ?? 'private_key_jwt',
      scopes: [...new Set(['openid', ...(scopes ?? [])])],
      acrValues: IDPORTEN_LEVELS,
      minimumAcr: minimumAcr ?? IDPORTEN_LEVELS[0],
      mfaAcr: mfaAcr ?? IDPORTEN_LEVELS[1],
    };
  }
  return {
    profile,
    issuer,
    clientAuthentication: wanted.clientAuthentication ?? 'client_secret_basic',
    scopes: [...new Set(['openid', ...(scopes ?? ['email', 'profile'])])],
    acrValues,
    minimumAcr,
    mfaAcr,
  };
}

/** Everything about settings that cannot be; empty when they are fine. `strict`: ID-porten is the real one. */
export function problemsOf(settings: ProviderSettings, strict: boolean): FieldError[] {
  const { profile, issuer, clientAuthentication, scopes, acrValues, minimumAcr, mfaAcr } = settings;
  const problem = (path: string, code: string, message: string): FieldError => ({ path, code, message });
  const known = (level: string | null) => level === null || acrValues.includes(level);
  return [
    ...(isIssuer(issuer) ? [] : [problem('issuer', 'ISSUER', 'issuer must be a URL without query and fragment')]),
    ...(scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
      ? []
      : [problem('scopes', 'SCOPE', 'a scope holds no space')]),
    ...(acrValues.every((level) => /^[\x21-\x7e]+$/.test(level)) && new Set(acrValues).size === acrValues.length
      ? []
      : [problem('acrValues', 'ACR', 'each level stands there once and holds no space')]),
    ...(known(minimumAcr) ? [] : [problem('minimumAcr', 'ACR', 'minimumAcr must be one of acrValues')]),
    ...(known(mfaAcr) ? [] : [problem('mfaAcr', 'ACR', 'mfaAcr must be one of acrValues')]),
    ...(profile === 'idporten' && clientAuthentication !== 'private_key_jwt'
      ? [problem('clientAuthentication', 'PROFILE', 'ID-porten is asked with private_key_jwt')]
      : []),
    ...(profile === 'idporten' && strict && !IDPORTEN_ISSUERS.includes(issuer)
      ? [problem('issuer', 'PROFILE', `the issuer of ID-porten is ${IDPORTEN_ISSUERS.join(' or ')}`)]
      : []),
  ];
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return plain && (url.protocol === 'https:' || url.protocol === 'http:');
}

/** Whether a sign-in reached a level. Only `acr` counts: `amr` says how, changes at the provider's will, and has no order. */
export function reaches(acrValues: readonly string[], acr: string | undefined, level: string | null): boolean {
  if (level === null) return true;
  const reached = acr === undefined ? -1 : acrValues.indexOf(acr);
  return reached >= 0 && reached >= acrValues.indexOf(level);
}

/** Levels to ask the provider for: those that would do. */
export const askedFor = ({ acrValues, minimumAcr }: Pick<ProviderSettings, 'acrValues' | 'minimumAcr'>): string[] =>
  minimumAcr === null ? [...acrValues] : acrValues.slice(acrValues.indexOf(minimumAcr));
