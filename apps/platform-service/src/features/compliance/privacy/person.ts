import { FORBIDDEN, Refusal } from '@kit/contracts';
import { type RequestContext, userOf } from '@kit/service';
import type { LocaleCode } from '@platform/contracts';

export interface PersonRow extends Record<string, unknown> {
  id: string;
  name: string;
  email: string;
  kind: 'person' | 'service';
  locale: LocaleCode | null;
  erased_at: Date | null;
  tenant_locale: LocaleCode;
  tenant_name: string;
  slug: string;
  timezone: string;
  service_user_id: string;
}

/** The rights of a person are nobody else's, whoever may act in their name otherwise. @throws Refusal FORBIDDEN */
export function requireThemselves(ctx: RequestContext): void {
  if (userOf(ctx).impersonatorId !== undefined) throw new Refusal(FORBIDDEN);
}

export const localeOf = (person: Pick<PersonRow, 'locale' | 'tenant_locale'>): LocaleCode =>
  person.locale ?? person.tenant_locale;
