import { randomBytes } from 'node:crypto';
import { Refusal } from '@kit/contracts';
import type { Tx } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { PASSKEY_INVALID } from '@platform/contracts';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type VerifiedRegistrationResponse,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { QueryResultRow } from 'pg';
import { CONFIG, type PlatformConfig } from '../../../config.js';
import { sha256 } from '../../../opaque-token.js';
import { assertionOf, clientDataOf, registrationOf, userHandleOf } from './domain/webauthn-json.js';
import { FactorNotices } from './factor-notices.js';
import { type Holder, lockHolder } from './holder.js';
import {
  FIND_CREDENTIAL,
  INSERT_CHALLENGE,
  OWN_CREDENTIALS,
  SUSPECT_PASSKEY,
  SWEEP_CHALLENGES,
  TAKE_CHALLENGE,
  USE_PASSKEY,
} from './passkeys.sql.js';

const CHALLENGE_BYTES = 32;
const CHALLENGE_MS = 5 * 60_000;

interface CredentialRow extends QueryResultRow {
  id: string;
  user_id: string;
  name: string;
  public_key: Buffer;
}

type Registered = Extract<VerifiedRegistrationResponse, { verified: true }>['registrationInfo'];
type Json = Record<string, unknown>;

/** The ceremonies of WebAuthn: challenges go out, and what was signed over them is verified. */
@Injectable()
export class Passkeys {
  constructor(
    private readonly notices: FactorNotices,
    @Inject(CONFIG) private readonly config: PlatformConfig,
  ) {}

  async registrationOptions(tx: Tx, holder: Holder): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const own = await tx.query<{ credential_id: string; transports: string[] }>(OWN_CREDENTIALS, [
      tx.tenantId,
      holder.id,
    ]);
    return generateRegistrationOptions({
      rpName: holder.tenant_name,
      rpID: this.config.webauthnRpId,
      userID: new Uint8Array(userHandleOf(holder.id)),
      userName: holder.email,
      challenge: await this.challenge(tx, 'registration', holder.id),
      timeout: CHALLENGE_MS,
      excludeCredentials: own.map(({ credential_id: id, transports }) => ({ id, transports })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  async authenticationOptions(tx: Tx): Promise<PublicKeyCredentialRequestOptionsJSON> {
    return generateAuthenticationOptions({
      rpID: this.config.webauthnRpId,
      challenge: await this.challenge(tx, 'authentication', null),
      timeout: CHALLENGE_MS,
      userVerification: 'required',
    });
  }

  /** The new credential, or null when anything about it is not as asked for. Takes the challenge either way. */
  async registered(tx: Tx, holder: Holder, credential: Json): Promise<Registered | null> {
    const response = registrationOf(credential);
    const challenge = response && (await this.taken(tx, response.response.clientDataJSON, 'registration', holder.id));
    if (!response || !challenge) return null;
    try {
      const { registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.config.webauthnOrigins,
        expectedRPID: this.config.webauthnRpId,
        requireUserVerification: true,
      });
      return registrationInfo?.credential.id === response.id ? registrationInfo : null;
    } catch {
      return null;
    }
  }

  /**
   * Who has signed the challenge with their passkey, locked. Answers a refusal instead of throwing it, so that
   * the challenge stays taken and a suspicion is kept.
   */
  async asserted(tx: Tx, credential: Json): Promise<Holder | Refusal> {
    const response = assertionOf(credential);
    const challenge = response && (await this.taken(tx, response.response.clientDataJSON, 'authentication', null));
    if (!response || !challenge) return this.refused(tx, null);
    const [known] = await tx.query<CredentialRow>(FIND_CREDENTIAL, [tx.tenantId, response.id]);
    const { userHandle } = response.response;
    if (!known || (userHandle && userHandle !== userHandleOf(known.user_id).toString('base64url'))) {
      return this.refused(tx, null);
    }
    const verified = await this.verified(known, response, challenge);
    const holder = verified && (await lockHolder(tx, known.user_id));
    if (!verified || holder?.status !== 'active') return this.refused(tx, known.user_id);
    const use = [tx.tenantId, known.id, verified.newCounter, verified.credentialBackedUp, tx.now];
    const [used] = await tx.query(USE_PASSKEY, use);
    return used ? holder : this.suspected(tx, holder, known);
  }

  private async verified({ public_key: key }: CredentialRow, response: AuthenticationResponseJSON, challenge: string) {
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: this.config.webauthnOrigins,
        expectedRPID: this.config.webauthnRpId,
        requireUserVerification: true,
        // The counter is compared by us, once the signature is known to be genuine: a mere claim must not raise alarm.
        credential: { id: response.id, publicKey: new Uint8Array(key), counter: 0 },
      });
      return verified ? authenticationInfo : null;
    } catch {
      return null;
    }
  }

  /** The counter did not go up, though the signature is genuine: somebody may have a copy. */
  private async suspected(tx: Tx, holder: Holder, { id, name }: CredentialRow): Promise<Refusal> {
    const [suspect] = await tx.query(SUSPECT_PASSKEY, [tx.tenantId, id, tx.now]);
    // Removed meanwhile.
    if (!suspect) return this.refused(tx, holder.id);
    tx.audit({
      action: 'platform.passkey.suspect',
      entity: { type: 'passkey', id },
      actor: { kind: 'user', id: holder.id },
      outcome: 'refused',
      reason: 'counter_went_back',
    });
    await this.notices.mail(tx, holder, { kind: 'passkey_suspect', name });
    return this.refused(tx, holder.id);
  }

  private refused(tx: Tx, userId: string | null): Refusal {
    tx.audit({
      action: 'platform.passkey.authenticate',
      entity: { type: 'user', id: userId },
      outcome: 'refused',
      reason: PASSKEY_INVALID.code,
    });
    return new Refusal(PASSKEY_INVALID);
  }

  private async challenge(
    tx: Tx,
    purpose: 'registration' | 'authentication',
    userId: string | null,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const challenge = randomBytes(CHALLENGE_BYTES);
    const expiresAt = new Date(tx.now.getTime() + CHALLENGE_MS);
    await tx.query(SWEEP_CHALLENGES, [tx.tenantId, tx.now]);
    await tx.query(INSERT_CHALLENGE, [tx.tenantId, purpose, userId, sha256(challenge), expiresAt, tx.now, tx.actorId]);
    return new Uint8Array(challenge);
  }

  /** The challenge that was signed, if it is ours, of this purpose and user, and not taken or expired before. */
  private async taken(
    tx: Tx,
    clientDataJSON: string,
    purpose: 'registration' | 'authentication',
    userId: string | null,
  ): Promise<string | null> {
    const clientData = clientDataOf(clientDataJSON);
    // Another site that shows ours in a frame must not ask for our passkeys.
    if (!clientData || clientData.crossOrigin) return null;
    const [row] = await tx.query<{ expires_at: Date }>(TAKE_CHALLENGE, [
      tx.tenantId,
      sha256(clientData.challenge),
      purpose,
      userId,
    ]);
    return row && row.expires_at > tx.now ? clientData.challenge.toString('base64url') : null;
  }
}
