/**
 * The last net under everything that is logged. What is known to be secret or personal is never handed to a logger; this
 * is for what comes along unseen, in the message of a driver or of a mail server. A number is masked by another one, so
 * that a line remains JSON.
 */
const MASKS: readonly [pattern: RegExp, mask: string][] = [
  // JSON Web Tokens, whole or cut off
  [/\beyJ[\w-]{10,}(?:\.[\w-]*){0,2}/g, '***'],
  [/\b(Bearer|Basic) +[\w.~+/=-]+/gi, '$1 ***'],
  // password of a connection string
  [/(:\/\/[^\s:/@"]{0,100}:)[^\s/@"]{1,200}@/g, '$1***@'],
  // parameters of links that are sent by mail
  [/([?&](?:token|code|secret|key|password|state)=)[^&\s"\\]+/gi, '$1***'],
  // e-mail addresses; what ends in digits is the version of a package in a stack
  [/(?<![\w.+%-])[\w.+%-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi, '***@***'],
  // national identity numbers, as they are written with and without a space
  [/(?<![\w.-])\d{6} ?\d{5}(?![\w-]|\.\d)/g, '99999999999'],
];

export function masked(text: string): string {
  let safe = text;
  for (const [pattern, mask] of MASKS) safe = safe.replace(pattern, mask);
  return safe;
}
