import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { generateSync } from 'otplib';

type Json = Record<string, unknown>;

/** What an authenticator or the page around it may do otherwise than it should. */
export interface Misbehaviour {
  origin?: string;
  rpId?: string;
  userVerified?: boolean;
  counter?: number;
  challenge?: string;
  crossOrigin?: boolean;
  type?: string;
  tamper?: true;
}

const FLAG_USER_PRESENT = 0x01;
const FLAG_USER_VERIFIED = 0x04;
const FLAG_ATTESTED = 0x40;

const base64url = (bytes: Buffer): string => bytes.toString('base64url');
const sha256 = (bytes: Buffer | string): Buffer => createHash('sha256').update(bytes).digest();

/** An authenticator in software: real keys, real signatures, the bytes of WebAuthn Level 3 (ES256, attestation "none"). */
export class SoftwareAuthenticator {
  private readonly credentialId = randomBytes(32);
  private readonly keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });
  private userHandle: string | null = null;
  counter: number;

  constructor(
    private readonly origin = 'http://localhost:3000',
    /** 0: it does not count, as passkeys that are synchronised. */
    counter = 1,
  ) {
    this.counter = counter;
  }

  get id(): string {
    return base64url(this.credentialId);
  }

  /** navigator.credentials.create() and toJSON() of what it gives. */
  create(options: Json, wrong: Misbehaviour = {}): Json {
    const { rp, user } = options as { rp: { id: string }; user: { id: string } };
    this.userHandle = user.id;
    const clientData = this.clientData('webauthn.create', options, wrong);
    const idLength = Buffer.alloc(2);
    idLength.writeUInt16BE(this.credentialId.length);
    const authenticatorData = Buffer.concat([
      this.authenticatorData(wrong.rpId ?? rp.id, FLAG_ATTESTED, wrong),
      Buffer.alloc(16),
      idLength,
      this.credentialId,
      this.coseKey(),
    ]);
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authenticatorData],
      ]),
    );
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
      response: {
        clientDataJSON: base64url(clientData),
        attestationObject: base64url(attestation),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** navigator.credentials.get() and toJSON() of what it gives. */
  get(options: Json, wrong: Misbehaviour = {}): Json {
    if (this.counter > 0) this.counter++;
    const clientData = this.clientData('webauthn.get', options, wrong);
    const authenticatorData = this.authenticatorData(wrong.rpId ?? (options.rpId as string), 0, wrong);
    const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), this.keys.privateKey);
    if (wrong.tamper) authenticatorData[authenticatorData.length - 1] = (authenticatorData.at(-1) ?? 0) ^ 1;
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authenticatorData),
        signature: base64url(signature),
        userHandle: this.userHandle,
      },
    };
  }

  private clientData(type: string, options: Json, wrong: Misbehaviour): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: wrong.type ?? type,
        challenge: wrong.challenge ?? options.challenge,
        origin: wrong.origin ?? this.origin,
        crossOrigin: wrong.crossOrigin ?? false,
      }),
    );
  }

  private authenticatorData(rpId: string, flags: number, { userVerified = true, counter }: Misbehaviour): Buffer {
    const fixed = Buffer.alloc(5);
    fixed.writeUInt8(flags | FLAG_USER_PRESENT | (userVerified ? FLAG_USER_VERIFIED : 0));
    fixed.writeUInt32BE(counter ?? this.counter, 1);
    return Buffer.concat([sha256(rpId), fixed]);
  }

  /** COSE_Key: kty EC2, alg ES256, crv P-256, x, y. */
  private coseKey(): Buffer {
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' });
    return cbor(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
  }
}

/** As much of CBOR (RFC 8949) as an authenticator says. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map) {
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, item]) => [cbor(key), cbor(item)])]);
  }
  throw new Error('authenticators do not say that');
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 0xff]);
}

/** What an authenticator app shows. `steps`: 30 s each, from `now`. */
export const totpCode = (secret: string, now: Date, steps = 0): string =>
  generateSync({ secret, epoch: Math.floor(now.getTime() / 1000) + steps * 30 });
