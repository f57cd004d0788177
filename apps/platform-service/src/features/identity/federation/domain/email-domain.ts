const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** The form in which domains are kept and compared: ASCII, lower case. Null when it is none of the public name space. */
export function normalizeDomain(text: string): string | null {
  const ascii = asciiOf(text.trim().normalize('NFKC').toLowerCase().replace(/\.$/, ''));
  return DOMAIN.test(ascii) ? ascii : null;
}

/** As browsers write it (UTS 46). Empty when it is no host at all. */
function asciiOf(domain: string): string {
  return /[\s/?#@:\\]/.test(domain) || !URL.canParse(`http://${domain}`) ? '' : new URL(`http://${domain}`).hostname;
}

/** Exactly the domain of an address; a domain that is proved says nothing about those below it. */
export const domainOfEmail = (email: string): string | null => normalizeDomain(email.slice(email.lastIndexOf('@') + 1));

const LABEL = '_platform-challenge';
const PREFIX = 'platform-domain-verification=';
export const recordNameOf = (domain: string): string => `${LABEL}.${domain}`;
export const recordValueOf = (challenge: string): string => `${PREFIX}${challenge}`;
