/** Is this an address that a payer may be sent back to? Only its origin counts, exactly; no user, no other scheme. */
export function isAllowedReturn(returnUrl: string, origins: readonly string[]): boolean {
  if (!URL.canParse(returnUrl)) return false;
  const { protocol, origin, username, password } = new URL(returnUrl);
  return /^https?:$/.test(protocol) && username === '' && password === '' && origins.includes(origin);
}

/** Origins of what is configured: each may be written as some address below it. */
export const originsOf = (addresses: readonly string[]): string[] => [
  ...new Set(addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address).origin)),
];
