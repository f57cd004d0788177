import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

type Shape = Record<string, unknown>;

const MOST_CHARACTERS = 20_000;
const BASE64URL = /^[\w-]+$/;

const isShape = (value: unknown): value is Shape => typeof value === 'object' && value !== null;
const isBase64Url = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MOST_CHARACTERS && BASE64URL.test(value);

const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
type Transport = (typeof TRANSPORTS)[number];

/** What the browser collected before anything was signed. */
interface ClientData {
  readonly challenge: Buffer;
  readonly crossOrigin: boolean;
}

/** Only what is verified is passed on; null when something of it is missing. */
export function registrationOf(json: Shape): RegistrationResponseJSON | null {
  const { id, rawId, response } = json;
  if (!isBase64Url(id) || id !== rawId || json.type !== 'public-key' || !isShape(response)) return null;
  const { clientDataJSON, attestationObject, transports } = response;
  if (!isBase64Url(clientDataJSON) || !isBase64Url(attestationObject)) return null;
  const known = Array.isArray(transports) ? TRANSPORTS.filter((transport) => transports.includes(transport)) : [];
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, attestationObject, transports: known as Transport[] },
  };
}

export function assertionOf(json: Shape): AuthenticationResponseJSON | null {
  const { id, rawId, response } = json;
  if (!isBase64Url(id) || id !== rawId || json.type !== 'public-key' || !isShape(response)) return null;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  if (!isBase64Url(clientDataJSON) || !isBase64Url(authenticatorData) || !isBase64Url(signature)) return null;
  if (userHandle !== undefined && userHandle !== null && !isBase64Url(userHandle)) return null;
  return {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, authenticatorData, signature, ...(userHandle && { userHandle }) },
  };
}

export function clientDataOf(clientDataJSON: string): ClientData | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString());
    if (!isShape(data) || !isBase64Url(data.challenge)) return null;
    return { challenge: Buffer.from(data.challenge, 'base64url'), crossOrigin: data.crossOrigin === true };
  } catch {
    return null;
  }
}

/** The id of a user as authenticators keep it, which hand it out to whoever asks: it says nothing about the person. */
export const userHandleOf = (userId: string): Buffer => Buffer.from(userId.replaceAll('-', ''), 'hex');
