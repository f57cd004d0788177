import { createPrivateKey, type KeyObject } from 'node:crypto';
import {
  type AccessTokenClaims,
  type PublicJwk,
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TOKEN_TYPE,
} from '@kit/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Jwk } from '@platform/contracts';
import jwt from 'jsonwebtoken';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type PlatformConfig } from '../../config.js';
import { signingKeyKeys } from '../../database/seeds/signing-key.js';
import { unsealAny } from '../../sealing.js';

/** After this long the active key is read again, so that a rotation reaches every instance. */
const REREAD_MS = 30_000;

const ACTIVE = "SELECT id, kid, private_key_sealed FROM platform.signing_keys WHERE status = 'active'";
// All there are: an upcoming one before its use, a retired one until the rotation removes it.
const PUBLIC = 'SELECT public_jwk FROM platform.signing_keys ORDER BY id';

interface ActiveKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly readAt: number;
}

type PublishedKey = PublicJwk & Jwk;

export const publicKeys = async (dataSource: DataSource): Promise<PublishedKey[]> => {
  const rows: { public_jwk: PublishedKey }[] = await dataSource.query(PUBLIC);
  return rows.map((row) => row.public_jwk);
};

/** Signs access tokens. The keys belong to no tenant, so they are read outside the unit of work. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private active: Promise<ActiveKey> | null = null;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  /** A service that could not sign would let nobody in; better not to start. */
  async onModuleInit(): Promise<void> {
    await this.activeKey();
  }

  listPublic(): Promise<PublishedKey[]> {
    return publicKeys(this.dataSource);
  }

  async sign(claims: Pick<AccessTokenClaims, 'sub' | 'tid' | 'ten' | 'sid' | 'act'>, now: Date): Promise<string> {
    const { kid, privateKey } = await this.activeKey();
    const issuedAt = Math.floor(now.getTime() / 1000);
    return jwt.sign(
      {
        ...claims,
        iss: TOKEN_ISSUER,
        aud: TOKEN_AUDIENCE,
        iat: issuedAt,
        exp: issuedAt + this.config.accessTokenSeconds,
        jti: uuidv7(),
      },
      privateKey,
      { algorithm: TOKEN_ALGORITHM, header: { alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid } },
    );
  }

  /** Signs what somebody takes away and shows elsewhere. Its type keeps it from passing as an access token. */
  async signDocument(document: object, type: string): Promise<string> {
    const { kid, privateKey } = await this.activeKey();
    const header = { alg: TOKEN_ALGORITHM, typ: type, kid };
    return jwt.sign(document, privateKey, { algorithm: TOKEN_ALGORITHM, header, noTimestamp: true });
  }

  private async activeKey(): Promise<ActiveKey> {
    const known = this.active;
    if (known) {
      const key = await known;
      if (Date.now() - key.readAt < REREAD_MS) return key;
    }
    const reading = this.read();
    this.active = reading;
    reading.catch(() => {
      if (this.active === reading) this.active = null;
    });
    return reading;
  }

  private async read(): Promise<ActiveKey> {
    const [row]: { id: string; kid: string; private_key_sealed: Buffer }[] = await this.dataSource.query(ACTIVE);
    if (!row) throw new Error('there is no active signing key: run the migration step');
    const der = this.opened(row.private_key_sealed, row.id);
    return {
      kid: row.kid,
      privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
      readAt: Date.now(),
    };
  }

  private opened(sealed: Buffer, id: string): Buffer {
    const opened = unsealAny(signingKeyKeys(this.config), sealed, id);
    if (!opened) throw new Error('PLATFORM_MASTER_KEY is not the one that the signing key was sealed under');
    return opened.plain;
  }
}
