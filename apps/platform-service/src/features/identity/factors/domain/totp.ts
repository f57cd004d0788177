import { generateSecret, generateURI, verifySync } from 'otplib';

/** 160 bits, as RFC 4226 recommends. */
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;

export const newTotpSecret = (): string => generateSecret({ length: SECRET_BYTES });

export const totpUri = (secret: string, issuer: string, label: string): string =>
  generateURI({ secret, issuer, label });

/** Of an authenticator app; anything else is a recovery code. */
export const looksLikeTotp = (code: string): boolean => /^\d{6}$/.test(code.replaceAll(' ', ''));

/** The time step that `code` belongs to, if that is now, the one before or the one after; else null. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const token = code.replaceAll(' ', '');
  if (!/^\d{6}$/.test(token)) return null;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token, epoch, epochTolerance: STEP_SECONDS });
  return result.valid ? Math.floor(epoch / STEP_SECONDS) + result.delta : null;
}
