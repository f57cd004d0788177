import {
  ACCOUNT_EXISTS,
  ACCOUNT_INACTIVE,
  ACCOUNT_NOT_LINKED,
  type Linking,
  type Provisioning,
  type UserStatus,
} from '@platform/contracts';

/** A user here whose address the provider asserts, and how else they get in. */
export interface Namesake {
  readonly userId: string;
  readonly status: UserStatus;
  readonly hasPassword: boolean;
  readonly hasPasskey: boolean;
  readonly hasLink: boolean;
}

export interface Evidence {
  readonly linking: Linking;
  readonly provisioning: Provisioning;
  /** Who is linked to this subject of this provider. */
  readonly linked: { readonly userId: string; readonly status: UserStatus } | null;
  /** Who has this national identity number at this provider, under another subject. */
  readonly samePerson: { readonly userId: string; readonly status: UserStatus } | null;
  /** Address that the provider has verified; null otherwise, whatever it asserts. */
  readonly email: string | null;
  /** The tenant has proved that the address's domain is its own. */
  readonly domainIsOurs: boolean;
  readonly namesake: Namesake | null;
}

export type Recognition =
  | { readonly kind: 'known'; readonly userId: string }
  | { readonly kind: 'moved'; readonly userId: string }
  | { readonly kind: 'link'; readonly userId: string; readonly activate: boolean }
  | { readonly kind: 'create'; readonly email: string | null }
  | { readonly kind: 'refused'; readonly code: string };

/**
 * Who has come. The subject at the provider decides; an address is something the provider says about somebody, and
 * whoever runs the provider can have it say anything.
 */
export function recognise(evidence: Evidence): Recognition {
  const { linked, samePerson, email, domainIsOurs, namesake, linking, provisioning } = evidence;
  if (linked) return admitted('known', linked);
  if (samePerson) return admitted('moved', samePerson);
  if (email !== null && namesake) {
    const onlyWayIn = !namesake.hasPassword && !namesake.hasPasskey && !namesake.hasLink;
    const safe = linking === 'verified_domain' && domainIsOurs && onlyWayIn;
    if (!safe) return { kind: 'refused', code: ACCOUNT_EXISTS.code };
    if (namesake.status === 'suspended' || namesake.status === 'deactivated') return inactive;
    return { kind: 'link', userId: namesake.userId, activate: namesake.status === 'invited' };
  }
  const welcome = provisioning === 'everyone' || (provisioning === 'verified_domain' && email !== null && domainIsOurs);
  return welcome ? { kind: 'create', email } : { kind: 'refused', code: ACCOUNT_NOT_LINKED.code };
}

const inactive: Recognition = { kind: 'refused', code: ACCOUNT_INACTIVE.code };

const admitted = (kind: 'known' | 'moved', { userId, status }: { userId: string; status: UserStatus }): Recognition =>
  status === 'active' ? { kind, userId } : inactive;
