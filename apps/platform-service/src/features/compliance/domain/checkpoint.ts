import { type KeyObject, sign, verify } from 'node:crypto';
import type { AuditAnchor, AuditAnchorKind } from '@platform/contracts';
import { canonicalJson } from '../../../canonical-json.js';
import type { Head } from './chain.js';

export interface Signer {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** Signs all the properties of a statement (Ed25519 over its canonical JSON), the name of the key included. */
export function signed<T extends object>(signer: Signer, statement: T): T & { kid: string; signature: string } {
  const named = { ...statement, kid: signer.kid };
  const signature = sign(null, Buffer.from(canonicalJson(named)), signer.privateKey).toString('base64url');
  return { ...named, signature };
}

export function isSignedBy(publicKey: KeyObject, { signature, ...statement }: { signature: string }): boolean {
  return verify(null, Buffer.from(canonicalJson(statement)), publicKey, Buffer.from(signature, 'base64url'));
}

/** Says where a tenant's chain stands, `count` records after it was last said. */
export const anchorOf = (
  signer: Signer,
  { tenant, kind, head, count, time }: { tenant: string; kind: AuditAnchorKind; head: Head; count: number; time: Date },
): AuditAnchor =>
  signed(signer, {
    tenant,
    kind,
    seq: head.seq,
    head: head.hash.toString('hex'),
    publicHead: head.publicHash.toString('hex'),
    count,
    time: time.toISOString(),
  });

/** Anchors by the place they sign. */
export function byPlace(anchors: readonly AuditAnchor[]): Map<number, AuditAnchor[]> {
  const places = new Map<number, AuditAnchor[]>();
  for (const anchor of anchors) places.set(anchor.seq, [...(places.get(anchor.seq) ?? []), anchor]);
  return places;
}
