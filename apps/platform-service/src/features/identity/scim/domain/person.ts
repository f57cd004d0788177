import { Refusal } from '@kit/contracts';
import {
  normalizeEmail,
  SCIM_VALUE_INVALID,
  type ScimEmail,
  type ScimName,
  type UserStatus,
} from '@platform/contracts';
import { isEmail } from 'class-validator';
import type { Values } from './attributes.js';

/** What the directory has said and nothing else of the user says. */
export interface Kept {
  readonly displayName?: string;
  readonly name?: ScimName;
  readonly emails?: ScimEmail[];
}

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly externalId: string | null;
  /** undefined: not said. */
  readonly active: boolean | undefined;
  readonly kept: Kept;
}

/** The person that a canonical resource describes. @throws Refusal SCIM_VALUE_INVALID */
export function personIn(resource: Values): Person {
  const {
    userName,
    externalId,
    displayName,
    name = {},
    active,
  } = resource as {
    userName?: string;
    externalId?: string;
    displayName?: string;
    name?: ScimName;
    active?: boolean;
  };
  if (userName === undefined || !isAddress(userName))
    throw new Refusal(SCIM_VALUE_INVALID, { detail: 'userName must be the email address of the person' });
  const emails = ((resource.emails ?? []) as Partial<ScimEmail>[]).filter((email): email is ScimEmail => !!email.value);
  const written = [name.givenName, name.familyName].filter(Boolean).join(' ');
  return {
    email: normalizeEmail(userName),
    name: (displayName ?? name.formatted ?? (written || userName)).slice(0, 200),
    externalId: externalId ?? null,
    active,
    kept: {
      ...(displayName !== undefined && { displayName }),
      ...(Object.keys(name).length > 0 && { name }),
      ...(emails.length > 0 && { emails: emails.slice(0, 10) }),
    },
  };
}

const isAddress = (text: string): boolean => isEmail(text.trim()) && !/[\s"]/.test(text.trim());

/** A suspension is somebody's decision here: the directory can end an account, but does not lift that. */
export function statusAfter(status: UserStatus, active: boolean | undefined): UserStatus {
  if (active === undefined) return status;
  if (!active) return 'deactivated';
  return status === 'suspended' ? 'suspended' : 'active';
}

export const isActive = (status: UserStatus): boolean => status === 'active' || status === 'invited';
